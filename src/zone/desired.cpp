#include "zone/desired.h"

#include <utility>

#include "zone/resource_id.h"

namespace hanse::zone {
namespace {

Status add_boot(model::MachineSpec& machine, const model::Image* image, const std::string& architecture) {
  if (image == nullptr) return {};
  std::optional<model::ImageBoot> boot = model::find_boot(image->spec, architecture);
  if (!boot) return model::check_boots(image->spec, image->metadata.name, architecture);
  machine.boot_blobs = std::move(boot->blobs);
  machine.command_line = std::move(boot->command_line);
  return {};
}

Result<model::DiskSpec> disk_of(const InstanceContext::Disk& disk, const std::string& title) {
  if (disk.storage == nullptr)
    return fail(Code::failed_precondition, "a block storage of instance '{}' is gone", title);
  model::DiskSpec spec{.uid = disk.storage->metadata.uid, .size_mib = disk.storage->spec.size_mib};
  if (disk.storage->spec.source_image_ref.empty()) return spec;
  const model::Blob* base =
      disk.image == nullptr ? nullptr : model::find_blob(disk.image->spec.blobs, model::BlobRole::disk);
  if (base == nullptr) {
    return fail(Code::failed_precondition, "{} of instance '{}' is gone", disk.storage->spec.source_image_ref,
                title);
  }
  spec.base_digest = base->digest;
  spec.base_size = base->size;
  return spec;
}

// Those that are there, or are to be, while it moves only the first.
std::vector<model::SnapshotDesired> snapshots_of(const model::Instance& instance, bool moves) {
  std::vector<model::SnapshotDesired> wanted;
  for (const model::Snapshot& snapshot : instance.status.snapshots) {
    model::SnapshotDesired one{.uid = snapshot.uid, .memory = snapshot.memory};
    switch (snapshot.state) {
      case model::SnapshotState::pending:
        break;
      case model::SnapshotState::ready:
        one.goal = model::SnapshotGoal::keep;
        one.parts = snapshot.parts;
        break;
      case model::SnapshotState::deleting:
        one.goal = model::SnapshotGoal::drop;
        break;
      default:
        continue;
    }
    if (!moves || one.goal == model::SnapshotGoal::keep) wanted.push_back(std::move(one));
  }
  return wanted;
}

bool should_run(const model::Instance& instance) {
  return instance.spec.power == model::Power::running;
}

}  // namespace

Result<model::MachineDesired> desired_machine(const model::Instance& instance, const InstanceContext& context,
                                              std::optional<model::MoveOrder> move) {
  const std::string title = to_string(id_of(instance.metadata));
  model::MachineDesired desired{
      .generation = instance.metadata.resource_version,
      .epoch = instance.status.epoch,
      .goal = should_run(instance) ? model::MachineGoal::running : model::MachineGoal::stopped,
      .restart_generation = instance.status.restart_generation,
      .leased = instance.spec.failover == model::Failover::restart,
      .move = std::move(move)};
  desired.snapshots = snapshots_of(instance, desired.move.has_value());
  // What the host has said of it is no word for the host.
  if (const auto& wish = instance.status.restore; wish && !desired.move)
    desired.restore = {.id = wish->id, .snapshot = wish->snapshot, .cancelled = wish->cancelled};
  if (context.sku == nullptr)
    return fail(Code::failed_precondition, "{} of instance '{}' is gone", instance.spec.sku_ref, title);
  model::MachineSpec& machine = desired.machine;
  machine.uid = instance.metadata.uid;
  machine.name = instance.metadata.name;
  machine.title = title;
  machine.vcpu = context.sku->spec.vcpu;
  machine.memory_mib = context.sku->spec.memory_mib;
  machine.machine_type = instance.spec.machine_type.value_or("");
  machine.cpu_model = instance.spec.cpu_model.value_or("");
  machine.user_data = instance.spec.user_data;
  machine.ssh_keys = instance.spec.ssh_keys;
  machine.forwards = instance.spec.forwards;
  for (const InstanceContext::Disk& disk : context.disks) {
    HANSE_TRY(model::DiskSpec spec, disk_of(disk, title));
    machine.disks.push_back(std::move(spec));
  }
  if (!context.disks.empty())
    HANSE_CHECK(add_boot(machine, context.disks.front().image, context.sku->spec.architecture));
  return desired;
}

model::MachineDesired committed_machine(const model::Instance& instance, Epoch epoch,
                                        model::MoveOrder order) {
  model::MachineDesired desired{.generation = instance.metadata.resource_version,
                                .epoch = epoch,
                                .goal = model::MachineGoal::running,
                                .restart_generation = instance.status.restart_generation,
                                .leased = instance.spec.failover == model::Failover::restart,
                                .move = std::move(order)};
  desired.machine.uid = instance.metadata.uid;
  return desired;
}

model::MachineDesired absent_machine(const model::Instance& instance) {
  model::MachineDesired desired{.generation = instance.metadata.resource_version,
                                .epoch = instance.status.epoch,
                                .goal = model::MachineGoal::absent};
  desired.machine.uid = instance.metadata.uid;
  return desired;
}

model::MachineDesired absent_machine(const std::string& uid, std::int64_t generation) {
  model::MachineDesired desired{.generation = generation, .goal = model::MachineGoal::absent};
  desired.machine.uid = uid;
  return desired;
}

}  // namespace hanse::zone
