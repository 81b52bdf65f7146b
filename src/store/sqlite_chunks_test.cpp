#include "store/sqlite_chunks.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "base/scope.h"
#include "store/chunk_file.h"
#include "store/memory_chunks.h"
#include "tests/support/fake_files.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/manual_loop.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::store {
namespace {

// Its loop has nothing else to do.
template <class T>
Task<void> finish_into(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}
template <class T>
std::optional<T> finish(test::ManualLoop& loop, Task<T> task) {
  std::optional<T> out;
  Scope scope;
  REQUIRE(scope.spawn(finish_into(std::move(task), out)));
  loop.run();
  return out;
}

struct ChunkFolder {
  test_support::TemporaryFolder folder;
  std::string file(const char* name = "chunks.db") const { return folder.file(name); }
};

struct Chunks {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  codec::ZstdCompressor zstd;

  // Two hundred of their bytes do not repeat.
  std::string content(int number) const {
    std::string text(codec::kChunkBytes, static_cast<char>(number));
    for (std::size_t i = 0; i < 200; ++i) text[i] = static_cast<char>(number * 31 + static_cast<int>(i * i));
    return text;
  }
  StoredChunk chunk(int number) {
    return {digest_of_chunk(hashing, content(number)), zstd.compress(content(number))};
  }
  codec::ChunkDigest digest(int number) { return digest_of_chunk(hashing, content(number)); }
  std::vector<std::optional<std::string>> read(ChunkStore& store, std::vector<int> numbers) {
    std::vector<codec::ChunkDigest> digests;
    for (const int number : numbers) digests.push_back(digest(number));
    auto found = finish(world.loop, store.read(digests));
    REQUIRE(found);
    REQUIRE(*found);
    return **found;
  }
  void write(ChunkStore& store, std::vector<int> numbers) {
    std::vector<StoredChunk> chunks;
    for (const int number : numbers) chunks.push_back(chunk(number));
    REQUIRE(finish(world.loop, store.write(std::move(chunks))).value());
  }
};

TEST_CASE("a chunk store gives back what it was given, also after it was closed") {
  const ChunkFolder folder;
  Chunks chunks;
  const SqliteChunksOptions options{folder.file(), Bytes{64 << 20}};
  {
    SqliteChunks store(chunks.world.runtime, chunks.hashing, options);
    CHECK_FALSE(chunks.read(store, {1})[0].has_value());
    chunks.write(store, {1, 2});
    chunks.write(store, {2, 3});
  }
  SqliteChunks store(chunks.world.runtime, chunks.hashing, options);
  const auto found = chunks.read(store, {3, 4, 1});
  CHECK(found[0] == chunks.content(3));
  CHECK_FALSE(found[1].has_value());
  CHECK(found[2] == chunks.content(1));
}

TEST_CASE("a chunk that is not what its digest says is dropped, and may come again") {
  const ChunkFolder folder;
  Chunks chunks;
  SqliteChunks store(chunks.world.runtime, chunks.hashing, {folder.file(), Bytes{64 << 20}});
  StoredChunk wrong = chunks.chunk(1);
  wrong.frame = chunks.chunk(2).frame;
  REQUIRE(finish(chunks.world.loop, store.write({wrong})).value());
  CHECK_FALSE(chunks.read(store, {1})[0].has_value());
  chunks.write(store, {1});
  CHECK(chunks.read(store, {1})[0] == chunks.content(1));
}

// A file of which a bound of 640 KiB holds eighteen chunks of 30 kB.
struct Places {
  static constexpr Bytes kBound{640 << 10};
  ChunkFolder folder;
  Chunks chunks;
  ChunkFile file{folder.file(), kBound};

  StoredChunk large(int number) {
    return {chunks.digest(number), std::string(30'000, static_cast<char>(number))};
  }
  void write(int first, int count, std::uint64_t day) {
    std::vector<StoredChunk> all;
    for (int number = first; number < first + count; ++number) all.push_back(large(number));
    REQUIRE(file.write(all, day, PageCache::bypassed));
  }
  bool has(int number, std::uint64_t day) {
    const auto found = file.read({chunks.digest(number)}, day).value()[0];
    if (found) CHECK(*found == large(number).frame.view());
    return found.has_value();
  }
  std::uintmax_t size() const {
    return std::filesystem::file_size(folder.file()) +
           std::filesystem::file_size(folder.file("chunks.db.frames"));
  }
};

TEST_CASE("a chunk store keeps to its bound; what was not used for longest goes first") {
  Places places;
  places.write(0, 17, 1);
  CHECK(places.has(0, 1));
  CHECK(places.has(1, 2));  // and is used by that
  places.write(17, 3, 2);
  CHECK_FALSE(places.has(0, 2));
  CHECK(places.has(1, 2));
  CHECK_FALSE(places.has(2, 2));
  CHECK(places.has(3, 2));
  CHECK(places.has(19, 2));
  for (int number = 20; number < 110; number += 9) places.write(number, 9, 2);
  CHECK_FALSE(places.has(1, 2));
  CHECK(places.has(109, 2));
  CHECK(places.size() <= static_cast<std::uintmax_t>(Places::kBound.value));
}

TEST_CASE("a chunk that comes again, at once or later, takes no second place") {
  Places places;
  places.write(0, 17, 1);
  std::vector<StoredChunk> again;
  for (int count = 0; count < 3; ++count) {
    for (const int number : {16, 3, 17}) again.push_back(places.large(number));
  }
  REQUIRE(places.file.write(again, 1, PageCache::bypassed));
  // The eighteenth place is taken, and no other has changed.
  for (int number = 0; number < 18; ++number) CHECK(places.has(number, 1));
}

TEST_CASE("more chunks at once than a chunk store holds leave the last of them") {
  Places places;
  places.write(0, 40, 1);
  CHECK_FALSE(places.has(0, 1));
  CHECK(places.has(39, 1));
}

TEST_CASE("a chunk store whose bound has become smaller is cut, and what is within it stays") {
  const ChunkFolder folder;
  Chunks chunks;
  const std::string path = folder.file();
  const auto write = [&](Bytes bound, int first, int count) {
    std::vector<StoredChunk> all;
    for (int number = first; number < first + count; ++number)
      all.push_back({chunks.digest(number), std::string(30'000, static_cast<char>(number))});
    REQUIRE(ChunkFile(path, bound).write(all, 1, PageCache::bypassed));
  };
  write(Places::kBound, 0, 17);
  write(Bytes{320 << 10}, 17, 1);
  ChunkFile file(path, Bytes{320 << 10});
  const auto found =
      file.read({chunks.digest(1), chunks.digest(8), chunks.digest(12), chunks.digest(17)}, 1).value();
  CHECK(found[0].has_value());
  CHECK(found[1].has_value());
  CHECK_FALSE(found[2].has_value());
  CHECK(found[3].has_value());
  CHECK(std::filesystem::file_size(path + ".frames") <= std::uintmax_t{320 << 10});
}

TEST_CASE("chunks whose frames were lost in a crash are not there, and may come again") {
  const ChunkFolder folder;
  Chunks chunks;
  const SqliteChunksOptions options{folder.file(), Bytes{64 << 20}};
  {
    SqliteChunks store(chunks.world.runtime, chunks.hashing, options);
    chunks.write(store, {1, 2});
  }
  std::filesystem::resize_file(folder.file("chunks.db.frames"), kFrameSlot);
  SqliteChunks store(chunks.world.runtime, chunks.hashing, options);
  const auto found = chunks.read(store, {1, 2});
  CHECK(found[0] == chunks.content(1));
  CHECK_FALSE(found[1].has_value());
  chunks.write(store, {2});
  CHECK(chunks.read(store, {2})[0] == chunks.content(2));
}

TEST_CASE("a damaged chunk store is begun anew, and one of limit zero makes no file") {
  const ChunkFolder folder;
  Chunks chunks;
  std::ofstream(folder.file()) << std::string(100'000, 'x');
  SqliteChunks store(chunks.world.runtime, chunks.hashing, {folder.file(), Bytes{64 << 20}});
  chunks.write(store, {1});
  CHECK(chunks.read(store, {1})[0] == chunks.content(1));
  SqliteChunks none(chunks.world.runtime, chunks.hashing, {folder.file("none.db"), Bytes{0}});
  chunks.write(none, {1});
  CHECK_FALSE(chunks.read(none, {1})[0].has_value());
  CHECK_FALSE(std::filesystem::exists(folder.file("none.db")));
}

TEST_CASE("chunks in memory keep to their bound, the newest stay") {
  Chunks chunks;
  MemoryChunks store(chunks.hashing, Bytes{2'000});
  for (int number = 0; number < 50; ++number) chunks.write(store, {number});
  CHECK(store.size() > 1);
  CHECK(store.size() < 20);
  CHECK(chunks.read(store, {49})[0] == chunks.content(49));
  CHECK_FALSE(chunks.read(store, {0})[0].has_value());
}

}  // namespace
}  // namespace hanse::store
