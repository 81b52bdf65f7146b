#include "host/drivers/qemu/seed.h"

#include <doctest/doctest.h>

namespace hanse::host::qemu {
namespace {

TEST_CASE("the seed names the instance and gives its keys") {
  model::MachineSpec machine{.uid = "u-1", .name = "web"};
  machine.ssh_keys = {"ssh-ed25519 AAAA \"me\""};
  CHECK(seed_meta_data(machine) ==
        "instance-id: \"u-1\"\nlocal-hostname: \"web\"\npublic-keys:\n  - \"ssh-ed25519 AAAA \\\"me\\\"\"\n");
  machine.ssh_keys.clear();
  CHECK(seed_meta_data(machine) == "instance-id: \"u-1\"\nlocal-hostname: \"web\"\n");
}

TEST_CASE("user data goes to the guest as it is, and is never missing") {
  CHECK(seed_user_data({.user_data = "#cloud-config\nx: 1\n"}) == "#cloud-config\nx: 1\n");
  CHECK(seed_user_data({}) == "#cloud-config\n{}\n");
}

}  // namespace
}  // namespace hanse::host::qemu
