#include "model/compute.h"

#include <cctype>

#include "base/json_mapping.h"

namespace hanse::model {
namespace {

Status check_volume(const VolumeReference& volume, const std::string& pointer) {
  if (volume.device_ref.empty() == volume.source_image_ref.empty()) {
    return fail_field(
        pointer, "{} needs either deviceRef (a block storage) or sourceImageRef (an image), one of the two",
        pointer);
  }
  if (!volume.device_ref.empty()) {
    HANSE_CHECK(check_reference(volume.device_ref, "block-storages", pointer + "/deviceRef"));
  } else {
    HANSE_CHECK(check_reference(volume.source_image_ref, "images", pointer + "/sourceImageRef"));
  }
  if (volume.size_mib && volume.size_mib->value <= 0) {
    return fail_field(pointer + "/sizeMib", "{}/sizeMib must be at least 1", pointer);
  }
  return {};
}

Status check_forward(const PortForward& forward, const std::string& pointer) {
  constexpr int kMaxPort = 65535;
  if (forward.guest_port < 1 || forward.guest_port > kMaxPort) {
    return fail_field(pointer + "/guestPort", "{}/guestPort must be from 1 to {}", pointer, kMaxPort);
  }
  if (forward.host_port < 0 || forward.host_port > kMaxPort) {
    return fail_field(pointer + "/hostPort", "{}/hostPort must be from 0 (any free one) to {}", pointer,
                      kMaxPort);
  }
  if (forward.protocol != "tcp" && forward.protocol != "udp") {
    return fail_field(pointer + "/protocol", "{}/protocol must be tcp or udp", pointer);
  }
  return {};
}

// These two end up in an argument of QEMU, where a comma would begin another option.
Status check_hypervisor_word(const std::optional<std::string>& word, const std::string& pointer) {
  constexpr std::size_t kMaxWord = 64;
  if (!word) return {};
  bool good = !word->empty() && word->size() <= kMaxWord;
  for (const char c : *word)
    good = good && (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_');
  if (good) return {};
  return fail_field(pointer, "{} may hold letters, digits, '-', '.' and '_' only, up to {}", pointer,
                    kMaxWord);
}

}  // namespace

HANSE_DEFINE_JSON(InstanceSkuSpec)
HANSE_DEFINE_JSON(PlainStatus)
HANSE_DEFINE_JSON(InstanceSku)
HANSE_DEFINE_JSON(VolumeReference)
HANSE_DEFINE_JSON(PortForward)
HANSE_DEFINE_JSON(InstanceSpec)
HANSE_DEFINE_JSON(Hardware)
HANSE_DEFINE_JSON(InstanceStatus)
HANSE_DEFINE_JSON(Instance)

std::string reference_name(std::string_view reference) {
  const std::size_t slash = reference.rfind('/');
  return std::string(slash == std::string_view::npos ? reference : reference.substr(slash + 1));
}

Status check_reference(std::string_view reference, std::string_view collection, const std::string& pointer) {
  const std::size_t slash = reference.find('/');
  if (slash == std::string_view::npos || reference.substr(0, slash) != collection) {
    return fail_field(pointer, "{} must be '{}/<name>', not '{}'", pointer, collection,
                      reference.substr(0, 128));
  }
  return check_name(reference.substr(slash + 1), pointer);
}

void apply(const Hardware& hardware, InstanceSpec& spec) {
  spec.machine_type = hardware.machine_type;
  spec.cpu_model = hardware.cpu_model;
}

Status check(const InstanceSku& sku) {
  constexpr std::int64_t kMaxVcpu = 512;
  constexpr std::int64_t kMaxMemory = 16LL * 1024 * 1024;
  if (sku.spec.vcpu.value < 1 || sku.spec.vcpu.value > kMaxVcpu) {
    return fail_field("/spec/vcpu", "/spec/vcpu must be from 1 to {}", kMaxVcpu);
  }
  if (sku.spec.memory_mib.value < 32 || sku.spec.memory_mib.value > kMaxMemory) {
    return fail_field("/spec/memoryMib", "/spec/memoryMib must be from 32 to {}", kMaxMemory);
  }
  return check_architecture(sku.spec.architecture, "/spec/architecture");
}

Status check_spec(const InstanceSpec& spec, const std::string& pointer) {
  HANSE_CHECK(check_reference(spec.sku_ref, "skus", pointer + "/skuRef"));
  HANSE_CHECK(check_volume(spec.boot_volume, pointer + "/bootVolume"));
  if (spec.data_volumes.size() > kMaxDataVolumes) {
    return fail_field(pointer + "/dataVolumes", "{}/dataVolumes holds {} volumes; the limit is {}", pointer,
                      spec.data_volumes.size(), kMaxDataVolumes);
  }
  for (std::size_t i = 0; i < spec.data_volumes.size(); ++i) {
    HANSE_CHECK(check_volume(spec.data_volumes[i], fmt::format("{}/dataVolumes/{}", pointer, i)));
  }
  if (spec.user_data.size() > kMaxUserData) {
    return fail_field(pointer + "/userData", "{}/userData has {} bytes; the limit is {}", pointer,
                      spec.user_data.size(), kMaxUserData);
  }
  if (spec.forwards.size() > kMaxForwards) {
    return fail_field(pointer + "/forwards", "{}/forwards holds {} entries; the limit is {}", pointer,
                      spec.forwards.size(), kMaxForwards);
  }
  for (std::size_t i = 0; i < spec.forwards.size(); ++i) {
    HANSE_CHECK(check_forward(spec.forwards[i], fmt::format("{}/forwards/{}", pointer, i)));
  }
  HANSE_CHECK(check_hypervisor_word(spec.machine_type, pointer + "/machineType"));
  return check_hypervisor_word(spec.cpu_model, pointer + "/cpuModel");
}

Status check(const Instance& instance) {
  return check_spec(instance.spec, "/spec");
}

}  // namespace hanse::model
