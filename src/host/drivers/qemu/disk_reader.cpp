#include "host/drivers/qemu/disk_reader.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/json.h"
#include "host/drivers/qemu/disks.h"
#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

// The map of one is some half a megabyte of text at most.
constexpr Bytes kMappedAtOnce{std::int64_t{256} << 20};
constexpr std::int64_t kChunk = static_cast<std::int64_t>(codec::kChunkBytes);

std::int64_t whole_number(const json::Object& entry, std::string_view key, std::int64_t otherwise) {
  const json::Value* const found = entry.if_contains(key);
  return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
}

bool is_true(const json::Object& entry, std::string_view key) {
  const json::Value* const found = entry.if_contains(key);
  return found != nullptr && found->is_bool() && found->get_bool();
}

bool continues(const MappedRange& before, const MappedRange& next) {
  if (before.range.first + before.range.count != next.range.first) return false;
  if (before.range.zero || next.range.zero) return before.range.zero && next.range.zero;
  return before.offset + static_cast<std::int64_t>(before.range.count) * kChunk == next.offset;
}

void add_range(std::vector<MappedRange>& ranges, MappedRange next) {
  if (!ranges.empty() && continues(ranges.back(), next)) {
    ranges.back().range.count += next.range.count;
  } else {
    ranges.push_back(next);
  }
}

class DiskFile final : public DiskReader {
 public:
  DiskFile(Runtime& runtime, std::string uid, std::string path, std::uint64_t chunk_count,
           std::vector<MappedRange> map)
      : runtime_(runtime), uid_(std::move(uid)), path_(std::move(path)), chunk_count_(chunk_count) {
    for (const MappedRange& mapped : map) {
      ranges_.push_back(mapped.range);
      offsets_.push_back(mapped.offset);
    }
  }
  const std::string& uid() const override { return uid_; }
  std::uint64_t chunk_count() const override { return chunk_count_; }
  const std::vector<ChunkRange>& ranges() const override { return ranges_; }
  Task<Result<std::string>> read(std::uint64_t first, std::uint64_t count, std::string memory) override {
    const auto after =
        std::upper_bound(ranges_.begin(), ranges_.end(), first,
                         [](std::uint64_t at, const ChunkRange& range) { return at < range.first; });
    if (after == ranges_.begin()) co_return fail(Code::internal, "disk {} has no such chunk", uid_);
    const auto position = static_cast<std::size_t>(after - ranges_.begin()) - 1;
    const auto skipped = static_cast<std::int64_t>(first - ranges_[position].first);
    const std::size_t size = count * codec::kChunkBytes;
    HANSE_CO_TRY(std::string content,
                 co_await runtime_.files.read_at(path_, offsets_[position] + skipped * kChunk, size,
                                                 std::move(memory)));
    content.resize(size, '\0');  // the file may end within its last cluster
    co_return content;
  }

 private:
  Runtime& runtime_;
  std::string uid_;
  std::string path_;
  std::uint64_t chunk_count_;
  std::vector<ChunkRange> ranges_;
  std::vector<std::int64_t> offsets_;  // of each
};

Task<Result<std::vector<MappedRange>>> map_disk(DriverContext& context, std::string path, Bytes size,
                                                DiskUse use) {
  std::vector<MappedRange> ranges;
  for (Bytes start; start < size; start += kMappedAtOnce) {
    std::vector<std::string> command{context.options.disk_tool,
                                     "map",
                                     "--output=json",
                                     "-f",
                                     "qcow2",
                                     fmt::format("--start-offset={}", start.value),
                                     fmt::format("--max-length={}", kMappedAtOnce.value),
                                     path};
    if (use == DiskUse::live) command.insert(command.begin() + 2, "--force-share");
    HANSE_CO_TRY(const std::string text,
                 co_await run_tool_for_output(context.runtime, context.options, std::move(command)));
    HANSE_CO_TRY(const std::vector<MappedRange> some, read_disk_map(text));
    for (const MappedRange& range : some) add_range(ranges, range);
  }
  co_return ranges;
}

}  // namespace

Result<std::vector<MappedRange>> read_disk_map(std::string_view text) {
  HANSE_TRY(const json::Value value, json::parse(text));
  if (!value.is_array()) return fail(Code::data_loss, "the map of a disk is no list");
  std::vector<MappedRange> ranges;
  for (const json::Value& element : value.get_array()) {
    const json::Object* const entry = element.if_object();
    if (entry == nullptr) return fail(Code::data_loss, "an entry in the map of a disk is no object");
    if (whole_number(*entry, "depth", 0) != 0 || !is_true(*entry, "present")) continue;
    const std::int64_t start = whole_number(*entry, "start", -1);
    const std::int64_t length = whole_number(*entry, "length", -1);
    const std::int64_t offset = whole_number(*entry, "offset", -1);
    const bool zero = !is_true(*entry, "data");
    if (start < 0 || length <= 0 || start % kChunk != 0 || length % kChunk != 0 || (!zero && offset < 0))
      return fail(Code::data_loss, "the map of a disk has {} bytes at {}, which are no whole clusters of {}",
                  length, start, codec::kChunkBytes);
    add_range(ranges, {.range = {static_cast<std::uint64_t>(start / kChunk),
                                 static_cast<std::uint64_t>(length / kChunk), zero},
                       .offset = zero ? 0 : offset});
  }
  return ranges;
}

Task<Result<Readers>> open_readers(DriverContext& context, const Machine& machine, DiskUse use) {
  Readers readers;
  const MachinePaths paths = machine.paths;
  const std::vector<model::DiskSpec> disks = machine.record.machine.disks;
  for (const model::DiskSpec& disk : disks) {
    const std::string path = paths.disk(disk.uid);
    const Bytes size = to_bytes(disk.size_mib);
    HANSE_CO_TRY(std::vector<MappedRange> map, co_await map_disk(context, path, size, use));
    readers.push_back(
        std::make_unique<DiskFile>(context.runtime, disk.uid, path, chunk_count_of(disk), std::move(map)));
  }
  co_return readers;
}

Task<Result<std::unique_ptr<DiskReader>>> open_plain_file(DriverContext& context, std::string name,
                                                          std::string path) {
  HANSE_CO_TRY(const FileInfo info, co_await context.runtime.files.info(path));
  const auto chunks = static_cast<std::uint64_t>((info.size.value + kChunk - 1) / kChunk);
  std::vector<MappedRange> map;
  if (chunks > 0) map.push_back({.range = {0, chunks, false}});
  co_return std::make_unique<DiskFile>(context.runtime, std::move(name), std::move(path), chunks,
                                       std::move(map));
}

}  // namespace hanse::host::qemu
