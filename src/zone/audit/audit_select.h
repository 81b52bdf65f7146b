// Chooses lines of the audit log for a page. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "zone/audit/audit_log.h"

namespace hanse::zone {

bool matches(const AuditRecord& record, const AuditFilter& filter);

// `first` is the place of the first line, `end` the one behind the last. Errors: data_loss.
template <class Lines>
Result<AuditPage> select_audit(const Lines& lines, std::int64_t first, std::int64_t end,
                               const AuditQuery& query) {
  AuditPage page{.last = std::max(query.after, first - 1)};
  for (std::size_t i = static_cast<std::size_t>(page.last + 1 - first); i < lines.size(); ++i) {
    if (page.items.size() >= query.limit || page.last + 1 >= end) return page;
    const auto record = parse_audit_record(lines[i]);
    ++page.last;
    if (!record)
      return fail(record.error().code, "record {} of the zone's log: {}", page.last, record.error().message);
    if (matches(*record, query.filter)) page.items.push_back({page.last, lines[i]});
  }
  page.last = std::max(page.last, end - 1);
  return page;
}

}  // namespace hanse::zone
