// OciImport: makes an ext4 root file system of an OCI archive.
//
// Each layer is unpacked into a folder of its own, where it meets no link of another, and is then laid over
// the tree by hard links, after what it hides or replaces has gone (oci_tree.h). fakeroot keeps owners, modes
// and device nodes, which an unprivileged user cannot make. File capabilities get lost.
//
// Lifecycle: one for each use. Thread: the loop. Failure: as OciArchive; resource_exhausted when the image is
// larger than an import may be.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "zone/images/import_tools.h"
#include "zone/images/oci_tree.h"
#include "zone/images/tar_listing.h"

namespace hanse::zone {

class OciImport {
 public:
  OciImport(ImportTools tools, const std::string& folder)
      : tools_(std::move(tools)), archive_(folder + "/upload"), folder_(folder + "/oci") {}

  // Of the file "upload" in the folder; the path of a raw disk.
  Task<Result<std::string>> run();

 private:
  // Counts what it holds; nothing is unpacked that was not.
  Task<Result<TarListing>> measure(std::string archive);
  Task<Result<std::vector<std::string>>> unpack_archive();
  Task<Status> add_layer(std::string archive, std::string layer);
  Task<Status> apply(OciLayerPlan plan, std::string layer);
  Task<Status> remove(std::string folder, std::vector<std::string> names);
  Task<Status> keep_folders(std::string layer, std::vector<std::string> names);
  Task<Result<std::string>> make_file_system();
  // As what takes itself for root.
  Task<Status> run_as_root(std::vector<std::string> arguments);

  ImportTools tools_;
  std::string archive_;
  std::string folder_;  // nobody else may enter: programs that set their user lie in it
  OciTree tree_;
  std::int64_t entries_ = 0;
  Bytes size_;
};

}  // namespace hanse::zone
