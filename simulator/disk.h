// Disk: what a simulated machine keeps through crashes: files, and durable objects of stores that are
// simulated above the level of files. Thread: one. Failure: those of Files; resource_exhausted when full.
//
// Only what has been synced is ever in here; what a process had under way when it crashed is not.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/files.h"

namespace hanse::simulator {

class Disk {
 public:
  Result<std::string> read(const std::string& path, Bytes limit) const;
  Status write(const std::string& path, std::string content);
  Status append(const std::string& path, const std::string& data);
  Status rename(const std::string& from, const std::string& to);
  Status make_directories(const std::string& path);
  Status remove_all(const std::string& path);
  Result<std::vector<std::string>> list(const std::string& path) const;
  Result<FileInfo> info(const std::string& path) const;
  SpaceInfo space() const;

  // A full disk refuses whatever needs room.
  void set_full(bool full) { full_ = full; }
  bool full() const { return full_; }
  void set_capacity(Bytes capacity) { capacity_ = capacity; }

  // The durable object of this name, made when first asked for. Requires: always the same type for a name.
  template <class T>
  T& durable(const std::string& name) {
    std::shared_ptr<void>& object = durable_[name];
    if (!object) object = std::make_shared<T>();
    return *static_cast<T*>(object.get());
  }
  Status check_room(const std::string& path, Bytes more) const;

 private:
  struct Node {
    bool is_directory = false;
    std::string content = {};
  };
  bool is_directory(const std::string& path) const;

  std::map<std::string, Node> nodes_;  // by normal path; "" is the root and always there
  Bytes used_{0};
  Bytes capacity_{std::int64_t{1} << 40};
  bool full_ = false;
  std::map<std::string, std::shared_ptr<void>> durable_;  // shared_ptr: the one that can hold any type
};

}  // namespace hanse::simulator
