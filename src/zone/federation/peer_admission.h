// PeerAdmission: whether the policy lets a peer bring something here, or lets something of ours go to a peer:
// the one place where the policy file meets what is in the tables. What each peer has here is added up as it
// changes, so that an answer takes as long in a zone of 100,000 instances as in an empty one.
//
// Lifecycle: it is told of all instances and images there are, then all_told(), and of changes at any time.
// Thread: the loop. Failure: permission_denied and resource_exhausted, naming the rule; unavailable until all
// are told; data_loss while an instance has a record that cannot be read, since it may be the peer's.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "federation/policy.h"
#include "zone/federation/zone_records.h"
#include "zone/images/blob_owners.h"
#include "zone/tables.h"

namespace hanse::zone {

class PeerAdmission {
 public:
  PeerAdmission(Tables& tables, const Membership& membership, const ZoneRecords& records)
      : tables_(tables), membership_(membership), records_(records), owners_(tables) {}

  struct Held {
    VcpuCount vcpu;
    MiB memory;
    bool operator==(const Held&) const = default;
  };
  Status accepts(const std::string& peer, const std::string& tenant, const std::string& flavour,
                 const model::InstanceSkuSpec& sku) const;
  Status gives(const std::string& peer, const std::string& tenant) const;
  // Of a file of images: something of a tenant that has such an image may go there. Errors: not_found when no
  // image of this zone names it.
  Status gives_blob(const std::string& peer, const std::string& digest) const;
  const federation::PeerPolicy& policy_for(const std::string& peer) const;

  // Of all instances that the peer brought here and that have not moved on.
  Held brought_by(const std::string& peer) const;
  // What it was promised beside them: it counts like them for as long as the promise lives.
  Held promised_to(const std::string& peer) const;

  // Requires: the admission outlives it.
  class Promise {
   public:
    Promise(Promise&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)),
          peer_(std::move(other.peer_)),
          size_(other.size_) {}
    Promise& operator=(Promise&&) = delete;
    ~Promise() {
      if (admission_ != nullptr)
        admission_->change_promised(peer_, {-size_.vcpu.value}, {-size_.memory.value});
    }

   private:
    friend class PeerAdmission;
    Promise(PeerAdmission& admission, std::string peer, Held size)
        : admission_(&admission), peer_(std::move(peer)), size_(size) {}

    PeerAdmission* admission_;
    std::string peer_;
    Held size_;
  };
  // For what accepts() has just said yes to and that is no instance here yet.
  Promise promise(const std::string& peer, const model::InstanceSkuSpec& sku);

  // The resource at this key was made, changed or removed. Whoever brings something for a peer says so at
  // once, so that the next answer knows of it.
  void instance_changed(const std::string& key);
  void sku_changed(const std::string& key);
  void image_changed(const std::string& key) { owners_.image_changed(key); }
  // Changes were missed: all are told of again.
  void forget();
  void all_told() { complete_ = true; }

 private:
  struct Brought {
    std::string peer;
    std::string sku_key;
    Held size;
  };

  void drop(const std::string& key);
  void change_promised(const std::string& peer, VcpuCount vcpu, MiB memory);

  Tables& tables_;
  const Membership& membership_;
  const ZoneRecords& records_;
  BlobOwners owners_;
  bool complete_ = false;
  std::map<std::string, Brought> brought_;              // by key of the instance
  std::map<std::string, std::set<std::string>> users_;  // keys of those instances by key of SKU
  std::map<std::string, Held> totals_;                  // by peer
  std::map<std::string, Held> promised_;                // by peer
  std::map<std::string, Error> unreadable_;             // by key
};

}  // namespace hanse::zone
