#include "io/spdlog_sink.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace hanse::io {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

struct SpdlogSink::Impl {
  spdlog::logger logger{"hanse", std::make_shared<spdlog::sinks::stderr_sink_mt>()};
};

SpdlogSink::SpdlogSink(LogLevel lowest) : lowest_(lowest), impl_(std::make_unique<Impl>()) {
  impl_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
                                                                          spdlog::pattern_time_type::utc));
  impl_->logger.set_level(spdlog_level(lowest));
  impl_->logger.flush_on(spdlog::level::debug);
}

SpdlogSink::~SpdlogSink() = default;

void SpdlogSink::write(LogLevel level, std::string_view component, std::string_view line) {
  impl_->logger.log(spdlog_level(level), "{}: {}", component, line);
}

}  // namespace hanse::io
