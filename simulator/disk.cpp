#include "simulator/disk.h"

#include <filesystem>
#include <utility>

namespace hanse::simulator {
namespace {

std::string normal(const std::string& path) {
  std::string clean = ("/" / std::filesystem::path(path)).lexically_normal().string();
  while (clean.ends_with('/')) clean.pop_back();
  return clean;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

bool is_below(const std::string& path, const std::string& folder) {
  return path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

tl::unexpected<Error> missing(const std::string& path) {
  return fail(Code::not_found, "'{}' does not exist", path);
}

}  // namespace

bool Disk::is_directory(const std::string& path) const {
  if (path.empty()) return true;
  const auto found = nodes_.find(path);
  return found != nodes_.end() && found->second.is_directory;
}

Status Disk::check_room(const std::string& path, Bytes more) const {
  if (full_ || used_ + more > capacity_)
    return fail(Code::resource_exhausted, "'{}' cannot be written: the disk is full; free some space", path);
  return {};
}

Result<std::string> Disk::read(const std::string& path, Bytes limit) const {
  const auto found = nodes_.find(normal(path));
  if (found == nodes_.end() || found->second.is_directory) return missing(path);
  if (static_cast<std::int64_t>(found->second.content.size()) > limit.value)
    return fail(Code::resource_exhausted, "'{}' is larger than {} bytes", path, limit.value);
  return found->second.content;
}

Status Disk::write(const std::string& path, std::string content) {
  const std::string clean = normal(path);
  if (!is_directory(parent_of(clean))) return missing(parent_of(clean));
  if (is_directory(clean)) return fail(Code::failed_precondition, "'{}' is a folder", path);
  const Bytes size{static_cast<std::int64_t>(content.size())};
  HANSE_CHECK(check_room(path, size));
  Node& node = nodes_[clean];
  used_ += size - Bytes{static_cast<std::int64_t>(node.content.size())};
  node.content = std::move(content);
  return {};
}

Status Disk::append(const std::string& path, const std::string& data) {
  const auto found = nodes_.find(normal(path));
  return write(path, (found == nodes_.end() ? std::string() : found->second.content) + data);
}

Status Disk::rename(const std::string& from, const std::string& to) {
  const std::string source = normal(from);
  const std::string target = normal(to);
  if (!nodes_.contains(source)) return missing(from);
  if (!is_directory(parent_of(target))) return missing(parent_of(target));
  if (source == target) return {};
  HANSE_CHECK(remove_all(target));
  std::map<std::string, Node> moved;
  for (auto at = nodes_.lower_bound(source); at != nodes_.end() && at->first.starts_with(source);) {
    auto next = std::next(at);
    if (is_below(at->first, source)) {
      auto node = nodes_.extract(at);
      node.key() = target + node.key().substr(source.size());
      moved.insert(std::move(node));
    }
    at = next;
  }
  nodes_.merge(moved);
  return {};
}

Status Disk::make_directories(const std::string& path) {
  const std::string clean = normal(path);
  for (std::size_t end = clean.find('/', 1); !clean.empty(); end = clean.find('/', end + 1)) {
    Node& node = nodes_.try_emplace(clean.substr(0, end), Node{.is_directory = true}).first->second;
    if (!node.is_directory) return fail(Code::already_exists, "'{}' is a file", clean.substr(0, end));
    if (end == std::string::npos) break;
  }
  return {};
}

Status Disk::remove_all(const std::string& path) {
  const std::string clean = normal(path);
  std::erase_if(nodes_, [&](const auto& entry) {
    if (!is_below(entry.first, clean)) return false;
    used_ += Bytes{-static_cast<std::int64_t>(entry.second.content.size())};
    return true;
  });
  return {};
}

Result<std::vector<std::string>> Disk::list(const std::string& path) const {
  const std::string clean = normal(path);
  if (!is_directory(clean)) return missing(path);
  std::vector<std::string> names;
  for (const auto& [name, node] : nodes_) {
    if (parent_of(name) == clean && name != clean) names.push_back(name.substr(clean.size() + 1));
  }
  return names;
}

Result<FileInfo> Disk::info(const std::string& path) const {
  const std::string clean = normal(path);
  if (is_directory(clean)) return FileInfo{.size = Bytes{0}, .allocated = Bytes{0}, .is_directory = true};
  const auto found = nodes_.find(clean);
  if (found == nodes_.end()) return missing(path);
  const Bytes size{static_cast<std::int64_t>(found->second.content.size())};
  return FileInfo{.size = size, .allocated = size};
}

SpaceInfo Disk::space() const {
  return SpaceInfo{.total = capacity_, .available = full_ ? Bytes{0} : capacity_ - used_};
}

}  // namespace hanse::simulator
