#include "cli/manifest.h"

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "base/json_mapping.h"
#include "model/metadata.h"

namespace hanse::cli {
namespace {

// The API keeps labels and annotations beside the metadata, a manifest inside.
std::string manifest_pointer(const std::string& pointer) {
  for (const std::string_view moved : {"/labels", "/annotations"}) {
    if (pointer == moved || pointer.starts_with(std::string(moved) + "/")) return "/metadata" + pointer;
  }
  return pointer;
}

// "/spec/forwards/0/guestPort" -> "spec.forwards[0].guestPort"
std::string field_path(std::string_view pointer) {
  std::string out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view segment = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(segment.size());
    if (!out.empty() && !segment.empty() &&
        segment.find_first_not_of("0123456789") == std::string_view::npos) {
      out += fmt::format("[{}]", segment);
      continue;
    }
    if (!out.empty()) out += '.';
    for (std::size_t i = 0; i < segment.size(); ++i) {
      const bool escaped = segment[i] == '~' && i + 1 < segment.size();
      out += !escaped ? segment[i] : segment[++i] == '1' ? '/' : '~';
    }
  }
  return out;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// A number or a truth value where a text is wanted was most likely meant as text: 1.10, true.
std::string quoting_advice(const YamlDocument& source, const std::string& pointer, std::string_view message) {
  if (message.find("must be a string, not") == std::string_view::npos) return "";
  boost::system::error_code missing;
  const json::Value* found = source.value.find_pointer(pointer, missing);
  if (found == nullptr || (!found->is_number() && !found->is_bool())) return "";
  return "; put it in quotes";
}

tl::unexpected<Error> refuse(const std::string& file, const YamlDocument& source, const std::string& pointer,
                             const std::string& reason, Code code = Code::invalid_argument) {
  const Position at = position_of(source, pointer);
  return fail(Error{code, fmt::format("{}:{}:{}: {}", file, at.line, at.column, reason), {{pointer, {}}}});
}

Status check_fields(const std::string& file, const YamlDocument& source, const std::string& pointer,
                    std::initializer_list<std::string_view> known) {
  const std::string field = pointer.empty() ? "the document" : field_path(pointer);
  const json::Value* object = nullptr;
  boost::system::error_code missing;
  object = source.value.find_pointer(pointer, missing);
  if (object == nullptr) return refuse(file, source, "", field + " is missing; add it");
  if (!object->is_object()) {
    return refuse(file, source, pointer, fmt::format("{} must be a map of fields", field));
  }
  for (const auto& member : object->get_object()) {
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) != known.end()) continue;
    const std::string unknown = json::mapping::join_pointer(pointer, member.key());
    return refuse(
        file, source, unknown,
        fmt::format("{} is not a known field; known here: {}", field_path(unknown), fmt::join(known, ", ")));
  }
  return {};
}

Result<std::string> read_text(const std::string& file, const YamlDocument& source, const std::string& pointer,
                              std::string otherwise) {
  boost::system::error_code missing;
  const json::Value* value = source.value.find_pointer(pointer, missing);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return std::string(value->get_string());
  return refuse(file, source, pointer,
                fmt::format("{} must be a string{}", field_path(pointer),
                            value->is_number() || value->is_bool() ? "; put it in quotes" : ""));
}

Status check_api_version(const std::string& file, const YamlDocument& source) {
  HANSE_TRY(const std::string version, read_text(file, source, "/apiVersion", ""));
  if (version == kApiVersion) return {};
  return refuse(file, source, "/apiVersion",
                version.empty()
                    ? fmt::format("apiVersion is missing; write apiVersion: {}", kApiVersion)
                    : fmt::format("apiVersion must be {}, not '{}'", kApiVersion, version.substr(0, 64)));
}

Result<const Kind*> read_kind(const std::string& file, const YamlDocument& source) {
  HANSE_TRY(const std::string name, read_text(file, source, "/kind", ""));
  if (const Kind* kind = find_manifest_kind(name)) return kind;
  std::string known;
  for (const Kind& kind : all_kinds()) {
    if (kind.appliable) known.append(known.empty() ? "" : ", ").append(kind.name);
  }
  return refuse(file, source, "/kind",
                name.empty()
                    ? fmt::format("kind is missing; write one of: {}", known)
                    : fmt::format("kind '{}' is not known; use one of: {}", name.substr(0, 64), known));
}

Result<Place> read_place(const std::string& file, const YamlDocument& source, const Place& otherwise) {
  Place place;
  for (const auto& [pointer, target, fallback] :
       {std::tuple{"/metadata/tenant", &place.tenant, &otherwise.tenant},
        std::tuple{"/metadata/workspace", &place.workspace, &otherwise.workspace}}) {
    HANSE_TRY(*target, read_text(file, source, pointer, *fallback));
    const Status good = model::check_name(*target, pointer);
    if (!good) {
      return refuse(file, source, pointer, field_path(pointer) + ": " + good.error().message);
    }
  }
  return place;
}

json::Value make_resource(const json::Object& manifest) {
  json::Object resource;
  const json::Object& metadata = manifest.at("metadata").get_object();
  resource["metadata"] = json::Object();
  if (const json::Value* name = metadata.if_contains("name"))
    resource["metadata"].get_object()["name"] = *name;
  for (const std::string_view field : {"labels", "annotations"}) {
    if (const json::Value* value = metadata.if_contains(field)) resource[field] = *value;
  }
  if (const json::Value* spec = manifest.if_contains("spec")) resource["spec"] = *spec;
  return resource;
}

Result<ManifestDocument> read_document(const std::string& file, YamlDocument source, const Place& otherwise) {
  HANSE_CHECK(check_fields(file, source, "", {"apiVersion", "kind", "metadata", "spec"}));
  HANSE_CHECK(check_api_version(file, source));
  HANSE_TRY(const Kind* kind, read_kind(file, source));
  HANSE_CHECK(
      check_fields(file, source, "/metadata", {"name", "tenant", "workspace", "labels", "annotations"}));
  if (!source.value.get_object().at("metadata").get_object().contains("name")) {
    return refuse(file, source, "/metadata", "metadata.name is missing; give the resource a name");
  }
  HANSE_TRY(const std::string name, read_text(file, source, "/metadata/name", ""));
  HANSE_TRY(const Place place, read_place(file, source, otherwise));
  ManifestDocument document{
      file, kind, name, place, make_resource(source.value.get_object()), std::move(source)};
  const Status good = kind->check(document.resource);
  if (!good) return fail(locate(document, good.error()));
  return document;
}

}  // namespace

Result<std::vector<ManifestDocument>> read_manifest(const std::string& file, std::string_view text,
                                                    const Place& default_place) {
  HANSE_TRY(std::vector<YamlDocument> sources, read_yaml(file, text));
  if (sources.empty()) return refuse(file, {}, "", "the file holds no document");
  std::vector<ManifestDocument> documents;
  for (YamlDocument& source : sources) {
    HANSE_TRY(ManifestDocument document, read_document(file, std::move(source), default_place));
    documents.push_back(std::move(document));
  }
  return documents;
}

Result<std::vector<ManifestDocument>> order_documents(std::vector<ManifestDocument> documents) {
  std::map<std::string, const ManifestDocument*> seen;
  for (const ManifestDocument& document : documents) {
    const auto [first, added] =
        seen.emplace(item_path(*document.kind, document.place, document.name), &document);
    if (added) continue;
    return refuse(document.file, document.source, "/metadata/name",
                  fmt::format("the {} '{}' is declared twice, first in {}:{}; remove one of the two",
                              document.kind->singular, document.name, first->second->file,
                              position_of(first->second->source, "/metadata/name").line));
  }
  std::multimap<int, ManifestDocument> by_rank;  // keeps the order of those of one rank
  for (ManifestDocument& document : documents) by_rank.emplace(document.kind->rank, std::move(document));
  documents.clear();
  for (auto& [rank, document] : by_rank) documents.push_back(std::move(document));
  return documents;
}

Error locate(const ManifestDocument& document, const Error& fault) {
  const std::string pointer =
      fault.sources.empty() ? std::string() : manifest_pointer(fault.sources.front().pointer);
  std::string message = fault.message;
  if (!pointer.empty()) {
    message += quoting_advice(document.source, pointer, message);
    replace_all(message, fault.sources.front().pointer, field_path(pointer));
    if (message.find(field_path(pointer)) == std::string::npos)
      message = field_path(pointer) + ": " + message;
  } else {
    message = fmt::format("{} '{}': {}", document.kind->singular, document.name, message);
  }
  return refuse(document.file, document.source, pointer, message, fault.code).value();
}

}  // namespace hanse::cli
