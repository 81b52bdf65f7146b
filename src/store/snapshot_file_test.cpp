#include "store/snapshot_file.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "tests/support/store_fixture.h"

namespace hanse::store {
namespace {

codec::ChunkDigest numbered(std::uint8_t number) {
  codec::ChunkDigest digest{};
  digest[0] = number;
  return digest;
}

SnapshotPlace place(std::uint64_t index, std::uint8_t number) {
  return {index, numbered(number), std::string(1000, static_cast<char>(number))};
}

struct SnapshotFolder {
  test_support::TemporaryFolder folder;
  std::string path = folder.file("snapshots.db");
  SnapshotFile file{path};

  void take(const std::string& machine, const std::string& uid, const std::vector<SnapshotPlace>& places) {
    const SnapshotFile::Try now = begin(machine, uid);
    REQUIRE(file.add(now, 0, places));
    REQUIRE(file.finish(now));
  }
  SnapshotFile::Try begin(const std::string& machine, const std::string& uid, bool keep = false) {
    const auto begun = file.begin(machine, uid, {{"disk", 100}}, keep);
    REQUIRE(begun);
    return *begun;
  }
  // The number of calls that it took.
  int remove(const std::string& uid) {
    for (int calls = 1;; ++calls) {
      const auto more = file.remove_some(uid);
      REQUIRE(more);
      if (!*more) return calls;
    }
  }
  std::vector<std::string> frames(const std::string& uid) {
    const auto found = file.read(uid, 0, 0, 100);
    REQUIRE(found);
    std::vector<std::string> all;
    for (const SnapshotPlace& one : *found) all.push_back(one.frame);
    return all;
  }
};

TEST_CASE("a host without snapshots has no file of them") {
  SnapshotFolder host;
  CHECK_FALSE(host.file.find("s1")->has_value());
  CHECK(host.file.restored("m1", SnapshotFile::Mark::done)->empty());
  CHECK(host.file.uids_of("m1")->empty());
  CHECK(host.file.forget_wishes("m1"));
  CHECK(host.remove("s1") == 1);
  CHECK_FALSE(std::filesystem::exists(host.path));
}

TEST_CASE("what is finished is there for a later run, and nothing else") {
  SnapshotFolder host;
  host.take("m1", "s1", {place(3, 1), {.index = 4}, place(9, 2)});
  REQUIRE(host.file.add(host.begin("m1", "s2"), 0, {place(0, 3)}));
  SnapshotFile later(host.path);
  const auto summary = later.find("s1");
  REQUIRE(summary);
  REQUIRE(*summary);
  CHECK((*summary)->parts == std::vector<model::SnapshotPart>{{"disk", 100}});
  CHECK((*summary)->size.value == 2000);
  const auto places = later.places("s1", 0, 4, 10);
  REQUIRE(places);
  REQUIRE(places->size() == 2);
  CHECK((*places)[0].digest == codec::kZeroChunk);
  CHECK((*places)[1].index == 9);
  CHECK_FALSE(later.find("s2")->has_value());
}

TEST_CASE("a chunk is kept once, and as long as any snapshot has it") {
  SnapshotFolder host;
  host.take("m1", "s1", {place(0, 1), place(1, 1), place(2, 2)});
  host.take("m2", "s2", {place(7, 2)});
  CHECK(host.file.find("s1")->value().size.value == 3000);
  host.remove("s1");
  CHECK_FALSE(host.file.find("s1")->has_value());
  CHECK(host.frames("s2") == std::vector<std::string>{std::string(1000, '\2')});
  CHECK(*host.file.uids_of("m2") == std::vector<std::string>{"s2"});
  host.remove("s2");
  CHECK(host.frames("s2").empty());
  CHECK(host.file.uids_of("m2")->empty());
  CHECK(host.remove("s2") == 1);
}

TEST_CASE("a place that is written again has the new chunk, and the old one goes") {
  SnapshotFolder host;
  const SnapshotFile::Try now = host.begin("m1", "s1");
  REQUIRE(host.file.add(now, 0, {place(0, 1)}));
  REQUIRE(host.file.add(now, 0, {place(0, 2)}));
  CHECK(host.frames("s1") == std::vector<std::string>{std::string(1000, '\2')});
  REQUIRE(host.file.add(now, 0, {place(0, 2)}));
  CHECK(host.frames("s1") == std::vector<std::string>{std::string(1000, '\2')});
}

TEST_CASE("one that is begun again is empty, or goes on with what it had") {
  SnapshotFolder host;
  host.take("m1", "s1", {place(0, 1), place(1, 2)});
  SUBCASE("anew") {
    host.begin("m1", "s1");
    CHECK(host.frames("s1").empty());
  }
  SUBCASE("further") {
    host.begin("m1", "s1", true);
    CHECK(host.frames("s1").size() == 2);
  }
  CHECK_FALSE(host.file.find("s1")->has_value());
}

TEST_CASE("space that snapshots had is given back") {
  SnapshotFolder host;
  std::vector<SnapshotPlace> places;
  for (std::uint8_t i = 1; i < 200; ++i)
    places.push_back({i, numbered(i), std::string(60'000, static_cast<char>(i))});
  host.take("m1", "s1", places);
  const auto before = std::filesystem::file_size(host.path);
  host.remove("s1");
  CHECK(std::filesystem::file_size(host.path) < before / 10);
}

TEST_CASE("a large one is removed bit by bit, and is not there from the first on") {
  SnapshotFolder host;
  std::vector<SnapshotPlace> places;
  for (std::uint64_t i = 0; i < kRemovedAtOnce * 2 + 10; ++i)
    places.push_back(place(i, static_cast<std::uint8_t>(i % 200 + 1)));
  host.take("m1", "s1", places);
  host.take("m1", "s2", {place(0, 1)});
  CHECK(*host.file.remove_some("s1"));
  CHECK_FALSE(host.file.find("s1")->has_value());
  CHECK(host.file.places("s1", 0, 0, 1000)->size() == kRemovedAtOnce + 10);
  CHECK(host.frames("s2").size() == 1);
  CHECK(host.remove("s1") == 2);
  CHECK(*host.file.uids_of("m1") == std::vector<std::string>{"s2"});
  CHECK(host.frames("s2") == std::vector<std::string>{std::string(1000, '\1')});
}

TEST_CASE("what comes late from a try that was given up changes nothing") {
  SnapshotFolder host;
  const SnapshotFile::Try first = host.begin("m1", "s1");
  SUBCASE("begun anew") {
    const SnapshotFile::Try second = host.begin("m1", "s1");
    CHECK(host.file.add(first, 0, {place(0, 1)}).error().code == Code::aborted);
    CHECK(host.file.finish(first).error().code == Code::aborted);
    CHECK_FALSE(host.file.find("s1")->has_value());
    CHECK(host.file.finish(second));
    CHECK(host.frames("s1").empty());
  }
  SUBCASE("removed") {
    host.remove("s1");
    CHECK(host.file.add(first, 0, {place(0, 1)}).error().code == Code::aborted);
    CHECK(host.frames("s1").empty());
  }
}

TEST_CASE("a wish that was fulfilled is known afterwards, and ends with the machine") {
  SnapshotFolder host;
  REQUIRE(host.file.set_restored("m1", SnapshotFile::Mark::done, "w1"));
  REQUIRE(host.file.set_restored("m1", SnapshotFile::Mark::begun, "w3"));
  REQUIRE(host.file.set_restored("m1", SnapshotFile::Mark::done, "w2"));
  CHECK(*SnapshotFile(host.path).restored("m1", SnapshotFile::Mark::done) == "w2");
  CHECK(*host.file.restored("m1", SnapshotFile::Mark::begun) == "w3");
  REQUIRE(host.file.forget_wishes("m1"));
  CHECK(host.file.restored("m1", SnapshotFile::Mark::done)->empty());
}

TEST_CASE("a file that is no store of snapshots is not overwritten") {
  SnapshotFolder host;
  std::ofstream(host.path) << std::string(5000, 'x');
  const auto found = host.file.find("s1");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == Code::data_loss);
  CHECK(std::filesystem::file_size(host.path) == 5000);
}

}  // namespace
}  // namespace hanse::store
