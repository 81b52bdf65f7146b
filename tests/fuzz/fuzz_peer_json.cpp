// The JSON that a source of a move sends: what is read is written and read again as the same, and of a
// request that passes all checks nothing is kept but under plain names, as this zone's own.
//
// The input is a letter for the type and its JSON; or 'e' and lines "POINTER JSON", each of which puts
// another value in the place of one of a request that is good.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "codec/seed_frames.h"
#include "migration/transfer_machine.h"
#include "store/open.h"
#include "tests/support/http_service.h"
#include "zone/transfers/incoming.h"
#include "zone/zone_version.h"

namespace {

using namespace hanse;

void require(bool holds) {
  if (!holds) std::abort();
}

zone::IncomingRequest good_request() {
  zone::IncomingRequest request{
      .transfer = "t-1", .source_epoch = {1}, .ca_pem = "PEM", .version = std::string(zone::kVersion)};
  model::Instance& instance = request.instance;
  instance.metadata = {.name = "web", .tenant = "default", .workspace = "default", .uid = "i-1"};
  instance.labels = {{"tier", "front"}};
  instance.spec.sku_ref = "skus/tiny";
  instance.spec.boot_volume.source_image_ref = "images/witness";
  instance.spec.host = "h7";
  instance.spec.cpu_model = "qemu64";
  instance.spec.machine_type = "pc-q35-10.0";
  instance.status.block_storages = {"web-boot"};
  instance.status.snapshots = {{.name = "asleep", .uid = "s-1", .state = model::SnapshotState::ready}};
  request.sku.metadata = {.name = "tiny", .tenant = "default"};
  request.sku.spec = {.vcpu = {1}, .memory_mib = {192}};
  model::BlockStorage disk;
  disk.metadata = {.name = "web-boot", .tenant = "default", .workspace = "default", .uid = "b-1"};
  disk.spec.size_mib = {256};
  disk.spec.source_image_ref = "images/witness";
  request.block_storages = {disk};
  model::Image image;
  image.metadata = {.name = "witness", .tenant = "default"};
  image.spec = {.blobs = {{model::BlobRole::disk, "sha256:" + std::string(64, 'a'), {4}}},
                .virtual_size_mib = {256}};
  request.images = {image};
  return request;
}

struct EmptyZone {
  test::TestRuntime world;
  std::unique_ptr<store::Store> store =
      std::move(test::complete(world.loop, store::open_memory(world.runtime)).value().value());
  zone::Tables tables{*store};
};

bool is_plain(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// A key of the store is a path of names.
bool is_plain_key(std::string_view key) {
  if (!key.starts_with('/')) return false;
  while (!key.empty()) {
    key.remove_prefix(1);
    const std::size_t end = std::min(key.find('/'), key.size());
    if (!is_plain(key.substr(0, end))) return false;
    key.remove_prefix(end);
  }
  return true;
}

// Whether it is kept.
bool check_kept(const zone::IncomingRequest& request) {
  static EmptyZone here;
  const zone::IncomingTerms terms{
      .peer = "warsaw", .zone = "helsinki", .host = "h1", .now = "2026-01-01T00:00:00Z", .uid = "abc"};
  const auto records = incoming_records(here.tables, request, terms);
  if (!records) return false;
  require(is_plain(request.instance.metadata.uid));
  for (const model::BlockStorage& storage : request.block_storages) require(is_plain(storage.metadata.uid));
  require(records->transfer.status.source_zone == "warsaw");
  for (const auto& [key, text] : records->transaction.writes) {
    require(is_plain_key(key) && text.has_value());
    const json::Value kept = json::parse(*text).value();
    require(kept.at_pointer("/metadata/region") == "helsinki");
    if (!key.starts_with("/instances/")) continue;
    const auto instance = json::from_json<model::Instance>(kept).value();
    require(instance.status.incoming && !instance.spec.host && instance.status.forwards.empty());
    require(instance.status.host == "h1" && instance.status.placed_by == "warsaw");
    require(instance.status.epoch.value > request.source_epoch.value);
  }
  return true;
}

bool check_request(const zone::IncomingRequest& request) {
  return check_incoming("warsaw", request) && check_authority(request) && check_kept(request);
}

template <class T>
std::optional<T> read(const json::Value& value) {
  Result<T> read = json::from_json<T>(value);
  if (!read) return std::nullopt;
  const std::string text = json::to_text(*read);
  require(text == json::dump(to_json(*read)));
  require(json::from_json<T>(json::parse(text).value()).value() == *read);
  return std::move(*read);
}

template <class T>
void read_text(std::string_view text) {
  if (const auto value = json::parse(text)) static_cast<void>(read<T>(*value));
}

void read_edited(std::string_view edits) {
  json::Value value = to_json(good_request());
  while (!edits.empty()) {
    const std::string_view line = edits.substr(0, edits.find('\n'));
    edits.remove_prefix(std::min(edits.size(), line.size() + 1));
    const std::size_t space = std::min(line.find(' '), line.size());
    boost::system::error_code missing;
    json::Value* const place = value.find_pointer(line.substr(0, space), missing);
    auto put = json::parse(line.substr(std::min(line.size(), space + 1)));
    if (place != nullptr && put) *place = std::move(*put);
  }
  if (const auto request = read<zone::IncomingRequest>(value)) static_cast<void>(check_request(*request));
}

}  // namespace

// Else nothing that is made of it is.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  require(check_request(good_request()));
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'h':
      read_text<codec::SeedHello>(text);
      break;
    case 'w':
      read_text<codec::SeedWelcome>(text);
      break;
    case 'r':
      read_text<codec::SeedReady>(text);
      break;
    case 'f':
      read_text<codec::SeedFailed>(text);
      break;
    case 'j':
      read_text<codec::SeedRejoin>(text);
      break;
    case 'v':
      read_text<migration::IncomingView>(text);
      break;
    case 'g':
      read_text<zone::GrantRequest>(text);
      break;
    case 'e':
      read_edited(text);
      break;
    default:
      if (const auto value = json::parse(text)) {
        if (const auto request = read<zone::IncomingRequest>(*value))
          static_cast<void>(check_request(*request));
      }
  }
  return 0;
}
