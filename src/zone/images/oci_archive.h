// OciArchive: an unpacked OCI image layout, of which the layers of its one image are found. Whatever is read
// of it has the digest that names it.
//
// Lifecycle: one for each use. Thread: the loop. Failure: invalid_argument (no such layout, or several
// images; the message has the remedy), data_loss (a digest is wrong).
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "zone/images/import_tools.h"

namespace hanse::zone {

class OciArchive {
 public:
  // `names`: what the archive holds.
  OciArchive(ImportTools tools, std::string folder, std::set<std::string> names)
      : tools_(std::move(tools)), folder_(std::move(folder)), names_(std::move(names)) {}

  // Paths of the archives of the layers, the lowest first.
  Task<Result<std::vector<std::string>>> layers();

 private:
  Task<Result<std::string>> find_manifest();
  // Its path. Errors: data_loss.
  Task<Result<std::string>> verify(std::string digest);
  Task<Result<std::string>> read_blob(std::string digest);
  Task<Result<std::string>> read_document(std::string path);

  ImportTools tools_;
  std::string folder_;
  std::set<std::string> names_;
};

}  // namespace hanse::zone
