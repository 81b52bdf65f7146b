#include "simulator/journal.h"

namespace hanse::simulator {

Task<Result<store::JournalImage>> SimulatedJournal::load() {
  return run_blocking(blocking_, scheduler_, [&disk = disk_, name = name_] {
    const Durable& durable = disk.durable<Durable>(name);
    store::JournalImage image{.entries = {}, .revision = durable.revision};
    for (const auto& [key, entry] : durable.entries) image.entries.push_back(entry);
    return Result<store::JournalImage>(std::move(image));
  });
}

Task<Status> SimulatedJournal::append(std::vector<store::JournalRecord> batch) {
  return run_blocking(blocking_, scheduler_, [&disk = disk_, name = name_, batch = std::move(batch)] {
    return apply(disk, name, batch);
  });
}

Status SimulatedJournal::apply(Disk& disk, const std::string& name,
                               const std::vector<store::JournalRecord>& batch) {
  HANSE_CHECK(disk.check_room(name, Bytes{0}));
  Durable& durable = disk.durable<Durable>(name);
  for (const store::JournalRecord& record : batch) {
    for (const store::JournalWrite& write : record.writes) {
      if (write.value) {
        durable.entries[write.key] = store::Entry{
            .key = write.key, .value = *write.value, .revision = record.revision, .created = write.created};
      } else {
        durable.entries.erase(write.key);
      }
    }
    durable.revision = record.revision;
  }
  return {};
}

}  // namespace hanse::simulator
