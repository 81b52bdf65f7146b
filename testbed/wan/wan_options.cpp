#include "testbed/wan/wan_options.h"

#include <cmath>
#include <limits>

#include "base/json_mapping.h"

namespace hanse::testbed {

HANSE_DEFINE_JSON(WanPort)
HANSE_DEFINE_JSON(LinkChange)
HANSE_DEFINE_JSON(WanOptions)
HANSE_DEFINE_JSON(LinkReport)
HANSE_DEFINE_JSON(ControlAnswer)

namespace {

// Out of range becomes a value that check_parameters() refuses, rather than undefined behaviour.
Nanos to_nanos(double milliseconds) {
  constexpr double kMost = 1e6;
  if (!(milliseconds >= 0)) return Nanos{-1};
  return Nanos{std::llround(std::min(milliseconds, kMost) * 1e6)};
}

std::uint64_t to_bits_per_second(double mbit) {
  constexpr double kMost = 1e12;
  if (!(mbit >= 0)) return std::numeric_limits<std::uint64_t>::max();
  const auto bits = static_cast<std::uint64_t>(std::llround(std::min(mbit, kMost) * 1e6));
  return mbit > 0 && bits == 0 ? 1 : bits;
}

}  // namespace

Result<LinkParameters> apply(LinkParameters parameters, const LinkChange& change) {
  if (change.delay_ms) parameters.delay = to_nanos(*change.delay_ms);
  if (change.jitter_ms) parameters.jitter = to_nanos(*change.jitter_ms);
  if (change.mbit) {
    parameters.bits_per_second = to_bits_per_second(*change.mbit);
    parameters.queue_limit = Bytes{0};
  }
  if (change.loss_percent) parameters.loss = *change.loss_percent / 100;
  if (change.queue_bytes) parameters.queue_limit = Bytes{*change.queue_bytes};
  if (change.cut) parameters.cut = *change.cut;
  HANSE_CHECK(check_parameters(parameters));
  return parameters;
}

Result<WanOptions> parse_wan_options(std::string_view text) {
  HANSE_TRY(const json::Value value, json::parse(text));
  HANSE_TRY(WanOptions options, json::from_json<WanOptions>(value));
  if (options.control_socket.empty()) return fail(Code::invalid_argument, "controlSocket is missing");
  if (options.ports.size() < 2 || options.ports.size() > kMaxWanPorts)
    return fail(Code::invalid_argument, "a WAN has 2 to {} ports, not {}", kMaxWanPorts,
                options.ports.size());
  if (options.prefix_length < 8 || options.prefix_length > 30)
    return fail(Code::invalid_argument, "prefixLength must be between 8 and 30, not {}",
                options.prefix_length);
  return options;
}

}  // namespace hanse::testbed
