#include "host/host_config.h"

#include <doctest/doctest.h>

namespace hanse::host {
namespace {

constexpr char kStart[] =
    "data_dir = \"/h1/data\"\n"
    "zone_endpoint = \"10.77.1.1:8443\"\n";

std::string error_of(const std::string& more) {
  const auto config = parse_host_config(kStart + more, "host.toml");
  REQUIRE_FALSE(config);
  CHECK(config.error().code == Code::invalid_argument);
  return config.error().message;
}

TEST_CASE("what the file does not say has a default") {
  const auto config = parse_host_config(kStart, "host.toml");
  REQUIRE(config);
  CHECK(to_string(config->zone_endpoint) == "10.77.1.1:8443");
  CHECK(config->data_dir == "/h1/data");
  CHECK(config->stream_address.empty());
  CHECK(config->forward_ports.first == 20000);
  CHECK(config->guest_user == "nobody");
  CHECK(config->vcpu_limit.value == 0);
  CHECK(config->image_cache_limit == MiB{32768});
}

TEST_CASE("every field is read") {
  const auto config = parse_host_config(
      std::string(kStart) +
          "stream_address = \"10.77.1.1\"\nstream_ports = \"49252-49351\"\n"
          "forward_address = \"10.77.1.1\"\nforward_ports = \"1-65535\"\nguest_user = "
          "\"\"\nvcpu_limit = 8\nmemory_mib_limit = 4096\nimage_cache_mib = 100\nchunk_store_mib = 0\n",
      "host.toml");
  REQUIRE(config);
  CHECK(config->stream_address == "10.77.1.1");
  CHECK(config->stream_ports.first == 49252);
  CHECK(config->stream_ports.last == 49351);
  CHECK(config->forward_address == "10.77.1.1");
  CHECK(config->forward_ports.last == 65535);
  CHECK(config->guest_user.empty());
  CHECK(config->vcpu_limit.value == 8);
  CHECK(config->image_cache_limit == MiB{100});
  CHECK(config->chunk_store_limit == MiB{0});
  CHECK(config->memory_limit.value == 4096);
}

TEST_CASE("a fault is named with file, line, key and remedy") {
  CHECK(error_of("colour = 1\n").starts_with("host.toml:3: key 'colour': "));
  CHECK(error_of("\nvcpu_limit = \"8\"\n").starts_with("host.toml:4: key 'vcpu_limit': "));
  CHECK(error_of("vcpu_limit = -1\n") ==
        "host.toml:3: key 'vcpu_limit': write a number from 0 (what the machine has) to 4096");
  CHECK(error_of("image_cache_mib = -1\n").starts_with("host.toml:3: key 'image_cache_mib': write a number"));
  CHECK(error_of("memory_mib_limit = 1.5\n").starts_with("host.toml:3: key 'memory_mib_limit': "));
  CHECK(error_of("guest_user = 1\n").starts_with("host.toml:3: key 'guest_user': "));
  CHECK(error_of("data_dir = \"/again\"\n").starts_with("host.toml:3: "));
  CHECK(error_of("forward_address = \"\"\n").starts_with("host.toml:3: key 'forward_address': give the"));
  for (const char* range : {"5", "5-4", "0-5", "5-65536", "5-6-7", "a-b", ""})
    CHECK(error_of("stream_ports = \"" + std::string(range) + "\"\n")
              .starts_with("host.toml:3: key 'stream_ports': write a range"));
}

TEST_CASE("a file may say nothing; what it says must be usable") {
  const auto empty = parse_host_config("", "host.toml");
  REQUIRE(empty);
  CHECK(empty->data_dir.empty());
  CHECK(empty->architecture.empty());
  CHECK(parse_host_config("architecture = \"aarch64\"\n", "f")->architecture == "aarch64");
  CHECK(empty->zone_endpoint.port == 0);
  const auto error_with = [](const std::string& key, const std::string& value) {
    const auto config = parse_host_config(fmt::format("{} = \"{}\"\n", key, value), "f");
    return config ? std::string() : config.error().message;
  };
  CHECK(error_with("architecture", "arm").starts_with("f:1: key 'architecture': "));
  for (const char* path : {"relative", "/", "/data/"})
    CHECK(error_with("data_dir", path).starts_with("f:1: key 'data_dir': give the absolute path"));
  for (const char* address : {"nowhere", "zone:0", "unix:/socket"})
    CHECK(error_with("zone_endpoint", address).starts_with("f:1: key 'zone_endpoint': write the address"));
}

}  // namespace
}  // namespace hanse::host
