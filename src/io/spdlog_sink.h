// The real LogSink: lines to standard error by spdlog, "2026-03-01T12:00:00.250Z info  zone: line".
// Thread: any.
#pragma once

#include <memory>
#include <string_view>

#include "base/log.h"

namespace hanse::io {

class SpdlogSink final : public LogSink {
 public:
  explicit SpdlogSink(LogLevel lowest);
  ~SpdlogSink() override;

  bool enabled(LogLevel level) const override { return level >= lowest_; }
  void write(LogLevel level, std::string_view component, std::string_view line) override;

 private:
  struct Impl;
  LogLevel lowest_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hanse::io
