#include "zone/audit/audit_select.h"

namespace hanse::zone {

bool matches(const AuditRecord& record, const AuditFilter& filter) {
  if (!filter.subject.empty() && record.caller.name != filter.subject) return false;
  if (!filter.since.empty() && record.time < filter.since) return false;
  if (filter.resource.empty() || record.resource == filter.resource) return true;
  return record.resource.starts_with(filter.resource + "/");
}

}  // namespace hanse::zone
