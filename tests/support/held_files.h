// Files in memory that remove nothing before the test lets them, for what happens meanwhile.
#pragma once

#include <string>
#include <utility>

#include "runtime/signal.h"
#include "tests/support/fake_files.h"

namespace hanse::test {

class HeldFiles final : public FakeFiles {
 public:
  explicit HeldFiles(Scheduler& scheduler) : let_(scheduler) {}

  void hold() { held_ = true; }
  void let() {
    held_ = false;
    let_.notify();
  }
  Task<Status> remove_all(std::string path) override {
    while (held_) co_await let_.changed_since(let_.version());
    co_return co_await FakeFiles::remove_all(std::move(path));
  }

 private:
  bool held_ = false;
  Signal let_;
};

}  // namespace hanse::test
