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

TEST_CASE("a chunk store keeps to its bound; what was not used for longest goes first") {
  const ChunkFolder folder;
  Chunks chunks;
  ChunkFile file(folder.file(), Bytes{40 * 16384});
  const auto write_on = [&](int number, std::uint64_t day) {
    REQUIRE(file.write({chunks.chunk(number)}, day));
  };
  const auto has = [&](int number, std::uint64_t day) {
    return file.read({chunks.digest(number)}, day).value()[0].has_value();
  };
  for (int number = 0; number < 30; ++number) write_on(number, number < 5 ? 1 : 2);
  CHECK(has(3, 9));  // and is used by that
  // Large ones, of which the bound holds some twenty.
  const auto large = [&](int number) {
    return StoredChunk{chunks.digest(100 + number), std::string(30'000, static_cast<char>(number))};
  };
  for (int number = 0; number < 60; ++number) REQUIRE(file.write({large(number)}, 5));
  CHECK_FALSE(has(1, 9));
  CHECK(std::filesystem::file_size(folder.file()) <= 60 * 16384);
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
