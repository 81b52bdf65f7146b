#include "placement/text.h"

#include <fmt/format.h>

namespace hanse::placement {

// Rounded up, so that what is not below a bound never reads as if it were.
std::string to_text(Micros time) {
  constexpr std::int64_t kMicrosInTenth = 100;
  const std::int64_t tenths = (time.count() + kMicrosInTenth - 1) / kMicrosInTenth;
  return fmt::format("{}.{} ms", tenths / 10, tenths % 10);
}

std::string to_text(MicroEuroPerHour price) {
  constexpr std::int64_t kMillion = 1'000'000;
  std::string text = fmt::format("{}.{:06}", price.value / kMillion, price.value % kMillion);
  constexpr std::size_t kCents = 2;  // are always written
  const std::size_t shortest = text.find('.') + 1 + kCents;
  while (text.size() > shortest && text.back() == '0') text.pop_back();
  return text + " EUR/h";
}

std::string to_text(MicroEuroPerHour price, PriceSource source) {
  const std::string_view whose = source == PriceSource::own      ? "own list"
                                 : source == PriceSource::agreed ? "as last agreed"
                                                                 : "stated";
  return fmt::format("{} ({})", to_text(price), whose);
}

std::string to_text(GramsPerKwh carbon) {
  return fmt::format("{} g/kWh", carbon.value);
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace hanse::placement
