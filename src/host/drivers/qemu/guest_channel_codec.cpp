#include "host/drivers/qemu/guest_channel_codec.h"

#include <charconv>
#include <optional>

namespace hanse::host::qemu {
namespace {

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

std::optional<GuestBeat> read_beat(std::string_view line) {
  constexpr std::string_view kWord = "heartbeat";
  if (!line.starts_with(kWord)) return std::nullopt;
  line.remove_prefix(kWord.size());
  GuestBeat beat;
  std::int64_t guest_ns = 0;
  if (!take_number(line, beat.sequence) || !take_number(line, guest_ns) || !line.empty()) return std::nullopt;
  beat.guest = Nanos{guest_ns};
  return beat;
}

}  // namespace

std::vector<GuestBeat> GuestLineReader::feed(std::string_view bytes) {
  std::vector<GuestBeat> beats;
  for (const char c : bytes) {
    if (c != '\n') {
      skipping_ |= partial_line_.size() >= kMaxGuestLine;
      if (!skipping_) partial_line_ += c;
      continue;
    }
    if (!skipping_) {
      if (const auto beat = read_beat(partial_line_)) beats.push_back(*beat);
    }
    partial_line_.clear();
    skipping_ = false;
  }
  return beats;
}

}  // namespace hanse::host::qemu
