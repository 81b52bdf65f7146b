// OutputCapture: a pipe that a child writes to, and what came out of it up to a limit; the rest is read and
// dropped, so that the child does not hang. Thread: the loop.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"
#include "io/descriptor.h"
#include "io/owned_descriptor.h"

namespace hanse::io {

class OutputCapture {
 public:
  OutputCapture(EventLoop& loop, Scheduler& scheduler, OwnedDescriptor reader, Bytes limit)
      : pipe_(loop, scheduler, reader.release()), limit_(limit) {}

  // Until all writers have closed the pipe.
  Task<void> collect();
  // What is in the pipe now. For when the child has ended but left its pipe to a process that goes on.
  void drain();
  std::string take() { return std::move(text_); }

 private:
  // False at the end of the pipe or when it is empty; `wait` tells which.
  bool read_some(bool& wait);

  Descriptor pipe_;
  Bytes limit_;
  std::string text_;
};

}  // namespace hanse::io
