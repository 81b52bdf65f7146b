// KeptResource<T>: a decoded resource and its JSON. A record differs from the JSON in its resourceVersion
// alone, which nobody knows when a record is written; so the JSON is the record with another number in it,
// and is kept only where a record is of another form, as one of an older Hanse may be.
//
// Lifecycle: in a Table, as long as the entry in the store has its revision. Thread: the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "store/store.h"

namespace hanse::zone {

// Where the version of a record is, from `at` to `end`; both 0: it has none.
struct VersionPlace {
  std::uint32_t at = 0;
  std::uint32_t end = 0;
};
VersionPlace find_version(std::string_view record);
void append_with_version(std::string& text, std::string_view record, VersionPlace place,
                         store::Revision revision);

// What the JSON is: not looked at yet, what is in the store, or a text of its own.
enum class KeptText : std::uint8_t { unknown, stored, own };

template <class T>
class KeptResource {
 public:
  using Pointer = std::shared_ptr<const T>;  // shared: readers keep a value across a write

  // `stored`: the record was written by to_text.
  KeptResource(const store::EntryView& entry, std::shared_ptr<T> value, KeptText text)
      : revision_(entry.revision), record_(entry.value), text_(text) {
    value->metadata.resource_version = static_cast<std::int64_t>(entry.revision);
    value_ = std::move(value);
  }

  store::Revision revision() const { return revision_; }
  const Pointer& value() const { return value_; }

  // Requires: the entry in the store still has this revision.
  void append_text(std::string& out) const {
    if (text_ != KeptText::own && version_.end == 0) version_ = find_version(record_);
    if (text_ == KeptText::unknown) learn();
    if (text_ == KeptText::own) {
      out += own_;
    } else {
      append_with_version(out, record_, version_, revision_);
    }
  }

 private:
  void learn() const {
    own_ = json::to_text(*value_);
    text_ = KeptText::own;
    if (version_.end == 0) return;
    std::string stored;
    append_with_version(stored, record_, version_, revision_);
    if (stored != own_) return;
    text_ = KeptText::stored;
    std::string().swap(own_);
  }

  store::Revision revision_;
  Pointer value_;
  std::string_view record_;  // in the store
  mutable KeptText text_;
  mutable VersionPlace version_;
  mutable std::string own_;
};

}  // namespace hanse::zone
