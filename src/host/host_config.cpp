#include "host/host_config.h"

#define TOML_EXCEPTIONS 0
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <toml++/toml.h>

#include "model/metadata.h"

namespace hanse::host {
namespace {

constexpr std::int64_t kMaxVcpus = 4096;
constexpr std::int64_t kMaxMemoryMib = std::int64_t{64} << 20;  // 64 TiB

// One field of the file: says where it is when it is wrong.
struct Field {
  const std::string& path;
  std::string_view key;
  const toml::node& node;

  template <class... Arguments>
  tl::unexpected<Error> wrong(fmt::format_string<Arguments...> remedy, Arguments&&... arguments) const {
    return fail(Code::invalid_argument, "{}:{}: field '{}' is wrong; {}", path, node.source().begin.line, key,
                fmt::format(remedy, std::forward<Arguments>(arguments)...));
  }
};

using Reader = std::function<Status(const Field&)>;

Status read_text(const Field& field, std::string& into) {
  const auto value = field.node.value_exact<std::string>();
  if (!value) return field.wrong("write a text in double quotes");
  into = *value;
  return {};
}

Reader text(std::string& into) {
  return [&into](const Field& field) { return read_text(field, into); };
}

Reader filled_text(std::string& into) {
  return [&into](const Field& field) -> Status {
    HANSE_CHECK(read_text(field, into));
    if (into.empty()) return field.wrong("it must not be empty");
    return {};
  };
}

Reader absolute_path(std::string& into) {
  return [&into](const Field& field) -> Status {
    HANSE_CHECK(read_text(field, into));
    while (into.size() > 1 && into.ends_with('/')) into.pop_back();
    if (!into.starts_with('/') || into == "/") return field.wrong("write the absolute path of a folder");
    return {};
  };
}

Reader resource_name(std::string& into) {
  return [&into](const Field& field) -> Status {
    HANSE_CHECK(read_text(field, into));
    if (!model::check_name(into, "")) return field.wrong("use up to 63 of a-z, 0-9 and '-' in between");
    return {};
  };
}

Reader endpoint(Endpoint& into) {
  return [&into](const Field& field) -> Status {
    std::string value;
    HANSE_CHECK(read_text(field, value));
    auto parsed = parse_endpoint(value);
    if (!parsed || !parsed->unix_path.empty() || parsed->port == 0)
      return field.wrong("write the zone's address as \"host:port\"");
    into = std::move(*parsed);
    return {};
  };
}

bool read_port(std::string_view digits, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc() && end == digits.data() + digits.size() && port > 0;
}

Reader port_range(qemu::PortRange& into) {
  return [&into](const Field& field) -> Status {
    std::string value;
    HANSE_CHECK(read_text(field, value));
    const std::size_t dash = value.find('-');
    const bool good =
        dash != std::string::npos && read_port(std::string_view(value).substr(0, dash), into.first) &&
        read_port(std::string_view(value).substr(dash + 1), into.last) && into.first <= into.last;
    if (!good) return field.wrong("write a range of ports from 1 to 65535, as \"49152-49251\"");
    return {};
  };
}

Reader number(std::int64_t& into, std::int64_t most) {
  return [&into, most](const Field& field) -> Status {
    const auto value = field.node.value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > most)
      return field.wrong("write a whole number from 0 (what the machine has) to {}", most);
    into = *value;
    return {};
  };
}

std::map<std::string_view, Reader> readers_of(HostConfig& config) {
  return {{"name", resource_name(config.name)},
          {"zone_endpoint", endpoint(config.zone_endpoint)},
          {"zone_ca_file", filled_text(config.zone_ca_file)},
          {"enrol_token_file", filled_text(config.enrol_token_file)},
          {"data_dir", absolute_path(config.data_dir)},
          {"stream_address", text(config.stream_address)},
          {"stream_ports", port_range(config.stream_ports)},
          {"forward_address", filled_text(config.forward_address)},
          {"forward_ports", port_range(config.forward_ports)},
          {"guest_user", text(config.guest_user)},
          {"vcpu_limit", number(config.vcpu_limit.value, kMaxVcpus)},
          {"memory_mib_limit", number(config.memory_limit.value, kMaxMemoryMib)}};
}

std::string known_keys(const std::map<std::string_view, Reader>& readers) {
  std::string keys;
  for (const auto& [key, reader] : readers) keys += (keys.empty() ? "" : ", ") + std::string(key);
  return keys;
}

}  // namespace

Result<HostConfig> parse_host_config(const std::string& text, const std::string& path) {
  const toml::parse_result parsed = toml::parse(text, path);
  if (!parsed)
    return fail(Code::invalid_argument, "{}:{}: {}; the file is written in TOML", path,
                parsed.error().source().begin.line, parsed.error().description());
  HostConfig config;
  const std::map<std::string_view, Reader> readers = readers_of(config);
  for (const auto& [key, node] : parsed.table()) {
    const auto reader = readers.find(key.str());
    if (reader == readers.end())
      return fail(Code::invalid_argument, "{}:{}: there is no field '{}'; the fields are {}", path,
                  key.source().begin.line, key.str(), known_keys(readers));
    HANSE_CHECK(reader->second(Field{path, key.str(), node}));
  }
  for (const char* needed : {"name", "zone_endpoint", "zone_ca_file", "enrol_token_file", "data_dir"}) {
    if (!parsed.table().contains(needed))
      return fail(Code::invalid_argument, "{}: field '{}' is missing; add it", path, needed);
  }
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
std::string identity_folder(const HostConfig& config) {
  return config.data_dir + "/identity";
}
std::string lock_socket(const HostConfig& config) {
  return config.data_dir + "/agent.sock";
}

}  // namespace hanse::host
