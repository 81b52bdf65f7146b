#include "programs/enrolment_program.h"

#include "cli/real_terminal.h"
#include "host/enrolment.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "programs/program.h"

namespace hanse::programs {
namespace {

Task<Result<std::string>> read_token(Runtime& runtime, cli::HostEnrolOptions options) {
  if (!options.token_file.empty()) co_return co_await runtime.files.read(options.token_file, kSmallFileLimit);
  if (options.token != "-") co_return options.token;
  const auto terminal = cli::make_real_terminal(runtime.blocking, runtime.scheduler);
  co_return co_await terminal->read_input(kSmallFileLimit);
}

Task<Result<host::HostName>> enrol(Runtime& runtime, cli::HostEnrolOptions options, std::string folder) {
  HANSE_CO_TRY(std::string token, co_await read_token(runtime, std::move(options)));
  io::OpensslCertificates certificates(runtime.clock);
  io::OpensslHashing hashing(runtime.blocking, runtime.scheduler);
  co_return co_await host::enrol(runtime, certificates, hashing,
                                 {.data_dir = std::move(folder), .token = std::move(token)});
}

}  // namespace

int run_host_enrolment(const cli::HostEnrolOptions& options) {
  io::RealRuntime real(runtime_options(options.verbose));
  const std::string usual = default_host_folder(options.home);
  const std::string folder = options.data_directory.empty() ? usual : absolute_path(options.data_directory);
  const auto enrolled = real.run_task(enrol(real.runtime(), options, folder));
  if (!enrolled) return exit_code(fail(enrolled.error()));
  cli::print_to_standard_output(
      fmt::format("this machine is host '{}' of zone '{}'; run it with 'hanse host{}'\n", enrolled->host,
                  enrolled->zone, folder == usual ? "" : " --data-dir " + folder));
  return 0;
}

}  // namespace hanse::programs
