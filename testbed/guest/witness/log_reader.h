// Reads a log of numbered lines and judges it: which are missing, damaged or there twice. Pure apart from
// read(2) on the descriptor that it is given; one use, one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "disk_log.h"

namespace hanse::witness {

class LogReader {
 public:
  // Reads `bytes` bytes of `file` from its start; stops early at the end of the file or on a read error.
  void read(int file, std::uint64_t bytes);

  [[nodiscard]] const LogVerdict& verdict() const { return verdict_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }
  // Bytes up to the end of the last line that ends in a newline; what follows was torn by a crash.
  [[nodiscard]] std::uint64_t whole_bytes() const { return whole_bytes_; }

 private:
  void take_line(std::string_view line);

  LogVerdict verdict_;
  std::uint64_t last_number_ = 0;
  std::uint64_t whole_bytes_ = 0;
  std::string rest_;
};

}  // namespace hanse::witness
