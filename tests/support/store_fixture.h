// What the tests of the store share: a loop, a way to run a task on it, and a temporary folder.
#pragma once

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "store/journaled_store.h"
#include "tests/support/manual_loop.h"

namespace hanse::store::test_support {

template <class T>
Task<void> keep_result(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

// Runs a task to its end, and what else is due within `limit`.
template <class T>
T run(test::ManualLoop& loop, Task<T> task, Nanos limit = Seconds{3600}) {
  std::optional<T> out;
  Scope scope;
  REQUIRE(scope.spawn(keep_result(std::move(task), out)));
  loop.run(limit);
  REQUIRE(out.has_value());
  return std::move(*out);
}

// Transactions that run at the same time: start() several, then loop.run(), then look at the results.
class Concurrent {
 public:
  explicit Concurrent(Store& store) : store_(store) {}
  void start(Transaction transaction) {
    auto& out = results.emplace_back(std::make_unique<std::optional<Result<Revision>>>());
    REQUIRE(scope_.spawn(keep_result(store_.transact(std::move(transaction)), *out)));
  }
  std::vector<std::unique_ptr<std::optional<Result<Revision>>>> results;

 private:
  Store& store_;
  Scope scope_;
};

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hanse-store-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline Transaction put(std::string key, std::string value) {
  return {.writes = {{std::move(key), std::move(value)}}};
}
inline Transaction remove(std::string key) {
  return {.writes = {{std::move(key), std::nullopt}}};
}

inline std::vector<std::string> keys_of(const Page& page) {
  std::vector<std::string> keys;
  for (const Entry& entry : page.entries) keys.push_back(entry.key);
  return keys;
}

inline Logger silent_logger() {
  static SilentLog sink;
  return Logger(sink, "store");
}

}  // namespace hanse::store::test_support
