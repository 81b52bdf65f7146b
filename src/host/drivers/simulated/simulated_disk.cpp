#include "host/drivers/simulated/simulated_disk.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "codec/seed_frames.h"

namespace hanse::host::simulated {
namespace {

// More than one window of the seeding.
constexpr std::uint64_t kSimulatedChunks = codec::kWindowChunks + 8;

class SimulatedReader final : public DiskReader {
 public:
  // Only the boot disk has content.
  SimulatedReader(std::string uid, std::optional<DiskContent> content)
      : uid_(std::move(uid)), content_(std::move(content)) {
    if (content_) ranges_ = {{0, 1}, {1, kSimulatedChunks - 2, true}, {kSimulatedChunks - 1, 1}};
  }
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return kSimulatedChunks; }
  const std::vector<ChunkRange>& ranges() const override { return ranges_; }
  Task<Result<std::string>> read(std::uint64_t first, std::uint64_t, std::string) override {
    if (!content_) co_return fail(Code::internal, "disk {} has no content", uid_);
    co_return chunk_of(*content_, first > 0);
  }

 private:
  std::string uid_;
  std::optional<DiskContent> content_;
  std::vector<ChunkRange> ranges_;
};

class SimulatedWriter final : public DiskWriter {
 public:
  SimulatedWriter(Fleet& fleet, std::string host, std::string machine, std::string uid)
      : fleet_(fleet), host_(std::move(host)), machine_(std::move(machine)), uid_(std::move(uid)) {}
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return kSimulatedChunks; }
  Task<Status> write(std::vector<PlacedChunk> chunks) override {
    for (const PlacedChunk& chunk : chunks) {
      if (chunk.content.empty()) continue;
      HANSE_CO_TRY(const DiskContent content, content_of(chunk.content));
      HANSE_CO_CHECK(fleet_.seed_disk(host_, machine_, content));
    }
    co_return Status();
  }
  Task<Status> flush() override { co_return fleet_.seed_disk(host_, machine_, {}); }

 private:
  Fleet& fleet_;
  std::string host_;
  std::string machine_;
  std::string uid_;
};

std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [at, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || at == text.data() + text.size() || *at != end) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(at - text.data()) + 1);
  return number;
}

}  // namespace

std::string chunk_of(const DiskContent& content, bool last) {
  std::string text = "disk\n";
  for (const auto& [run, count] : content.writes) {
    if ((run % 2 == 1) == last) text += fmt::format("{} {}\n", run, count);
  }
  text.resize(codec::kChunkBytes, '\0');
  return text;
}

Result<DiskContent> content_of(std::string_view chunk) {
  constexpr std::string_view kHead = "disk\n";
  const Error damaged{Code::data_loss, "a chunk of a simulated disk is damaged"};
  if (!chunk.starts_with(kHead)) return fail(damaged);
  std::string_view text = chunk.substr(kHead.size());
  text = text.substr(0, text.find('\0'));
  DiskContent content;
  while (!text.empty()) {
    const auto run = take_number(text, ' ');
    const auto count = run ? take_number(text, '\n') : std::nullopt;
    if (!run || !count) return fail(damaged);
    content.writes[*run] = *count;
  }
  return content;
}

Readers make_disk_readers(const model::MachineSpec& machine, const DiskContent& content) {
  Readers readers;
  for (const model::DiskSpec& disk : machine.disks) {
    std::optional<DiskContent> own;
    if (readers.empty()) own = content;
    readers.push_back(std::make_unique<SimulatedReader>(disk.uid, std::move(own)));
  }
  return readers;
}

Readers make_unmade_disks(const std::vector<model::DiskSpec>& disks) {
  Readers readers;
  for (const model::DiskSpec& disk : disks)
    readers.push_back(std::make_unique<UnmadeDisk>(disk.uid, kSimulatedChunks));
  return readers;
}

Writers make_disk_writers(Fleet& fleet, const std::string& host, const model::MachineSpec& machine) {
  Writers writers;
  for (const model::DiskSpec& disk : machine.disks)
    writers.push_back(std::make_unique<SimulatedWriter>(fleet, host, machine.uid, disk.uid));
  return writers;
}

}  // namespace hanse::host::simulated
