// Table<T>: the resources of one kind in the zone's store, as decoded values. Reads are served from the
// store's memory and a decoded copy that is kept for each revision; writes are transactions that fail when
// someone else was first.
//
// Lifecycle: as long as the store. Thread: the loop; a pointer that was handed out stays valid and never
// changes. Failure: not_found, already_exists, aborted (someone else wrote; read again), data_loss (a record
// that cannot be read), and those of the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "base/text_map.h"
#include "store/store.h"
#include "zone/kept_resource.h"
#include "zone/resource_id.h"

namespace hanse::zone {

// An update is tried again this often when others write the same resource.
inline constexpr int kUpdateAttempts = 16;
// Records of a kind that were written and not read yet; at the limit they are forgotten, and decoded when
// read.
inline constexpr std::size_t kMaxWritten = 4096;

template <class T>
class Table {
 public:
  using Pointer = std::shared_ptr<const T>;  // shared: readers keep a value across a write
  static constexpr const KindTraits& kTraits = KindOf<T>::kTraits;

  struct Page {
    std::vector<Pointer> items;
    std::string next;  // the key to go on after; empty: that was all
  };

  using Kept = KeptResource<T>;

  explicit Table(store::Store& store) : store_(store) {}

  Result<Pointer> get(const ResourceId& id) const;
  Result<std::string> text(const ResourceId& id) const;

  // In order of key, from after `after`; `scope` as prefix_of takes it.
  Result<Page> list(const ResourceId& scope, const std::string& after, std::size_t limit) const;

  // The same, one call each; gives the key to go on after. An error of `take` ends it.
  Result<std::string> visit(const ResourceId& scope, const std::string& after, std::size_t limit,
                            const std::function<Status(const Kept&)>& take) const;

  // All of the scope; for the zone's own work, which must see every resource.
  Result<std::vector<Pointer>> all(const ResourceId& scope = {}) const;

  // For transactions over several resources.
  store::Write write_of(const T& resource) const;
  // Holds while the resource is as it was read.
  store::Compare unchanged(const T& resource) const {
    return {key_of(kTraits, id_of(resource.metadata)),
            static_cast<store::Revision>(resource.metadata.resource_version)};
  }
  store::Compare absent(const ResourceId& id) const { return {key_of(kTraits, id), store::kNoRevision}; }

  // `with`: what is written in the same transaction, or not at all. Errors: already_exists also when one of
  // its compares does not hold.
  Task<Result<T>> create(T resource, store::Transaction with = {});

  // Reads, changes and writes, again when someone else was first. `change` may refuse; when it changes
  // nothing, nothing is written.
  Task<Result<T>> update(ResourceId id, std::function<Status(T&)> change);

  // The same, and nothing is written unless what `change` adds to the guards still holds.
  using Guards = std::vector<store::Compare>;
  Task<Result<T>> update_while(ResourceId id, std::function<Status(T&, Guards&)> change);

  // Errors: aborted when it is no longer as it was read.
  Task<Status> erase(Pointer resource);

 private:
  // What was last written and not read again, so that reading it needs no decoding.
  struct Written {
    std::string text;
    std::shared_ptr<T> value;  // shared: it becomes a Pointer
  };

  Result<const Kept*> find(const ResourceId& id) const;

  // The pointer is good until the table is asked again.
  Result<const Kept*> decode(const store::EntryView& entry) const;

  Result<Kept> read(const store::EntryView& entry) const;

  store::Store& store_;
  mutable TextMap<Kept> decoded_;
  mutable TextMap<Written> written_;
};

}  // namespace hanse::zone
