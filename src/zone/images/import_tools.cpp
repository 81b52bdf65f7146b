#include "zone/images/import_tools.h"

namespace hanse::zone {
namespace {

// What a hostile image may cost before the tool that reads it is ended.
constexpr Bytes kToolMemory{std::int64_t{4} << 30};
constexpr Seconds kToolProcessorTime{600};
constexpr Nanos kToolTime = Seconds{1200};

}  // namespace

Task<Result<std::string>> ImportTools::run(std::vector<std::string> arguments, ToolOptions options) const {
  const std::string what = arguments.at(0) + " " + arguments.at(1);
  if (const std::string& state = options.fakeroot_state; !state.empty())
    arguments.insert(arguments.begin(), {"fakeroot", "-i", state, "-s", state, "--"});
  ProcessOptions process{.arguments = std::move(arguments),
                         .as_user = user_,
                         .working_directory = "/",
                         .time_limit = kToolTime,
                         .output_limit = options.output_limit,
                         .address_space_limit = kToolMemory,
                         .cpu_limit = kToolProcessorTime};
  HANSE_CO_TRY(ProcessResult result, co_await runtime_->processes.run(std::move(process)));
  if (result.exit_status != 0 && result.exit_status != options.also_fine) {
    co_return fail(Code::data_loss, "{}: {}", what,
                   result.error_output.substr(0, result.error_output.find('\n')));
  }
  // The rest was dropped.
  if (result.output.size() >= static_cast<std::size_t>(options.output_limit.value))
    co_return fail(Code::resource_exhausted, "{}: more than {} bytes come of it", what,
                   options.output_limit.value);
  co_return std::move(result.output);
}

Task<Status> ImportTools::require_file(std::string path) const {
  HANSE_CO_TRY(const std::string kind, co_await run({"stat", "--format=%F", path}));
  if (!kind.starts_with("regular"))
    co_return fail(Code::invalid_argument, "{} of the archive is no file", path.substr(path.rfind('/') + 1));
  co_return Status();
}

}  // namespace hanse::zone
