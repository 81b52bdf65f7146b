#include "programs/testbed_program.h"

#include <filesystem>

#include "cli/real_terminal.h"
#include "programs/program.h"
#include "testbed/http_zone_access.h"
#include "testbed/testbed_command.h"

namespace hanse::programs {

int run_testbed(const cli::TestbedOptions& options) {
  io::RealRuntime real(runtime_options(options.verbose));
  const auto terminal = cli::make_real_terminal(real.runtime().blocking, real.runtime().scheduler);
  testbed::HttpZoneAccess access(real.runtime());
  std::error_code failure;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", failure).string();
  if (failure)
    return exit_code(fail(Code::internal, "cannot find the path of this program: {}", failure.message()));
  return exit_code(
      real.run_task(testbed::run_testbed_command(real.runtime(), *terminal, access, options, program)));
}

}  // namespace hanse::programs
