#include "zone/images/blob_owners.h"

namespace hanse::zone {

void BlobOwners::image_changed(const std::string& key) {
  drop(key);
  const auto image = tables_.images.get(id_of_key(KindOf<model::Image>::kTraits, key));
  if (!image) return;
  for (const model::Blob& blob : model::all_blobs((*image)->spec)) {
    named_[key].insert(blob.digest);
    naming_[blob.digest].insert(key);
  }
}

void BlobOwners::drop(const std::string& key) {
  const auto known = named_.find(key);
  if (known == named_.end()) return;
  for (const std::string& digest : known->second) {
    const auto images = naming_.find(digest);
    images->second.erase(key);
    if (images->second.empty()) naming_.erase(images);
  }
  named_.erase(known);
}

void BlobOwners::forget() {
  named_.clear();
  naming_.clear();
}

std::set<std::string> BlobOwners::tenants_of(const std::string& digest) const {
  std::set<std::string> tenants;
  const auto images = naming_.find(digest);
  if (images == naming_.end()) return tenants;
  for (const std::string& key : images->second)
    tenants.insert(id_of_key(KindOf<model::Image>::kTraits, key).tenant);
  return tenants;
}

}  // namespace hanse::zone
