// InstanceIndex: from what a host speaks of (a machine's uid) to the instance's key, and from a host to its
// instances. Fed from the change feed. Thread: the loop.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/text_map.h"
#include "zone/tables.h"

namespace hanse::zone {

class InstanceIndex {
 public:
  explicit InstanceIndex(const Tables& tables) : tables_(tables) {}

  // The instance at this key was made, changed or removed.
  void refresh(const std::string& key);
  std::string key_of_uid(const std::string& uid) const;  // empty: none
  std::string host_of(const std::string& key) const;     // empty: none
  // On that host, or, for "", on none yet.
  std::vector<std::string> keys_on(const std::string& host) const;

 private:
  struct Place {
    std::string uid;
    std::string host;
    bool operator==(const Place&) const = default;
  };

  const Tables& tables_;
  TextMap<Place> places_;                 // by key
  TextMap<std::string> keys_;             // by uid
  TextMap<std::set<std::string>> hosts_;  // keys by host
};

}  // namespace hanse::zone
