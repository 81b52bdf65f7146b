#include "programs/host_program.h"

#include "host/agent.h"
#include "host/drivers/qemu/qemu_driver.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "programs/program.h"
#include "zone/zone_version.h"

namespace hanse::programs {

// In order of construction; each may refer to those above it.
struct HostService::Parts {
  explicit Parts(Runtime& runtime)
      : certificates(runtime.clock), hashing(runtime.blocking, runtime.scheduler) {}

  io::OpensslCertificates certificates;
  io::OpensslHashing hashing;
  std::unique_ptr<host::qemu::QemuDriver> driver;
  std::unique_ptr<host::Agent> agent;
};

HostService::HostService(io::RealRuntime& real)
    : real_(real), parts_(std::make_unique<Parts>(real.runtime())) {}

HostService::~HostService() = default;

Task<Status> HostService::run(host::HostConfig config) {
  Runtime& runtime = real_.runtime();
  HANSE_CO_TRY(const host::HostFacts facts,
               co_await host::prepare_host(runtime, parts_->certificates, config));
  parts_->driver = std::make_unique<host::qemu::QemuDriver>(runtime, host::qemu_options(config, facts));
  parts_->agent = std::make_unique<host::Agent>(runtime, parts_->certificates, parts_->hashing,
                                                *parts_->driver, std::move(config), zone::kVersion);
  co_return co_await parts_->agent->run();
}

namespace {

Task<void> serve(HostService& service, host::HostConfig config, io::RealRuntime& real, Status& ended) {
  ended = co_await service.run(std::move(config));
  real.stop();
}

}  // namespace

int run_host(const cli::HostOptions& options) {
  io::RealRuntime real(runtime_options(options.verbose));
  const auto text = real.run_task(read_config(real.runtime(), options.config_path));
  if (!text) return exit_code(fail(text.error()));
  auto config = host::parse_host_config(*text, options.config_path);
  if (!config) return exit_code(fail(config.error()));
  HostService service(real);
  Status ended;
  Scope scope(1);
  if (!scope.spawn(serve(service, std::move(*config), real, ended)))
    return exit_code(fail(Code::internal, "the host cannot start"));
  run_until_signal(real, {});
  return exit_code(ended);
}

}  // namespace hanse::programs
