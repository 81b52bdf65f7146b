// What a guest writes on its channel: the pieces in which it comes must not matter, and what was read is a
// line of that text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/drivers/qemu/guest_channel_codec.h"

namespace {

using namespace hanse::host::qemu;

using Beats = std::vector<std::pair<std::uint64_t, std::int64_t>>;

Beats read(std::string_view text, std::size_t piece) {
  GuestLineReader reader;
  Beats beats;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    for (const GuestBeat& beat : reader.feed(text.substr(at, piece)))
      beats.emplace_back(beat.sequence, beat.guest.count());
  }
  return beats;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Beats beats = read(text, text.size());
  if (read(text, data[0] + std::size_t{1}) != beats) std::abort();
  std::string lines;
  for (const auto& [sequence, guest] : beats)
    lines += "heartbeat " + std::to_string(sequence) + " " + std::to_string(guest) + "\n";
  if (read(lines, 1) != beats) std::abort();
  return 0;
}
