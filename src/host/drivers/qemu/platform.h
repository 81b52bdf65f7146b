// What differs between the architectures that QEMU runs guests of: its program, the machine, its firmware and
// its processors. Plain data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/architecture.h"

namespace hanse::host::qemu {

struct Platform {
  model::Architecture architecture;
  std::string_view emulator;
  std::string_view machine_type;     // of a machine that names none
  std::string_view machine_options;  // besides the accelerator; they are part of what a guest sees
  std::string_view cpu_model;        // of a machine that names none
  // A file that the machine starts with; empty: it has its own. And the package that has it.
  std::string_view firmware;
  std::string_view firmware_package;
  // Added to the kernel's command line of an emulated guest.
  std::string_view emulation_arguments;
  // Those that a guest can be given under emulation; empty: QEMU says which.
  std::span<const std::string_view> emulated_models;
  // Without it KVM runs no ordinary guest; where it is the only one, there are no models that two hosts
  // share.
  std::string_view kvm_model;
  bool kvm_has_models;
};

// The architecture that this program is built for, which alone its host can run with KVM.
std::string_view own_architecture();

// Requires: find_architecture(name) finds it.
const Platform& platform_of(std::string_view architecture);

}  // namespace hanse::host::qemu
