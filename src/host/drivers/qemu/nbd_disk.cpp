#include "host/drivers/qemu/nbd_disk.h"

#include <cerrno>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/scope.h"
#include "codec/nbd.h"
#include "runtime/future.h"
#include "runtime/signal.h"
#include "runtime/timeout.h"

namespace hanse::host::qemu {
namespace {

namespace nbd = codec::nbd;

constexpr Nanos kNbdConnectLimit = Seconds{10};
// Of one request, 2 MiB; the hypervisor takes it into memory whole.
constexpr std::size_t kMaxRunChunks = 32;

// After so many the file is synced beside what goes on, 32 MiB: else all of it would be written to the disk
// after the last chunk, when nothing else is left to do.
constexpr std::size_t kSyncedChunks = 512;

// Where neighbours on the disk that go in one request end: a request costs the hypervisor more than 64 KiB
// do.
std::size_t end_of_run(const std::vector<PlacedChunk>& chunks, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < chunks.size() && end - begin < kMaxRunChunks &&
         chunks[end].index == chunks[end - 1].index + 1 &&
         chunks[end].content.empty() == chunks[begin].content.empty())
    ++end;
  return end;
}

std::size_t count_runs(const std::vector<PlacedChunk>& chunks) {
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < chunks.size(); begin = end_of_run(chunks, begin)) ++count;
  return count;
}

// The stream of one export; what comes is read in pieces of the size that is due.
class NbdStream {
 public:
  NbdStream(Scheduler& scheduler, std::unique_ptr<Stream> stream)
      : scheduler_(scheduler), stream_(std::move(stream)) {}

  Task<Result<std::string>> read(std::size_t size) {
    std::string text(size, '\0');
    std::span<std::byte> rest = std::as_writable_bytes(std::span(text));
    while (!rest.empty()) {
      HANSE_CO_TRY(const std::size_t count,
                   co_await with_timeout(scheduler_, kNbdSilence, "the hypervisor's answer for a disk",
                                         stream_->read_some(rest)));
      if (count == 0) co_return fail(Code::unavailable, "the hypervisor has closed a disk");
      rest = rest.subspan(count);
    }
    co_return text;
  }
  Task<Status> write(std::string_view text) {
    return with_timeout(scheduler_, kNbdSilence, "writing a disk", stream_->write(as_bytes(text)));
  }

 private:
  Scheduler& scheduler_;
  std::unique_ptr<Stream> stream_;
};

Task<Result<std::uint64_t>> open_export(NbdStream& stream, std::string name) {
  HANSE_CO_TRY(const std::string greeting, co_await stream.read(nbd::kGreetingBytes));
  HANSE_CO_CHECK(nbd::check_greeting(greeting));
  const std::string answer = nbd::client_flags() + nbd::choose_export(name);
  HANSE_CO_CHECK(co_await stream.write(answer));
  std::uint64_t size = 0;
  for (;;) {
    HANSE_CO_TRY(const std::string text, co_await stream.read(nbd::kOptionReplyBytes));
    HANSE_CO_TRY(const nbd::OptionHead head, nbd::read_option_head(text));
    HANSE_CO_TRY(const std::string data, co_await stream.read(head.data));
    if (head.type == nbd::OptionReply::acknowledged) break;
    if (head.type != nbd::OptionReply::information) continue;
    HANSE_CO_TRY(size, nbd::read_export_size(data, size));
  }
  // What follows an export whose name was chosen in the older way, 124 zeroes, does not follow this one.
  co_return size;
}

// What has been begun is carried to its end even when nobody waits for it any more: half a request would make
// the connection useless for the next.
class NbdDisk final : public DiskWriter {
 public:
  NbdDisk(Runtime& runtime, NbdDiskOptions options, std::unique_ptr<NbdStream> stream)
      : runtime_(runtime),
        options_(std::move(options)),
        stream_(std::move(stream)),
        ended_(runtime.scheduler) {}
  const std::string& uid() const override { return options_.uid; }
  std::uint64_t chunk_count() const override { return options_.chunk_count; }
  Task<Status> write(std::vector<PlacedChunk> chunks) override { return carry_out(std::move(chunks)); }
  Task<Status> flush() override { return carry_out({}); }

 private:
  // Of no chunks: a flush.
  Task<Status> carry_out(std::vector<PlacedChunk> chunks) {
    while (working_.running() > 0) {
      const std::uint64_t seen = ended_.version();
      co_await ended_.changed_since(seen);
    }
    auto [promise, done] = make_promise<Status>(runtime_.scheduler);
    if (!working_.spawn(work(std::move(chunks), promise))) co_return fail(Code::internal, "scope is full");
    co_return co_await std::move(done);
  }

  Task<void> work(std::vector<PlacedChunk> chunks, Promise<Status> done) {
    Status status = fail(Code::unavailable, "disk {} cannot be written any more", options_.uid);
    if (!broken_) status = chunks.empty() ? co_await flush_now() : co_await write_now(chunks);
    broken_ = !status;
    done.set(std::move(status));
    ended_.notify();
  }

  // All are under way at once: the hypervisor answers while it is sent more.
  Task<Status> write_now(const std::vector<PlacedChunk>& chunks) {
    Status sent;
    Scope scope(1);
    if (!scope.spawn(send_all(chunks, sent))) co_return fail(Code::internal, "scope is full");
    HANSE_CO_CHECK(co_await hear(count_runs(chunks)));
    co_await scope.wait_idle();
    unsynced_ += chunks.size();
    if (unsynced_ >= kSyncedChunks && syncing_.running() == 0 && syncing_.spawn(sync())) unsynced_ = 0;
    co_return sent;
  }

  // Only for time: what fails here fails in the flush too, which somebody waits for.
  Task<void> sync() { static_cast<void>(co_await runtime_.files.sync(options_.path)); }

  Task<Status> flush_now() {
    const std::string request = to_bytes(nbd::Request{.command = nbd::Command::flush, .handle = ++handle_});
    HANSE_CO_CHECK(co_await stream_->write(request));
    co_return co_await hear(1);
  }

  Task<void> send_all(const std::vector<PlacedChunk>& chunks, Status& sent) {
    for (std::size_t begin = 0; begin < chunks.size();) {
      const std::size_t end = end_of_run(chunks, begin);
      const bool zero = chunks[begin].content.empty();
      const std::string request =
          to_bytes(nbd::Request{.command = zero ? nbd::Command::write_zeroes : nbd::Command::write,
                                .handle = ++handle_,
                                .offset = chunks[begin].index * codec::kChunkBytes,
                                .size = static_cast<std::uint32_t>((end - begin) * codec::kChunkBytes)});
      sent = co_await stream_->write(request);
      for (; begin < end; ++begin) {
        if (sent && !zero) sent = co_await stream_->write(chunks[begin].content);
      }
      if (!sent) co_return;
    }
  }

  Task<Status> hear(std::size_t count) {
    Status status;
    for (std::size_t i = 0; i < count; ++i) {
      HANSE_CO_TRY(const std::string text, co_await stream_->read(nbd::kReplyBytes));
      HANSE_CO_TRY(const nbd::Reply reply, nbd::read_reply(text));
      if (reply.error == 0 || !status) continue;
      const bool full = reply.error == ENOSPC || reply.error == EDQUOT;
      status = fail(full ? Code::resource_exhausted : Code::unavailable, "disk {} cannot be written: {}",
                    options_.uid, full ? "it has no room" : "the hypervisor failed");
    }
    co_return status;
  }

  Runtime& runtime_;
  NbdDiskOptions options_;
  std::unique_ptr<NbdStream> stream_;
  std::uint64_t handle_ = 0;
  std::size_t unsynced_ = 0;  // chunks since the last sync began
  bool broken_ = false;
  Signal ended_;
  // Declared last: destroyed first.
  Scope syncing_{1};
  Scope working_{1};
};

}  // namespace

Task<Result<std::unique_ptr<DiskWriter>>> connect_nbd_disk(Runtime& runtime, std::string socket,
                                                           NbdDiskOptions options) {
  HANSE_CO_TRY(std::unique_ptr<Stream> connected,
               co_await runtime.network.connect(Endpoint{.unix_path = std::move(socket)}, std::nullopt,
                                                kNbdConnectLimit));
  auto stream = std::make_unique<NbdStream>(runtime.scheduler, std::move(connected));
  HANSE_CO_TRY(const std::uint64_t size, co_await open_export(*stream, options.uid));
  if (size != options.chunk_count * codec::kChunkBytes)
    co_return fail(Code::data_loss, "disk {} has {} bytes and not {}", options.uid, size,
                   options.chunk_count * codec::kChunkBytes);
  co_return std::make_unique<NbdDisk>(runtime, std::move(options), std::move(stream));
}

}  // namespace hanse::host::qemu
