// How much of the audit log a zone keeps: [audit] in the zone's file.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>

#include "base/json.h"

namespace hanse::zone {

inline constexpr std::int64_t kMinAuditRecords = 10'000;
inline constexpr std::int64_t kMaxAuditRecords = 100'000'000;
inline constexpr std::int64_t kMaxAuditDays = 36'500;

struct AuditConfig {
  std::int64_t keep_records = 1'000'000;  // about 600 MB
  std::int64_t keep_days = 400;
  bool operator==(const AuditConfig&) const = default;
};
BOOST_DESCRIBE_STRUCT(AuditConfig, (), (keep_records, keep_days))
HANSE_DECLARE_JSON(AuditConfig);

// Errors: invalid_argument with the pointer below "/audit".
Status check(const AuditConfig& config);

}  // namespace hanse::zone
