#include "zone/instance_index.h"

namespace hanse::zone {

void InstanceIndex::refresh(const std::string& key) {
  const auto instance = tables_.instances.get(id_of_key(KindOf<model::Instance>::kTraits, key));
  Place place;
  if (instance) place = {(*instance)->metadata.uid, (*instance)->status.host};
  if (const auto old = places_.find(key); old != places_.end()) {
    if (instance && old->second == place) return;
    keys_.erase(old->second.uid);
    hosts_[old->second.host].erase(key);
    places_.erase(old);
  }
  if (!instance) return;
  keys_[place.uid] = key;
  hosts_[place.host].insert(key);
  places_.emplace(key, std::move(place));
}

std::string InstanceIndex::key_of_uid(const std::string& uid) const {
  const auto found = keys_.find(uid);
  return found == keys_.end() ? std::string() : found->second;
}

std::string InstanceIndex::host_of(const std::string& key) const {
  const auto found = places_.find(key);
  return found == places_.end() ? std::string() : found->second.host;
}

std::vector<std::string> InstanceIndex::keys_on(const std::string& host) const {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

}  // namespace hanse::zone
