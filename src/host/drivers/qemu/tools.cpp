#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

constexpr std::string_view kDiskFull = "No space left on device";

}  // namespace

Task<Result<std::string>> run_tool_for_output(Runtime& runtime, const QemuOptions& options,
                                              std::vector<std::string> command, Nanos limit) {
  const std::string program = command.front();
  ProcessOptions process{.arguments = std::move(command), .as_user = options.guest_user};
  process.time_limit = limit;
  auto result = co_await runtime.processes.run(std::move(process));
  if (!result && result.error().code == Code::not_found)
    co_return fail(Code::unavailable, "{} is not installed; install the packages of tools/packages.txt",
                   program);
  if (!result) co_return fail(std::move(result).error());
  if (result->exit_status != 0) {
    const std::string& words = result->error_output.empty() ? result->output : result->error_output;
    const bool full = words.find(kDiskFull) != std::string::npos;
    co_return fail(full ? Code::resource_exhausted : Code::internal, "{} failed with status {}: {}", program,
                   result->exit_status, words.substr(0, words.find_last_not_of('\n') + 1));
  }
  co_return std::move(result->output);
}

Task<Status> run_tool(Runtime& runtime, const QemuOptions& options, std::vector<std::string> command,
                      Nanos limit) {
  HANSE_CO_CHECK(co_await run_tool_for_output(runtime, options, std::move(command), limit));
  co_return Status();
}

Task<Status> make_guest_folder(Runtime& runtime, const QemuOptions& options, std::string path) {
  HANSE_CO_CHECK(co_await runtime.files.make_directories(path, 0700));
  if (!options.guest_user) co_return Status();
  co_return co_await runtime.files.change_owner(path, options.guest_user->user, options.guest_user->group);
}

}  // namespace hanse::host::qemu
