// DiskImport: makes a qcow2 disk of a file that somebody has sent: raw, qcow2, vmdk, vhd, vhdx, an OVA
// archive with one of these, or an OCI archive, whose layers become a root file system.
//
// The tools that read it run as an unprivileged user with limits, and see one folder. Backing files that the
// disk may name are not opened. Lifecycle: one for each use. Thread: the loop. Failure: invalid_argument (not
// such a file; the message has the remedy), data_loss (damaged, cut short).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"
#include "runtime/processes.h"
#include "runtime/runtime.h"
#include "zone/images/import_tools.h"

namespace hanse::zone {

// What may be named, and "auto".
bool is_import_format(std::string_view format);
// For people: "auto, raw, …".
std::string import_formats();

struct ImportedDisk {
  std::string path;  // of the qcow2 file
  Bytes virtual_size;
};

class DiskImport {
 public:
  // `user` is whom the tools run as; nothing: this process's own.
  DiskImport(Runtime& runtime, std::optional<ProcessUser> user, std::string folder)
      : runtime_(runtime), tools_(runtime, std::move(user)), folder_(std::move(folder)) {}

  // Of the file "upload" in the folder, which belongs to the user. Requires: is_import_format(format).
  Task<Result<ImportedDisk>> run(std::string format);

 private:
  struct DiskFile {
    std::string path;
    std::string format;  // as qemu-img calls it
  };

  Task<Result<DiskFile>> find_disk(std::string format);
  Task<Result<DiskFile>> probe(std::string path, std::string format);
  Task<Result<DiskFile>> find_in_archive(std::string format);
  // The one disk of an OVA archive.
  Task<Result<std::string>> unpack(std::string name);
  Task<Status> check_intact(DiskFile disk);

  Runtime& runtime_;
  ImportTools tools_;
  std::string folder_;
};

}  // namespace hanse::zone
