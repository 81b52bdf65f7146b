#include "zone/hardware_choice.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace hanse::zone {
namespace {

using Names = std::vector<std::string>;

model::Inventory modern_host() {
  return {.cpu_models = {"EPYC", "qemu64", "x86-64-v2", "x86-64-v3", "x86-64-v4"},
          .machine_types = {"pc-q35-10.0", "pc-q35-8.2", "pc-q35-9.2"}};
}

federation::ZoneDigest zone_with(Names models, Names types) {
  federation::ZoneDigest digest;
  digest.cpu_models = std::move(models);
  digest.machine_types = std::move(types);
  return digest;
}

TEST_CASE("alone, a zone gives its guests the best that the host has") {
  CHECK(choose_cpu_model(modern_host(), {}) == "x86-64-v4");
  CHECK(choose_machine_type(modern_host(), {}) == "pc-q35-10.0");
  CHECK(choose_cpu_model({.cpu_models = {"EPYC"}}, {}) == "EPYC");
  CHECK(choose_cpu_model({}, {}) == "qemu64");
  CHECK(choose_machine_type({.machine_types = {"virt"}}, {}) == "virt");
  CHECK(choose_machine_type({}, {}).empty());
}

TEST_CASE("with peers it is the best that all of them share") {
  SharedHardware shared;
  shared.add(zone_with({"qemu64", "x86-64-v2", "x86-64-v3"}, {"pc-q35-10.0", "pc-q35-9.2"}));
  CHECK(choose_cpu_model(modern_host(), shared) == "x86-64-v3");
  shared.add(zone_with({"qemu64", "x86-64-v2"}, {"pc-q35-9.2", "pc-q35-8.2"}));
  CHECK(choose_cpu_model(modern_host(), shared) == "x86-64-v2");
  CHECK(choose_machine_type(modern_host(), shared) == "pc-q35-9.2");
  // One that says nothing of its hosts changes nothing.
  shared.add(zone_with({}, {}));
  CHECK(choose_cpu_model(modern_host(), shared) == "x86-64-v2");
}

TEST_CASE("where nothing is shared the host's own choice counts") {
  SharedHardware shared;
  shared.add(zone_with({"Neoverse"}, {"virt-9"}));
  CHECK(choose_cpu_model(modern_host(), shared) == "x86-64-v4");
  CHECK(choose_machine_type(modern_host(), shared) == "pc-q35-10.0");
}

TEST_CASE("a zone of another architecture alone does not count") {
  SharedHardware shared{.family = model::kX86.machine_family};
  shared.add(zone_with({"cortex-a72"}, {"virt-10.0"}));
  shared.add(zone_with({"qemu64", "x86-64-v2", "cortex-a72"}, {"pc-q35-9.2", "virt-10.0"}));
  CHECK(choose_cpu_model(modern_host(), shared) == "x86-64-v2");
  CHECK(choose_machine_type(modern_host(), shared) == "pc-q35-9.2");
  const model::Inventory arm{.cpu_models = {"cortex-a53", "cortex-a72", "neoverse-n1"},
                             .machine_types = {"virt-9.2", "virt-10.0"}};
  SharedHardware others{.family = model::kArm.machine_family};
  others.add(zone_with({"qemu64"}, {"pc-q35-9.2"}));
  CHECK(choose_cpu_model(arm, others) == "cortex-a72");
  CHECK(choose_machine_type(arm, others) == "virt-10.0");
  others.add(zone_with({"cortex-a53"}, {"virt-9.2"}));
  CHECK(choose_cpu_model(arm, others) == "cortex-a53");
  CHECK(choose_machine_type(arm, others) == "virt-9.2");
}

TEST_CASE("a zone says what any of its hosts can run, each once, and not without end") {
  placement::HostHardware old{.cpu_models = {"qemu64"}, .machine_types = {"pc-q35-8.2"}};
  const placement::HostHardware modern{modern_host().cpu_models, modern_host().machine_types};
  federation::ZoneDigest digest;
  add_hardware(digest, std::vector{modern, old});
  CHECK(digest.cpu_models == modern.cpu_models);
  CHECK(digest.machine_types == Names{"pc-q35-10.0", "pc-q35-8.2", "pc-q35-9.2"});
  for (int i = 0; i < 500; ++i) old.cpu_models.push_back("model-" + std::to_string(i));
  add_hardware(digest, std::vector{old});
  CHECK(digest.cpu_models.size() == federation::kMaxHardwareNames);
}

}  // namespace
}  // namespace hanse::zone
