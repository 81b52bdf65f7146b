#include "zone/audit/audit_config.h"

#include "base/json_mapping.h"

namespace hanse::zone {

HANSE_DEFINE_JSON(AuditConfig)

Status check(const AuditConfig& config) {
  if (config.keep_records < kMinAuditRecords || config.keep_records > kMaxAuditRecords)
    return fail_field("/audit/keepRecords", "write a number of records from {} to {}", kMinAuditRecords,
                      kMaxAuditRecords);
  if (config.keep_days < 1 || config.keep_days > kMaxAuditDays)
    return fail_field("/audit/keepDays", "write a number of days from 1 to {}", kMaxAuditDays);
  return {};
}

}  // namespace hanse::zone
