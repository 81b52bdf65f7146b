#include "host/drivers/qemu/nbd_disk.h"

#include <doctest/doctest.h>
#include <span>

#include "base/bytes.h"
#include "base/scope.h"
#include "codec/big_endian.h"
#include "codec/nbd.h"
#include "tests/support/test_runtime.h"

namespace hanse::host::qemu {
namespace {

namespace nbd = codec::nbd;

constexpr std::uint64_t kChunks = 4096;
constexpr const char* kSocket = "/run/disks";

struct Asked {
  std::uint16_t command = 0;
  std::uint64_t chunk = 0;
  std::uint64_t chunks = 0;
  std::string first;  // the first byte of each chunk that was written
  bool operator==(const Asked&) const = default;
};

// A hypervisor that exports one disk, notes what it is asked for, and answers all with `error`.
class Exporter {
 public:
  explicit Exporter(test::TestRuntime& world) : world_(world) {}
  Task<void> serve() {
    auto listener = co_await world_.network.listen(Endpoint{.unix_path = kSocket}, std::nullopt);
    REQUIRE(listener);
    auto stream = co_await (*listener)->accept();
    REQUIRE(stream);
    stream_ = std::move(*stream);
    std::string hello = "NBDMAGICIHAVEOPT";
    codec::put_number(hello, std::uint16_t{1});
    co_await say(hello);
    co_await take(nbd::client_flags().size() + nbd::choose_export("d1").size());
    std::string information;
    codec::put_number(information, std::uint16_t{0});
    codec::put_number(information, kChunks * codec::kChunkBytes);
    codec::put_number(information, std::uint16_t{0});
    co_await say(option(nbd::OptionReply::information, information));
    co_await say(option(nbd::OptionReply::acknowledged, ""));
    for (;;) co_await answer_one();
  }

  std::vector<Asked> asked;
  std::uint32_t error = 0;

 private:
  static std::string option(nbd::OptionReply type, const std::string& data) {
    std::string text;
    codec::put_number(text, std::uint64_t{0x3e889045565a9});
    codec::put_number(text, std::uint32_t{7});
    codec::put_number(text, static_cast<std::uint32_t>(type));
    codec::put_number(text, static_cast<std::uint32_t>(data.size()));
    return text + data;
  }
  Task<void> say(std::string text) { static_cast<void>(co_await stream_->write(as_bytes(text))); }
  // Waits for ever once the client has gone.
  Task<std::string> take(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t got = 0; got < size;) {
      const auto count = co_await stream_->read_some(std::as_writable_bytes(std::span(text)).subspan(got));
      if (!count || *count == 0) co_await gone_.changed_since(gone_.version());
      got += count.value_or(0);
    }
    co_return text;
  }
  Task<void> answer_one() {
    const std::string text = co_await take(28);
    codec::ByteReader reader(text);
    static_cast<void>(reader.take_bytes(6));
    Asked one{.command = reader.take<std::uint16_t>()};
    const auto handle = reader.take<std::uint64_t>();
    one.chunk = reader.take<std::uint64_t>() / codec::kChunkBytes;
    one.chunks = reader.take<std::uint32_t>() / codec::kChunkBytes;
    if (one.command == static_cast<std::uint16_t>(nbd::Command::write)) {
      for (std::uint64_t i = 0; i < one.chunks; ++i) {
        const std::string content = co_await take(codec::kChunkBytes);
        one.first += content.front();
      }
    }
    asked.push_back(one);
    std::string reply;
    codec::put_number(reply, std::uint32_t{0x67446698});
    codec::put_number(reply, error);
    codec::put_number(reply, handle);
    co_await say(reply);
  }

  test::TestRuntime& world_;
  std::unique_ptr<Stream> stream_;
  Signal gone_{world_.loop};
};

template <class T>
Task<void> finish_into(Task<T> task, std::optional<T>& out) {
  out = co_await std::move(task);
}

struct Fixture {
  test::TestRuntime world;
  Exporter exporter{world};
  Scope scope{8};
  std::unique_ptr<DiskWriter> disk;

  Fixture() {
    REQUIRE(scope.spawn(exporter.serve()));
    auto connected = finish(
        connect_nbd_disk(world.runtime, kSocket, {.uid = "d1", .path = "/disks/d1", .chunk_count = kChunks}));
    REQUIRE(connected);
    disk = std::move(*connected);
  }
  template <class T>
  T finish(Task<T> task) {
    std::optional<T> out;
    REQUIRE(scope.spawn(finish_into(std::move(task), out)));
    world.loop.run(Seconds{1});
    REQUIRE(out);
    return std::move(*out);
  }
};

PlacedChunk filled(std::uint64_t index, char with) {
  return {index, std::string(codec::kChunkBytes, with)};
}

TEST_CASE("neighbours on a disk are written in one request, whatever is apart in others") {
  Fixture fixture;
  CHECK(fixture.finish(fixture.disk->write(
      {filled(4, 'a'), filled(5, 'b'), {6, ""}, {7, ""}, filled(8, 'c'), filled(3, 'd'), filled(20, 'e')})));
  CHECK(fixture.finish(fixture.disk->flush()));
  const std::vector<Asked> expected{{1, 4, 2, "ab"}, {6, 6, 2, ""},   {1, 8, 1, "c"},
                                    {1, 3, 1, "d"},  {1, 20, 1, "e"}, {3, 0, 0, ""}};
  CHECK(fixture.exporter.asked == expected);
}

TEST_CASE("no request has more than 2 MiB") {
  Fixture fixture;
  std::vector<PlacedChunk> many;
  for (std::uint64_t i = 0; i < 70; ++i) many.push_back(filled(i, 'x'));
  CHECK(fixture.finish(fixture.disk->write(std::move(many))));
  REQUIRE(fixture.exporter.asked.size() == 3);
  CHECK(fixture.exporter.asked[0].chunks == 32);
  CHECK(fixture.exporter.asked[2] == Asked{1, 64, 6, "xxxxxx"});
}

TEST_CASE("a disk that is full says so, and is not written any more") {
  Fixture fixture;
  fixture.exporter.error = ENOSPC;
  CHECK(fixture.finish(fixture.disk->write({filled(1, 'a'), filled(3, 'b')})).error().code ==
        Code::resource_exhausted);
  CHECK(fixture.finish(fixture.disk->flush()).error().code == Code::unavailable);
}

}  // namespace
}  // namespace hanse::host::qemu
