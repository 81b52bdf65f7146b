#include "zone/leases/left_copies.h"

#include <algorithm>

namespace hanse::zone {
namespace {

bool is_left(const model::Host& host, const std::string& uid) {
  const auto& left = host.status.left_machines;
  return std::find(left.begin(), left.end(), uid) != left.end();
}

}  // namespace

void leave_copy(const Tables& tables, const std::string& host, const std::string& uid,
                store::Transaction& transaction) {
  const auto record = tables.hosts.get({.name = host});
  if (!record || is_left(**record, uid)) return;
  model::Host left = **record;
  left.status.left_machines.push_back(uid);
  transaction.compares.push_back(tables.hosts.unchanged(**record));
  transaction.writes.push_back(tables.hosts.write_of(left));
}

bool has_left_copy(const Tables& tables, const std::string& host, const std::string& uid) {
  const auto record = tables.hosts.get({.name = host});
  return record && is_left(**record, uid);
}

}  // namespace hanse::zone
