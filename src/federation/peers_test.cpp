#include "federation/peers.h"

#include <doctest/doctest.h>

#include "federation/zone_identity.h"
#include "io/openssl_certificates.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::federation {
namespace {

struct Fixture {
  test::TestRuntime runtime;
  io::OpensslCertificates certificates{runtime.loop};
  Peers peers{runtime.files, certificates};

  template <class T>
  Result<T> wait(Task<Result<T>> task) {
    return store::test_support::run(runtime.loop, std::move(task));
  }
  std::string add_ca(const std::string& path, const std::string& name) {
    const auto authority = certificates.make_authority(name, Seconds{3600}).value();
    runtime.files.content[path] = authority.certificate_pem;
    return certificates.read(authority.certificate_pem).value().fingerprint;
  }
};

TEST_CASE_FIXTURE(Fixture, "a peer is who its own pinned CA says, and nobody else") {
  const std::string first = add_ca("/b.pem", "b");
  const std::string second = add_ca("/c.pem", "c");
  runtime.files.content["/trust.toml"] =
      "[[peers]]\nname = \"b\"\nendpoint = \"10.0.0.2:8443\"\nca_file = \"/b.pem\"\n"
      "[[peers]]\nname = \"c\"\nendpoint = \"10.0.0.3:8443\"\nca_file = \"/c.pem\"\n";
  REQUIRE(wait(peers.load("/trust.toml")));
  REQUIRE(peers.identify({"hanse://zone/b", first}) != nullptr);
  CHECK(peers.identify({"hanse://zone/b", first})->name == "b");
  CHECK(peers.identify({"hanse://zone/b", second}) == nullptr);
  CHECK(peers.identify({"hanse://zone/b/host/h", first}) == nullptr);
  CHECK(peers.identify({}) == nullptr);
}

TEST_CASE_FIXTURE(Fixture, "a trust file with a fault changes nothing") {
  add_ca("/b.pem", "b");
  const std::string good = "[[peers]]\nname = \"b\"\nendpoint = \"10.0.0.2:8443\"\nca_file = \"/b.pem\"\n";
  runtime.files.content["/trust.toml"] = good;
  REQUIRE(wait(peers.load("/trust.toml")));
  const std::string missing_ca = "[[peers]]\nname = \"d\"\nendpoint = \"10.0.0.2:1\"\nca_file = \"/d.pem\"\n";
  for (const std::string& bad : {good + good, std::string("[[peers]]\nnam = \"x\"\n"), missing_ca}) {
    runtime.files.content["/trust.toml"] = bad;
    CHECK_FALSE(wait(peers.load("/trust.toml")));
    CHECK(peers.names() == std::vector<std::string>{"b"});
  }
  REQUIRE(wait(peers.load("")));
  CHECK(peers.names().empty());
}

TEST_CASE_FIXTURE(Fixture, "a zone keeps its CA and refuses to make another when the key is lost") {
  ZoneIdentity first(runtime.files, certificates, "a", "/data");
  REQUIRE(wait(first.load_or_create()));
  ZoneIdentity again(runtime.files, certificates, "a", "/data");
  REQUIRE(wait(again.load_or_create()));
  CHECK(again.ca_fingerprint() == first.ca_fingerprint());
  REQUIRE(again.renew({"10.0.0.1", "zone.example"}));
  CHECK(certificates.read(again.certificate().certificate_pem).value().name == "hanse://zone/a");
  runtime.files.content.erase("/data/ca-key.pem");
  ZoneIdentity broken(runtime.files, certificates, "a", "/data");
  CHECK(wait(broken.load_or_create()).error().code == Code::data_loss);
}

}  // namespace
}  // namespace hanse::federation
