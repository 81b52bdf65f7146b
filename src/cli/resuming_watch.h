// A watch that goes on after the connection broke or the zone restarted, behind the last event it saw.
//
// Lifecycle: lives inside one command. Thread: the loop. Failure: what the zone answers; unavailable after
// kMaxAttempts attempts in a row.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "cli/session.h"

namespace hanse::cli {

class ResumingWatch {
 public:
  static constexpr int kMaxAttempts = 30;
  static constexpr Nanos kRetryDelay = Seconds{1};

  ResumingWatch(Session session, std::string path) : session_(session), path_(std::move(path)) {}
  ResumingWatch(const ResumingWatch&) = delete;
  ResumingWatch& operator=(const ResumingWatch&) = delete;

  Task<Result<WatchEvent>> next();
  // Where the next connection goes, for streams that are resumed by a parameter of their own.
  void set_path(std::string path) { path_ = std::move(path); }

 private:
  Task<Result<std::optional<WatchEvent>>> try_next();

  Session session_;
  std::string path_;
  std::string last_id_;
  std::unique_ptr<WatchStream> stream_;
};

}  // namespace hanse::cli
