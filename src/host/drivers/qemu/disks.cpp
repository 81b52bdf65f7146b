#include "host/drivers/qemu/disks.h"

#include <fmt/format.h>

#include "codec/chunk.h"
#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

Task<Result<std::string>> find_base(Runtime& runtime, const QemuOptions& options, model::DiskSpec disk) {
  HANSE_CO_TRY(std::string path, blob_path(options.blob_dir, disk.base_digest));
  const auto info = co_await runtime.files.info(path);
  if (!info && info.error().code == Code::not_found)
    co_return fail(Code::data_loss, "the base {} of disk {} is not on this host; fetch the image again",
                   disk.base_digest, disk.uid);
  if (!info) co_return fail(info.error());
  if (disk.base_size.value > 0 && info->size != disk.base_size)
    co_return fail(Code::data_loss,
                   "the base {} of disk {} has {} bytes instead of {}; fetch the image again",
                   disk.base_digest, disk.uid, info->size.value, disk.base_size.value);
  co_return std::move(path);
}

// Made under another name first: a half-made disk must not be taken for a disk later.
Task<Status> make_disk(Runtime& runtime, const QemuOptions& options, std::string path, model::DiskSpec disk) {
  const std::string unfinished = path + ".new";
  HANSE_CO_CHECK(co_await runtime.files.remove_all(unfinished));
  std::vector<std::string> command{options.disk_tool, "create", "-q", "-f", "qcow2"};
  if (!disk.base_digest.empty()) {
    HANSE_CO_TRY(const std::string base, co_await find_base(runtime, options, disk));
    command.insert(command.end(), {"-b", base, "-F", "qcow2"});
  }
  command.push_back(unfinished);
  command.push_back(fmt::format("{}M", disk.size_mib.value));
  HANSE_CO_CHECK(co_await run_tool(runtime, options, std::move(command)));
  co_return co_await runtime.files.rename(unfinished, path);
}

}  // namespace

std::uint64_t chunk_count_of(const model::DiskSpec& disk) {
  return static_cast<std::uint64_t>(to_bytes(disk.size_mib).value) / codec::kChunkBytes;
}

Task<Status> make_disks(Runtime& runtime, const QemuOptions& options, MachinePaths paths,
                        model::MachineSpec machine, Existing existing) {
  for (std::size_t index = 0; index < machine.disks.size(); ++index) {
    const model::DiskSpec disk = machine.disks[index];
    HANSE_CO_CHECK(check_uid(disk.uid));
    if (disk.size_mib.value <= 0)
      co_return fail(Code::invalid_argument, "disk {} has no size; give it at least 1 MiB", disk.uid);
    const std::string path = paths.disk(disk.uid);
    const auto info = co_await runtime.files.info(path);
    if (!info && info.error().code != Code::not_found) co_return fail(info.error());
    if (info && existing == Existing::keep) {
      if (!disk.base_digest.empty()) HANSE_CO_CHECK(co_await find_base(runtime, options, disk));
      continue;
    }
    HANSE_CO_CHECK(co_await runtime.files.remove_all(path));
    HANSE_CO_CHECK(co_await make_disk(runtime, options, path, disk));
  }
  co_return Status();
}

}  // namespace hanse::host::qemu
