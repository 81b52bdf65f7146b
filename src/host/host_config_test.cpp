#include "host/host_config.h"

#include <doctest/doctest.h>

namespace hanse::host {
namespace {

constexpr char kNeeded[] =
    "name = \"h1\"\n"
    "zone_endpoint = \"10.77.1.1:8443\"\n"
    "zone_ca_file = \"/zone/ca.pem\"\n"
    "enrol_token_file = \"/h1/enrol.token\"\n"
    "data_dir = \"/h1/data/\"\n";

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

TEST_CASE("a fault is named with file, line, field and remedy") {
  CHECK(
      error_of("colour = 1\n").starts_with("host.toml:6: there is no field 'colour'; the fields are data_"));
  CHECK(
      error_of("\nvcpu_limit = \"8\"\n") ==
      "host.toml:7: field 'vcpu_limit' is wrong; write a whole number from 0 (what the machine has) to 4096");
  CHECK(error_of("vcpu_limit = -1\n").starts_with("host.toml:6: field 'vcpu_limit' is wrong"));
  CHECK(error_of("memory_mib_limit = 1.5\n").starts_with("host.toml:6: field 'memory_mib_limit' is wrong"));
  CHECK(error_of("guest_user = 1\n") ==
        "host.toml:6: field 'guest_user' is wrong; write a text in double quotes");
  CHECK(error_of("name = \"again\"\n").starts_with("host.toml:6: "));
  CHECK(error_of("forward_address = \"\"\n").ends_with("it must not be empty"));
  for (const char* range : {"5", "5-4", "0-5", "5-65536", "5-6-7", "a-b", ""})
    CHECK(error_of("stream_ports = \"" + std::string(range) + "\"\n")
              .starts_with("host.toml:6: field 'stream_ports'"));
}

TEST_CASE("what is needed must be there, and be usable") {
  const auto error_with = [](const std::string& text) {
    return parse_host_config(text, "f").error().message;
  };
  CHECK(error_with("name = \"h1\"\n") == "f: field 'zone_endpoint' is missing; add it");
  CHECK(error_with("name = \"../h1\"\n").starts_with("f:1: field 'name' is wrong"));
  CHECK(error_with("data_dir = \"relative\"\n").starts_with("f:1: field 'data_dir' is wrong"));
  CHECK(error_with("data_dir = \"/\"\n").starts_with("f:1: field 'data_dir' is wrong"));
  for (const char* address : {"nowhere", "zone:0", "unix:/socket"})
    CHECK(error_with("zone_endpoint = \"" + std::string(address) + "\"\n")
              .starts_with("f:1: field 'zone_endpoint'"));
}

}  // namespace
}  // namespace hanse::host
