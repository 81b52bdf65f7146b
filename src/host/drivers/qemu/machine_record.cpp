#include "host/drivers/qemu/machine_record.h"

#include "base/json_mapping.h"

namespace hanse::host::qemu {

HANSE_DEFINE_JSON(MachineRecord)

Task<Result<MachineRecord>> load_record(Files& files, std::string path) {
  HANSE_CO_TRY(const std::string text, co_await files.read(path, kSmallFileLimit));
  auto value = json::parse(text);
  auto record = value ? json::from_json<MachineRecord>(*value) : fail(value.error());
  if (!record)
    co_return fail(Code::data_loss, "{} is damaged: {}; remove the instance or restore the file", path,
                   record.error().message);
  if (record->version != kRecordVersion)
    co_return fail(Code::data_loss, "{} has version {}, this agent reads {}; use the agent that wrote it",
                   path, record->version, kRecordVersion);
  co_return std::move(*record);
}

Task<Status> save_record(Files& files, std::string path, MachineRecord record) {
  return files.write_atomically(std::move(path), json::dump_pretty(to_json(record)) + "\n", 0600);
}

}  // namespace hanse::host::qemu
