// What a transfer may take of the link and of the guest. Set with the transfer and changed while it runs.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace hanse::model {

// The longest stop of the guest that a live move plans for, unless its limits say otherwise. What the guest
// sees may be longer: no plan holds the drain of its disks, or a link that slows down.
inline constexpr std::int64_t kDefaultBlackoutMs = 100;
inline constexpr std::int64_t kMaxBlackoutMs = 600'000;
// QEMU sends memory in pieces that make more than half of this, whatever it is told.
inline constexpr BytesPerSecond kLeastRate{2'000'000};
inline constexpr BytesPerSecond kHighestRate{std::int64_t{10} << 30};

struct TransferLimits {
  bool paused = false;                          // disk and memory wait; the guest runs on
  std::optional<BytesPerSecond> max_rate;       // of disk and memory, each at its time; absent: the link's
  std::optional<std::int64_t> max_blackout_ms;  // absent: kDefaultBlackoutMs
  bool operator==(const TransferLimits&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferLimits, (), (paused, max_rate, max_blackout_ms))
HANSE_DECLARE_JSON(TransferLimits);

// POST …/transfers/<name>/limits: what is absent stays as it is.
struct TransferLimitsChange {
  std::optional<bool> paused;
  std::optional<BytesPerSecond> max_rate;  // 0: no limit any more
  std::optional<std::int64_t> max_blackout_ms;
  bool operator==(const TransferLimitsChange&) const = default;
};
BOOST_DESCRIBE_STRUCT(TransferLimitsChange, (), (paused, max_rate, max_blackout_ms))
HANSE_DECLARE_JSON(TransferLimitsChange);

TransferLimits apply(const TransferLimitsChange& change, TransferLimits limits);

// `at` is where they stand in the document, as "/spec/limits". Errors: invalid_argument naming the field.
Status check(const TransferLimits& limits, const std::string& at);

}  // namespace hanse::model
