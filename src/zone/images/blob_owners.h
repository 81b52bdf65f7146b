// BlobOwners: which tenants have an image that names a file, kept up as images change, so that an answer
// takes as long in a zone of many images as in one of few.
//
// Lifecycle: it is told of all images there are, and of changes at any time. Thread: the loop. Failure: none;
// an image that cannot be read names nothing.
#pragma once

#include <map>
#include <set>
#include <string>

#include "zone/tables.h"

namespace hanse::zone {

class BlobOwners {
 public:
  explicit BlobOwners(const Tables& tables) : tables_(tables) {}

  // The image at this key was made, changed or removed.
  void image_changed(const std::string& key);
  // Changes were missed: all are told of again.
  void forget();

  std::set<std::string> tenants_of(const std::string& digest) const;

 private:
  void drop(const std::string& key);

  const Tables& tables_;
  std::map<std::string, std::set<std::string>> named_;   // digests by key of image
  std::map<std::string, std::set<std::string>> naming_;  // keys of images by digest
};

}  // namespace hanse::zone
