#include "zone/images/oci_manifest.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace hanse::zone {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kLayer =
    fmt::format(R"({{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{}"}})", kDigest);

std::string manifest_of(const std::string& layers) {
  return fmt::format(R"({{"config":{{"digest":"{}"}},"layers":[{}]}})", kDigest, layers);
}

template <class T>
void check_error(const T& result, const std::string& words) {
  REQUIRE_FALSE(result.has_value());
  CHECK(result.error().code == Code::invalid_argument);
  CHECK_MESSAGE(result.error().message.find(words) != std::string::npos, result.error().message);
}

TEST_CASE("a manifest names its config and its layers in order") {
  const auto manifest = read_oci_manifest(manifest_of(kLayer + "," + kLayer));
  REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message);
  CHECK(manifest->config == kDigest);
  CHECK(manifest->layers == std::vector<std::string>{kDigest, kDigest});
}

TEST_CASE("a manifest of something else than archives of files is refused") {
  check_error(read_oci_manifest("[]"), "is no JSON object");
  check_error(read_oci_manifest(R"({"layers":[]})"), "the config of the manifest");
  check_error(read_oci_manifest(manifest_of("")), "1 to 127 layers");
  check_error(read_oci_manifest(manifest_of(R"({"mediaType":"application/vnd.cncf.helm.chart"})")), "helm");
  check_error(read_oci_manifest(manifest_of(
                  R"({"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:../../x"})")),
              "no sha256 digest");
  check_error(
      read_oci_manifest(manifest_of(R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+encrypted"})")),
      "+encrypted");
  std::string many = kLayer;
  for (int i = 0; i < 127; ++i) many += "," + kLayer;
  check_error(read_oci_manifest(manifest_of(many)), "1 to 127 layers");
}

TEST_CASE("an index tells each image once, and nothing that only attests to one") {
  const std::string entry = fmt::format(R"({{"digest":"{}"}})", kDigest);
  const std::string proof =
      fmt::format(R"({{"digest":"{}","annotations":{{"vnd.docker.reference.type":"attestation-manifest"}}}})",
                  "sha256:" + std::string(64, 'b'));
  const auto entries = read_oci_index(fmt::format(R"({{"manifests":[{},{},{}]}})", entry, proof, entry));
  REQUIRE_MESSAGE(entries.has_value(), entries.error().message);
  REQUIRE(entries->size() == 1);
  CHECK(entries->front().digest == kDigest);
  CHECK_FALSE(entries->front().is_index);
  check_error(read_oci_index("{}"), "must name at most");
  check_error(read_oci_index(R"({"manifests":[{"digest":"md5:1"}]})"), "no sha256 digest");
}

TEST_CASE("an image must be of Linux, and its layout of a version that is known") {
  CHECK(check_oci_config(R"({"os":"linux"})").has_value());
  check_error(check_oci_config(R"({"os":"windows"})"), "'windows'");
  CHECK(check_oci_layout(R"({"imageLayoutVersion":"1.0.0"})").has_value());
  check_error(check_oci_layout(R"({"imageLayoutVersion":"2.0.0"})"), "'2.0.0'");
}

}  // namespace
}  // namespace hanse::zone
