#include "host/drivers/qemu/platform.h"

#include <array>

namespace hanse::host::qemu {
namespace {

// 64-bit ones that named hardware has, the oldest first.
constexpr std::array<std::string_view, 6> kArmModels{"cortex-a53", "cortex-a57",  "cortex-a72",
                                                     "cortex-a76", "neoverse-n1", "neoverse-v1"};

constexpr Platform kX86Platform{
    .architecture = model::kX86,
    .emulator = "qemu-system-x86_64",
    .machine_type = "pc-q35-10.0",
    .machine_options = "",
    .cpu_model = "qemu64",
    .firmware = "",
    .firmware_package = "",
    // An emulated guest cannot measure its clock on a busy host: it would run many times too fast or too
    // slow.
    .emulation_arguments = "tsc=reliable no_timer_check",
    .emulated_models = {},
    // What any KVM on a real processor can give a guest. One that cannot, nested in a hypervisor of another
    // kind, runs no ordinary guest either.
    .kvm_model = "qemu64",
    .kvm_has_models = true,
};

constexpr Platform kArmPlatform{
    .architecture = model::kArm,
    .emulator = "qemu-system-aarch64",
    .machine_type = "virt-10.0",
    // The default depends on the host; this one servers have, and emulation too.
    .machine_options = ",gic-version=3",
    .cpu_model = "cortex-a72",
    // It gives the guest ACPI, and thereby a power button, also where the kernel is given.
    .firmware = "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
    .firmware_package = "qemu-efi-aarch64",
    .emulation_arguments = "",
    .emulated_models = kArmModels,
    // KVM on this architecture gives a guest the processor of its host and no other.
    .kvm_model = "host",
    .kvm_has_models = false,
};

}  // namespace

std::string_view own_architecture() {
#if defined(__aarch64__)
  return model::kArm.name;
#else
  return model::kX86.name;
#endif
}

const Platform& platform_of(std::string_view architecture) {
  return architecture == model::kArm.name ? kArmPlatform : kX86Platform;
}

}  // namespace hanse::host::qemu
