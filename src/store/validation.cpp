#include <algorithm>
#include <string_view>
#include <vector>

#include "store/store_core.h"

namespace hanse::store {
namespace {

// Enough of a refused key to recognise it by.
constexpr std::size_t kShownKeyBytes = 64;

Status check_key(std::string_view key) {
  if (key.empty()) return fail(Code::invalid_argument, "a key is empty; give it a name");
  if (key.size() <= kMaxKeyBytes) return {};
  return fail(Code::invalid_argument, "the key '{}…' has {} bytes, the limit is {}; choose a shorter name",
              key.substr(0, kShownKeyBytes), key.size(), kMaxKeyBytes);
}

Status check_count(std::string_view what, std::size_t count, std::size_t limit) {
  if (count <= limit) return {};
  return fail(Code::invalid_argument, "a transaction of {} {} is above the limit of {}; split it", count,
              what, limit);
}

Status check_value(const Write& write) {
  if (!write.value || write.value->size() <= kMaxValueBytes) return {};
  return fail(Code::invalid_argument, "the value of '{}' has {} bytes, the limit is {}; make it smaller",
              write.key, write.value->size(), kMaxValueBytes);
}

template <class Parts>
Status check_keys(const Parts& parts, std::string_view verb) {
  std::vector<std::string_view> keys;
  keys.reserve(parts.size());
  for (const auto& part : parts) {
    HANSE_CHECK(check_key(part.key));
    keys.push_back(part.key);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return fail(Code::invalid_argument, "'{}' is {} twice in one transaction; keep one of the two", *twice,
              verb);
}

}  // namespace

Status validate(const Transaction& transaction) {
  HANSE_CHECK(check_count("compares", transaction.compares.size(), kMaxComparesPerTransaction));
  HANSE_CHECK(check_count("writes", transaction.writes.size(), kMaxWritesPerTransaction));
  HANSE_CHECK(check_keys(transaction.compares, "compared"));
  HANSE_CHECK(check_keys(transaction.writes, "written"));
  std::size_t bytes = 0;
  for (const Write& write : transaction.writes) {
    HANSE_CHECK(check_value(write));
    bytes += write.key.size() + (write.value ? write.value->size() : 0);
  }
  return check_count("bytes", bytes, kMaxTransactionBytes);
}

}  // namespace hanse::store
