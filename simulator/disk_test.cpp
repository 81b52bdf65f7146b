#include "simulator/disk.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "runtime/sleep.h"
#include "simulator/journal.h"
#include "simulator/test_roots.h"
#include "simulator/world.h"

namespace hanse::simulator {
namespace {

using test::runs;

Task<void> write_and_write(ProcessContext context, int* acknowledged) {
  for (int number = 1;; ++number) {
    if (!co_await context.runtime.files.write_atomically("/number", std::to_string(number))) co_return;
    *acknowledged = number;
  }
}

Task<void> append_and_append(ProcessContext context, std::uint64_t* acknowledged) {
  SimulatedJournal journal(context.runtime.blocking, context.runtime.scheduler, context.disk, "store");
  for (std::uint64_t number = 1;; ++number) {
    std::vector<store::JournalRecord> batch;
    batch.push_back(
        {.revision = number * 2 - 1,
         .writes = {{.key = "a", .value = std::make_shared<const std::string>(std::to_string(number))}}});
    batch.push_back(
        {.revision = number * 2,
         .writes = {{.key = "b", .value = std::make_shared<const std::string>(std::to_string(number))}}});
    if (!co_await journal.append(std::move(batch))) co_return;
    *acknowledged = number;
  }
}

Task<void> load_into(ProcessContext context, store::JournalImage* image) {
  SimulatedJournal journal(context.runtime.blocking, context.runtime.scheduler, context.disk, "store");
  auto loaded = co_await journal.load();
  if (loaded) *image = std::move(*loaded);
}

TEST_CASE("after a crash a file is the acknowledged one or the one that was being written") {
  int old_kept = 0;
  int new_kept = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    World world(seed);
    int acknowledged = 0;
    Process& process = world.add_process(
        {.name = "a"}, runs([&](ProcessContext context) { return write_and_write(context, &acknowledged); }));
    world.run_for(Millis{100});
    world.crash("a", true);
    world.run_for(Seconds{1});
    const int kept = std::stoi(process.disk().read("/number", kSmallFileLimit).value());
    CHECK(kept >= acknowledged);
    CHECK(kept <= acknowledged + 1);
    ++(kept == acknowledged ? old_kept : new_kept);
  }
  CHECK(old_kept > 0);
  CHECK(new_kept > 0);
}

TEST_CASE("after a crash a journal has all acknowledged batches, and the last one whole or not at all") {
  int lost = 0;
  int survived = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    World world(seed);
    std::uint64_t acknowledged = 0;
    store::JournalImage image;
    world.add_process({.name = "a"}, runs([&](ProcessContext context) {
                        return context.run == 1 ? append_and_append(context, &acknowledged)
                                                : load_into(context, &image);
                      }));
    world.run_for(Millis{100});
    world.crash("a", true);
    world.restart("a");
    world.run_for(Seconds{1});
    REQUIRE(image.entries.size() == 2);
    CHECK(image.entries[0].value == image.entries[1].value);
    const std::uint64_t kept = image.revision / 2;
    CHECK(kept >= acknowledged);
    CHECK(kept <= acknowledged + 1);
    ++(kept == acknowledged ? lost : survived);
  }
  CHECK(lost > 0);
  CHECK(survived > 0);
}

TEST_CASE("a full disk refuses writes and keeps what it has") {
  Disk disk;
  REQUIRE(disk.write("/a", "old"));
  disk.set_full(true);
  CHECK(disk.write("/a", "new").error().code == Code::resource_exhausted);
  CHECK(disk.read("/a", kSmallFileLimit) == "old");
  disk.set_full(false);
  disk.set_capacity(Bytes{10});
  CHECK(disk.write("/b", "12345678").error().code == Code::resource_exhausted);
  REQUIRE(disk.remove_all("/a"));
  CHECK(disk.write("/b", "12345678"));
  CHECK(disk.space().available == Bytes{2});
}

TEST_CASE("folders are made, listed, renamed and removed whole") {
  Disk disk;
  CHECK(disk.write("/a/b/c", "x").error().code == Code::not_found);
  REQUIRE(disk.make_directories("/a/b"));
  REQUIRE(disk.write("/a/b/c", "x"));
  REQUIRE(disk.write("/a/b.txt", "y"));
  CHECK(disk.list("/a").value() == std::vector<std::string>{"b", "b.txt"});
  REQUIRE(disk.rename("/a/b", "/d"));
  CHECK(disk.read("/d/c", kSmallFileLimit) == "x");
  CHECK(disk.list("/a").value() == std::vector<std::string>{"b.txt"});
  CHECK(disk.info("/d").value().is_directory);
  CHECK(disk.make_directories("/d/c/e").error().code == Code::already_exists);
  REQUIRE(disk.remove_all("/d"));
  CHECK(disk.info("/d/c").error().code == Code::not_found);
  CHECK(disk.read("/a/b.txt", Bytes{0}).error().code == Code::resource_exhausted);
}

}  // namespace
}  // namespace hanse::simulator
