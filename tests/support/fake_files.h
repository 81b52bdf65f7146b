// Files in memory, for unit tests: whole files only, everything is durable at once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/files.h"

namespace hanse::test {

class FakeFiles : public Files {
 public:
  std::map<std::string, std::string> content;
  std::map<std::string, std::uint32_t> owners;  // of what was given to another user
  Bytes available{1LL << 40};

  Task<Result<std::string>> read(std::string path, Bytes limit) override {
    const auto found = content.find(path);
    if (found == content.end()) co_return fail(Code::not_found, "{} does not exist", path);
    if (static_cast<std::int64_t>(found->second.size()) > limit.value) {
      co_return fail(Code::resource_exhausted, "{} is larger than {} bytes", path, limit.value);
    }
    co_return found->second;
  }
  Task<Status> write_atomically(std::string path, std::string text, std::uint32_t) override {
    content[path] = std::move(text);
    co_return Status{};
  }
  Task<Status> append(std::string path, std::string data, std::uint32_t) override {
    content[path] += data;
    co_return Status{};
  }
  Task<Status> sync(std::string) override { co_return Status{}; }
  Task<Result<std::string>> read_at(std::string path, std::int64_t offset, std::size_t size,
                                    std::string) override {
    const auto found = content.find(path);
    if (found == content.end()) co_return fail(Code::not_found, "{} does not exist", path);
    const auto begin = std::min(found->second.size(), static_cast<std::size_t>(offset));
    co_return found->second.substr(begin, size);
  }
  Task<Status> rename(std::string from, std::string to) override {
    auto node = content.extract(from);
    if (node.empty()) co_return fail(Code::not_found, "{} does not exist", from);
    content[to] = std::move(node.mapped());
    co_return Status{};
  }
  Task<Status> make_directories(std::string, std::uint32_t) override { co_return Status{}; }
  Task<Status> remove_all(std::string path) override {
    std::erase_if(content,
                  [&](const auto& file) { return file.first == path || file.first.starts_with(path + "/"); });
    co_return Status{};
  }
  Task<Result<std::vector<std::string>>> list(std::string path) override {
    std::vector<std::string> names;
    for (const auto& [name, text] : content) {
      if (!name.starts_with(path + "/")) continue;
      const std::string below = name.substr(path.size() + 1);
      const std::string entry = below.substr(0, below.find('/'));
      if (names.empty() || names.back() != entry) names.push_back(entry);
    }
    co_return names;
  }
  Task<Result<FileInfo>> info(std::string path) override {
    const auto found = content.find(path);
    if (found != content.end()) {
      const Bytes size{static_cast<std::int64_t>(found->second.size())};
      co_return FileInfo{.size = size, .allocated = size};
    }
    for (const auto& [name, text] : content) {
      if (name.starts_with(path + "/")) co_return FileInfo{.is_directory = true};
    }
    co_return fail(Code::not_found, "{} does not exist", path);
  }
  Task<Result<SpaceInfo>> space(std::string) override { co_return SpaceInfo{{1LL << 40}, available}; }
  Task<Status> change_owner(std::string path, std::uint32_t user, std::uint32_t) override {
    owners[path] = user;
    co_return Status{};
  }
};

}  // namespace hanse::test
