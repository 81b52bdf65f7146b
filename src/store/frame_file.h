// FrameFile: compressed chunks in a flat file, at places that an index beside it knows. Everything here may
// block.
//
// Nothing is synced and nothing is checked: who reads knows the digest of what it should be. Lifecycle:
// closed with the object. Thread: any, one at a time. Failure: resource_exhausted (disk full), unavailable,
// data_loss (shorter than it should be).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hanse::store {

// Each frame begins at a multiple of it and takes whole ones, so that none is read to be written.
inline constexpr std::uint64_t kFrameSlot = 4096;

inline std::uint64_t slots_bytes(std::size_t frame) {
  return (frame + kFrameSlot - 1) / kFrameSlot * kFrameSlot;
}

// What is written past the page cache costs no new pages, which are dear, and is rarely read soon; but it
// takes as long as the disk does.
enum class PageCache { bypassed, used };

class FrameFile {
 public:
  FrameFile() = default;
  ~FrameFile();
  FrameFile(const FrameFile&) = delete;
  FrameFile& operator=(const FrameFile&) = delete;

  // Made when there is none, readable by its owner alone; cut to `limit` bytes.
  Status open(const std::string& path, std::uint64_t limit);
  void close();
  Result<std::string> read(std::uint64_t place, std::size_t size) const;
  // One after the other from a place on, each in its slots. A file system that cannot bypass its cache uses
  // it.
  Status write(std::uint64_t place, const std::vector<std::string_view>& frames, PageCache cache);

 private:
  std::string path_;
  int file_ = -1;
  int direct_ = -1;  // the same, past the page cache; -1: there is no such thing here
};

}  // namespace hanse::store
