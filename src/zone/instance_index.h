// InstanceIndex: from what a host speaks of (a machine's uid) to the instance's key, and from a host to its
// instances. Fed from the change feed. Thread: the loop.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "zone/tables.h"

namespace hanse::zone {

class InstanceIndex {
 public:
  explicit InstanceIndex(const Tables& tables) : tables_(tables) {}

  // The instance at this key was made, changed or removed.
  void refresh(const std::string& key);
  std::string key_of_uid(const std::string& uid) const;  // empty: none
  // On that host, or, for "", on none yet.
  std::vector<std::string> keys_on(const std::string& host) const;

 private:
  struct Place {
    std::string uid;
    std::string host;
  };

  const Tables& tables_;
  std::map<std::string, Place> places_;                 // by key
  std::map<std::string, std::string> keys_;             // by uid
  std::map<std::string, std::set<std::string>> hosts_;  // keys by host
};

}  // namespace hanse::zone
