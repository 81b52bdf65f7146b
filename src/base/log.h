// Logging: a component holds a Logger, which names it and hands finished lines to a LogSink. The real sink
// (io/) writes to standard error by spdlog; tests and the simulator keep lines in memory.
//
// Thread: any, if the sink allows it (the real one does). Secrets never go into a line.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

namespace hanse {

enum class LogLevel { debug, info, warning, error };

class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual bool enabled(LogLevel level) const = 0;
  virtual void write(LogLevel level, std::string_view component, std::string_view line) = 0;
};

class Logger {
 public:
  Logger(LogSink& sink, std::string component) : sink_(&sink), component_(std::move(component)) {}

  template <class... Arguments>
  void debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    log(LogLevel::debug, format, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  void info(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    log(LogLevel::info, format, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  void warning(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    log(LogLevel::warning, format, std::forward<Arguments>(arguments)...);
  }
  template <class... Arguments>
  void error(fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    log(LogLevel::error, format, std::forward<Arguments>(arguments)...);
  }

 private:
  template <class... Arguments>
  void log(LogLevel level, fmt::format_string<Arguments...> format, Arguments&&... arguments) const {
    if (sink_->enabled(level))
      sink_->write(level, component_, fmt::format(format, std::forward<Arguments>(arguments)...));
  }

  LogSink* sink_;
  std::string component_;
};

// For tests and tools that say nothing.
class SilentLog final : public LogSink {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::string_view) override {}
};

}  // namespace hanse
