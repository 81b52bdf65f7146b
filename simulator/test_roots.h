// Roots for the simulator's own tests: a process whose only task is what the test gives it.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/scope.h"
#include "simulator/process.h"

namespace hanse::simulator::test {

// Makes the task of one run.
using Body = std::function<Task<void>(ProcessContext)>;

class TaskRoot final : public ProcessRoot {
 public:
  TaskRoot(ProcessContext context, const Body& body) { started_ = scope_.spawn(body(context)); }
  bool started() const { return started_; }

 private:
  bool started_ = false;
  Scope scope_;
};

inline ProcessFactory runs(Body body) {
  return
      [body = std::move(body)](ProcessContext context) { return std::make_unique<TaskRoot>(context, body); };
}

inline ProcessFactory runs_nothing() {
  return [](ProcessContext) { return std::make_unique<ProcessRoot>(); };
}

}  // namespace hanse::simulator::test
