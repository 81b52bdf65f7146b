// Files that take time, that a full or broken disk refuses, and that a crash takes back when they were only
// appended; for tests of what must be durable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/sleep.h"
#include "tests/support/fake_files.h"

namespace hanse::test {

inline constexpr Nanos kDiskTime = Millis{10};

class SlowDisk final : public Files {
 public:
  explicit SlowDisk(Scheduler& scheduler) : scheduler_(scheduler) {}

  FakeFiles durable;
  std::map<std::string, std::string> unsynced;  // what was appended
  int appends = 0;
  int syncs = 0;
  bool full = false;
  bool failing_sync = false;

  // `torn`: so many bytes of what was not synced are on the disk after all.
  void crash(std::size_t torn = 0) {
    for (const auto& [path, text] : unsynced) durable.content[path] += text.substr(0, torn);
    unsynced.clear();
  }

  Task<Result<std::string>> read(std::string path, Bytes limit) override {
    co_await sleep_for(scheduler_, kDiskTime);
    HANSE_CO_TRY(const std::string text, co_await durable.read(path, limit));
    co_return text + (unsynced.contains(path) ? unsynced.at(path) : "");
  }
  Task<Status> write_atomically(std::string path, std::string text, std::uint32_t mode) override {
    co_await sleep_for(scheduler_, kDiskTime);
    if (full) co_return fail(Code::resource_exhausted, "{}: the disk is full", path);
    unsynced.erase(path);
    co_return co_await durable.write_atomically(path, text, mode);
  }
  Task<Status> append(std::string path, std::string data, std::uint32_t) override {
    co_await sleep_for(scheduler_, kDiskTime);
    ++appends;
    unsynced[path] += full ? data.substr(0, data.size() / 2) : data;
    if (full) co_return fail(Code::resource_exhausted, "{}: the disk is full", path);
    co_return Status();
  }
  Task<Status> sync(std::string path) override {
    co_await sleep_for(scheduler_, kDiskTime);
    ++syncs;
    if (failing_sync) co_return fail(Code::unavailable, "{}: the disk is broken", path);
    durable.content[path] += unsynced[path];
    unsynced.erase(path);
    co_return Status();
  }
  Task<Result<std::string>> read_at(std::string path, std::int64_t offset, std::size_t size,
                                    std::string) override {
    return durable.read_at(std::move(path), offset, size, {});
  }
  Task<Status> rename(std::string from, std::string to) override { return durable.rename(from, to); }
  Task<Status> make_directories(std::string path, std::uint32_t mode) override {
    return durable.make_directories(path, mode);
  }
  Task<Status> remove_all(std::string path) override { return durable.remove_all(path); }
  Task<Result<std::vector<std::string>>> list(std::string path) override { return durable.list(path); }
  Task<Result<FileInfo>> info(std::string path) override { return durable.info(path); }
  Task<Result<SpaceInfo>> space(std::string path) override { return durable.space(path); }
  Task<Status> change_owner(std::string path, std::uint32_t user, std::uint32_t group) override {
    return durable.change_owner(path, user, group);
  }

 private:
  Scheduler& scheduler_;
};

}  // namespace hanse::test
