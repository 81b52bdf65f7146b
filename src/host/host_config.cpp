#include "host/host_config.h"

#include <charconv>

#include "base/json_mapping.h"
#include "base/toml.h"
#include "model/architecture.h"

namespace hanse::host {
namespace {

constexpr std::int64_t kMaxVcpus = 4096;
constexpr std::int64_t kMaxMemoryMib = std::int64_t{64} << 20;  // 64 TiB
constexpr std::int64_t kMaxImageCacheMib = std::int64_t{1} << 30;
constexpr std::int64_t kMaxChunkStoreMib = std::int64_t{16} << 20;

// The file as it is written; HostConfig is what it means.
struct HostFile {
  std::string data_dir;
  std::string zone_endpoint;
  std::string stream_address;
  std::string stream_ports = "49152-49251";
  std::string forward_address = "127.0.0.1";
  std::string forward_ports = "20000-29999";
  std::string guest_user = "nobody";
  std::string architecture;
  std::int64_t vcpu_limit = 0;
  std::int64_t memory_mib_limit = 0;
  std::int64_t image_cache_mib = 32768;
  std::int64_t chunk_store_mib = 4096;
};
BOOST_DESCRIBE_STRUCT(HostFile, (),
                      (data_dir, zone_endpoint, stream_address, stream_ports, forward_address, forward_ports,
                       guest_user, architecture, vcpu_limit, memory_mib_limit, image_cache_mib,
                       chunk_store_mib))
HANSE_DEFINE_READ_JSON(HostFile)

bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port > 0;
}

Result<PortRange> read_ports(std::string_view text, const std::string& pointer) {
  PortRange range;
  const std::size_t dash = text.find('-');
  const bool good = dash != std::string_view::npos && read_port(text.substr(0, dash), range.first) &&
                    read_port(text.substr(dash + 1), range.last) && range.first <= range.last;
  if (!good) return fail_field(pointer, "write a range of ports from 1 to 65535, as \"49152-49251\"");
  return range;
}

Result<Endpoint> read_zone_endpoint(const std::string& text) {
  if (text.empty()) return Endpoint();
  Result<Endpoint> endpoint = parse_endpoint(text);
  if (!endpoint || !endpoint->unix_path.empty() || endpoint->port == 0)
    return fail_field("/zoneEndpoint", "write the address of the zone as \"host:port\"");
  return endpoint;
}

Status check_limit(std::int64_t value, std::int64_t most, const std::string& pointer) {
  if (value >= 0 && value <= most) return {};
  return fail_field(pointer, "write a number from 0 (what the machine has) to {}", most);
}

Status check_data_dir(const std::string& path) {
  if (path.size() > 1 && path.front() == '/' && path.back() != '/') return {};
  return fail_field("/dataDir",
                    "give the absolute path of a folder for the host's data, without a / at its end");
}

Result<HostConfig> meaning_of(const HostFile& file) {
  HANSE_TRY(Endpoint zone, read_zone_endpoint(file.zone_endpoint));
  if (!file.data_dir.empty()) {
    HANSE_CHECK(check_data_dir(file.data_dir));
  }
  if (file.forward_address.empty())
    return fail_field("/forwardAddress", "give the address where forwarded ports listen, as \"127.0.0.1\"");
  HANSE_TRY(const PortRange stream_ports, read_ports(file.stream_ports, "/streamPorts"));
  HANSE_TRY(const PortRange forward_ports, read_ports(file.forward_ports, "/forwardPorts"));
  if (!file.architecture.empty()) HANSE_CHECK(model::check_architecture(file.architecture, "/architecture"));
  HANSE_CHECK(check_limit(file.vcpu_limit, kMaxVcpus, "/vcpuLimit"));
  HANSE_CHECK(check_limit(file.memory_mib_limit, kMaxMemoryMib, "/memoryMibLimit"));
  if (file.image_cache_mib < 0 || file.image_cache_mib > kMaxImageCacheMib)
    return fail_field("/imageCacheMib", "write a number from 0 (keep what is in use alone) to {}",
                      kMaxImageCacheMib);
  if (file.chunk_store_mib < 0 || file.chunk_store_mib > kMaxChunkStoreMib)
    return fail_field("/chunkStoreMib", "write a number from 0 (keep none) to {}", kMaxChunkStoreMib);
  return HostConfig{.zone_endpoint = std::move(zone),
                    .data_dir = file.data_dir,
                    .stream_address = file.stream_address,
                    .stream_ports = stream_ports,
                    .forward_address = file.forward_address,
                    .forward_ports = forward_ports,
                    .guest_user = file.guest_user,
                    .architecture = file.architecture,
                    .vcpu_limit = {file.vcpu_limit},
                    .memory_limit = {file.memory_mib_limit},
                    .image_cache_limit = {file.image_cache_mib},
                    .chunk_store_limit = {file.chunk_store_mib}};
}

}  // namespace

Result<HostConfig> parse_host_config(const std::string& text, const std::string& path) {
  HANSE_TRY(const toml_text::Document document, toml_text::parse(text, path));
  const Result<HostFile> file = json::from_json<HostFile>(document.value);
  if (!file) return fail(toml_text::locate(file.error(), document, path));
  Result<HostConfig> config = meaning_of(*file);
  if (!config) return fail(toml_text::locate(config.error(), document, path));
  return config;
}

std::string blob_folder(const HostConfig& config) {
  return config.data_dir + "/blobs";
}
std::string marker_folder(const HostConfig& config) {
  return config.data_dir + "/moves";
}
std::string relay_folder(const HostConfig& config) {
  return config.data_dir + "/relays";
}
std::string chunk_file(const HostConfig& config) {
  return config.data_dir + "/chunks.db";
}
std::string snapshot_file(const HostConfig& config) {
  return config.data_dir + "/snapshots.db";
}
std::string identity_folder(const std::string& data_dir) {
  return data_dir + "/identity";
}
std::string lock_socket(const std::string& data_dir) {
  return data_dir + "/agent.sock";
}

}  // namespace hanse::host
