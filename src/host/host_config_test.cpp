#include "host/host_config.h"

#include <doctest/doctest.h>

namespace hanse::host {
namespace {

constexpr char kNeeded[] =
    "name = \"h1\"\n"
    "zone_endpoint = \"10.77.1.1:8443\"\n"
    "zone_ca_file = \"/zone/ca.pem\"\n"
    "enrol_token_file = \"/h1/enrol.token\"\n"
    "data_dir = \"/h1/data\"\n";

std::string error_of(const std::string& more) {
  const auto config = parse_host_config(kNeeded + more, "host.toml");
  REQUIRE_FALSE(config);
  CHECK(config.error().code == Code::invalid_argument);
  return config.error().message;
}

TEST_CASE("what the file does not say has a default") {
  const auto config = parse_host_config(kNeeded, "host.toml");
  REQUIRE(config);
  CHECK(config->name == "h1");
  CHECK(to_string(config->zone_endpoint) == "10.77.1.1:8443");
  CHECK(config->data_dir == "/h1/data");
  CHECK(config->stream_address.empty());
  CHECK(config->forward_ports.first == 20000);
  CHECK(config->guest_user == "nobody");
  CHECK(config->vcpu_limit.value == 0);
}

TEST_CASE("every field is read") {
  const auto config =
      parse_host_config(std::string(kNeeded) +
                            "stream_address = \"10.77.1.1\"\nstream_ports = \"49252-49351\"\n"
                            "forward_address = \"10.77.1.1\"\nforward_ports = \"1-65535\"\nguest_user = "
                            "\"\"\nvcpu_limit = 8\nmemory_mib_limit = 4096\n",
                        "host.toml");
  REQUIRE(config);
  CHECK(config->stream_address == "10.77.1.1");
  CHECK(config->stream_ports.first == 49252);
  CHECK(config->stream_ports.last == 49351);
  CHECK(config->forward_address == "10.77.1.1");
  CHECK(config->forward_ports.last == 65535);
  CHECK(config->guest_user.empty());
  CHECK(config->vcpu_limit.value == 8);
  CHECK(config->memory_limit.value == 4096);
}

TEST_CASE("a fault is named with file, line, key and remedy") {
  CHECK(error_of("colour = 1\n").starts_with("host.toml:6: key 'colour': "));
  CHECK(error_of("\nvcpu_limit = \"8\"\n").starts_with("host.toml:7: key 'vcpu_limit': "));
  CHECK(error_of("vcpu_limit = -1\n") ==
        "host.toml:6: key 'vcpu_limit': write a number from 0 (what the machine has) to 4096");
  CHECK(error_of("memory_mib_limit = 1.5\n").starts_with("host.toml:6: key 'memory_mib_limit': "));
  CHECK(error_of("guest_user = 1\n").starts_with("host.toml:6: key 'guest_user': "));
  CHECK(error_of("name = \"again\"\n").starts_with("host.toml:6: "));
  CHECK(error_of("forward_address = \"\"\n").starts_with("host.toml:6: key 'forward_address': give the"));
  for (const char* range : {"5", "5-4", "0-5", "5-65536", "5-6-7", "a-b", ""})
    CHECK(error_of("stream_ports = \"" + std::string(range) + "\"\n")
              .starts_with("host.toml:6: key 'stream_ports': write a range"));
}

TEST_CASE("what is needed must be there, and be usable") {
  const auto error_with = [](const std::string& key, const std::string& value) {
    std::string text = kNeeded;
    const std::size_t begin = text.find(key + " = ");
    const std::size_t end = text.find('\n', begin);
    text.replace(begin, end - begin, value.empty() ? "" : key + " = \"" + value + "\"");
    const auto config = parse_host_config(text, "f");
    return config ? std::string() : config.error().message;
  };
  for (const char* key : {"name", "zone_endpoint", "zone_ca_file", "enrol_token_file", "data_dir"})
    CHECK(error_with(key, "").starts_with("f:1: key '" + std::string(key) + "': "));
  CHECK(error_with("name", "../h1").starts_with("f:1: key 'name': "));
  for (const char* path : {"relative", "/", "/data/"})
    CHECK(error_with("data_dir", path).starts_with("f:5: key 'data_dir': give the absolute path"));
  for (const char* address : {"nowhere", "zone:0", "unix:/socket"})
    CHECK(error_with("zone_endpoint", address).starts_with("f:2: key 'zone_endpoint': write the address"));
}

}  // namespace
}  // namespace hanse::host
