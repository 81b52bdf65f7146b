#include "programs/program.h"

#include <csignal>
#include <filesystem>
#include <unistd.h>

#include "cli/real_terminal.h"

namespace hanse::programs {

io::RealRuntimeOptions runtime_options(bool verbose) {
  return {.log_level = verbose ? LogLevel::debug : LogLevel::info};
}

Task<Result<std::string>> read_config(Runtime& runtime, std::string path) {
  auto text = co_await runtime.files.read(path, kSmallFileLimit);
  if (!text) co_return fail(text.error().code, "cannot read the configuration: {}", text.error().message);
  co_return std::move(*text);
}

std::string default_host_folder(const std::string& home) {
  return ::geteuid() == 0 ? "/var/lib/hanse/host" : home + "/.local/share/hanse/host";
}

std::string absolute_path(const std::string& path) {
  std::string whole = std::filesystem::absolute(path).lexically_normal().string();
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  return whole;
}

void run_until_signal(io::RealRuntime& real, std::function<void()> on_hangup) {
  real.on_signal([&real, on_hangup = std::move(on_hangup)](int signal) {
    if (signal != SIGHUP) return real.stop();
    if (on_hangup) on_hangup();
  });
  real.run();
}

int exit_code(const Status& status) {
  if (status) return 0;
  cli::print_to_standard_error("hanse: " + status.error().message + "\n");
  return traits_of(status.error().code).exit_code;
}

}  // namespace hanse::programs
