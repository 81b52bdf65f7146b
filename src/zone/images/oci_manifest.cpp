#include "zone/images/oci_manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "base/json.h"
#include "model/storage.h"

namespace hanse::zone {
namespace {

constexpr std::size_t kMaxLayers = 127;
constexpr std::size_t kMaxIndexEntries = 1000;

Result<json::Object> parse_oci_object(std::string_view text, std::string_view what) {
  const Result<json::Value> value = json::parse(text);
  if (!value || !value->is_object())
    return fail(Code::invalid_argument, "the {} of the archive is no JSON object", what);
  return value->get_object();
}

// Empty: it is not there, or no text.
std::string oci_text(const json::Object& object, std::string_view name) {
  const json::Value* const member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

std::string digest_member(const json::Object& object) {
  std::string digest = oci_text(object, "digest");
  return model::is_digest(digest) ? digest : std::string();
}

bool attests_only(const json::Object& entry) {
  const json::Value* const annotations = entry.if_contains("annotations");
  return annotations != nullptr && annotations->is_object() &&
         oci_text(annotations->get_object(), "vnd.docker.reference.type") == "attestation-manifest";
}

bool is_index_type(std::string_view type) {
  return type == "application/vnd.oci.image.index.v1+json" ||
         type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

// gzip, zstd or nothing follows; tar tells them apart itself.
bool is_layer_type(std::string_view type) {
  return (type.starts_with("application/vnd.oci.image.layer.") ||
          type.starts_with("application/vnd.docker.image.rootfs.")) &&
         !type.ends_with("+encrypted");
}

Result<std::string> read_layer(const json::Value& layer) {
  if (!layer.is_object()) return fail(Code::invalid_argument, "a layer of the manifest is no object");
  const std::string type = oci_text(layer.get_object(), "mediaType");
  if (!is_layer_type(type))
    return fail(Code::invalid_argument, "the manifest has a layer of type '{}', which is no archive of files",
                type);
  std::string digest = digest_member(layer.get_object());
  if (digest.empty()) return fail(Code::invalid_argument, "a layer of the manifest has no sha256 digest");
  return digest;
}

}  // namespace

Result<std::vector<OciIndexEntry>> read_oci_index(std::string_view text) {
  HANSE_TRY(const json::Object index, parse_oci_object(text, "index"));
  const json::Value* const manifests = index.if_contains("manifests");
  if (manifests == nullptr || !manifests->is_array() || manifests->get_array().size() > kMaxIndexEntries)
    return fail(Code::invalid_argument, "the index of the archive must name at most {} manifests",
                kMaxIndexEntries);
  std::vector<OciIndexEntry> entries;
  for (const json::Value& value : manifests->get_array()) {
    if (!value.is_object()) return fail(Code::invalid_argument, "an entry of the index is no object");
    if (attests_only(value.get_object())) continue;
    std::string digest = digest_member(value.get_object());
    if (digest.empty()) return fail(Code::invalid_argument, "an entry of the index has no sha256 digest");
    const bool known = std::any_of(entries.begin(), entries.end(),
                                   [&](const OciIndexEntry& one) { return one.digest == digest; });
    if (!known)
      entries.push_back({std::move(digest), is_index_type(oci_text(value.get_object(), "mediaType"))});
  }
  return entries;
}

Result<OciManifest> read_oci_manifest(std::string_view text) {
  HANSE_TRY(const json::Object object, parse_oci_object(text, "manifest"));
  OciManifest manifest;
  if (const json::Value* const config = object.if_contains("config");
      config != nullptr && config->is_object())
    manifest.config = digest_member(config->get_object());
  if (manifest.config.empty())
    return fail(Code::invalid_argument, "the config of the manifest has no sha256 digest");
  const json::Value* const layers = object.if_contains("layers");
  if (layers == nullptr || !layers->is_array() || layers->get_array().empty() ||
      layers->get_array().size() > kMaxLayers) {
    return fail(Code::invalid_argument, "the manifest must have 1 to {} layers", kMaxLayers);
  }
  for (const json::Value& layer : layers->get_array()) {
    HANSE_TRY(std::string digest, read_layer(layer));
    manifest.layers.push_back(std::move(digest));
  }
  return manifest;
}

Status check_oci_config(std::string_view text) {
  HANSE_TRY(const json::Object config, parse_oci_object(text, "config"));
  if (const std::string os = oci_text(config, "os"); os != "linux")
    return fail(Code::invalid_argument, "the image is of the operating system '{}' and must be of linux", os);
  return {};
}

Status check_oci_layout(std::string_view text) {
  HANSE_TRY(const json::Object layout, parse_oci_object(text, "oci-layout"));
  if (const std::string version = oci_text(layout, "imageLayoutVersion"); !version.starts_with("1."))
    return fail(Code::invalid_argument, "the archive is of version '{}' of the OCI layout, not of 1",
                version);
  return {};
}

}  // namespace hanse::zone
