// The person's side of a command: standard output, standard error, standard input and the keyboard. The real
// one is in real_terminal.h; tests keep the text.
//
// Thread: the loop.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/units.h"

namespace hanse::cli {

class Terminal {
 public:
  virtual ~Terminal() = default;
  virtual void print(std::string_view text) = 0;
  virtual void print_error(std::string_view text) = 0;
  // Whether standard error is a terminal, where a line can be written over.
  virtual bool shows_progress() const = 0;
  // Whether both a keyboard and a screen are there.
  virtual bool is_interactive() const = 0;
  // All of standard input. Errors: resource_exhausted beyond `limit`.
  virtual Task<Result<std::string>> read_input(Bytes limit) = 0;
  // Keys come one by one, unechoed; signals too are keys.
  virtual Status set_raw(bool raw) = 0;
  // What was typed, at least one byte; empty at the end of the input.
  virtual Task<Result<std::string>> read_keys() = 0;
};

}  // namespace hanse::cli
