#include "programs/host_program.h"

#include <malloc.h>
#include <unistd.h>

#include "host/agent.h"
#include "host/drivers/qemu/qemu_driver.h"
#include "host/enrolment.h"
#include "host/identity_files.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "programs/program.h"
#include "runtime/sleep.h"
#include "store/sqlite_chunks.h"
#include "zone/zone_version.h"

namespace hanse::programs {

// In order of construction; each may refer to those above it.
struct HostService::Parts {
  explicit Parts(Runtime& runtime)
      : certificates(runtime.clock), hashing(runtime.blocking, runtime.scheduler) {}

  io::OpensslCertificates certificates;
  io::OpensslHashing hashing;
  std::unique_ptr<store::SqliteChunks> chunks;
  std::unique_ptr<host::SnapshotStore> snapshots;
  std::unique_ptr<host::qemu::QemuDriver> driver;
  std::unique_ptr<host::Agent> agent;
};

HostService::HostService(io::RealRuntime& real)
    : real_(real), parts_(std::make_unique<Parts>(real.runtime())) {}

HostService::~HostService() = default;

Task<Result<bool>> HostService::has_enrolled(std::string data_dir) {
  host::IdentityFiles files(real_.runtime().files, host::identity_folder(data_dir));
  HANSE_CO_TRY(const std::optional<host::IdentityRecord> known, co_await files.identity());
  co_return known.has_value();
}

Task<Status> HostService::enrol(std::string data_dir, std::string token) {
  const auto enrolled = co_await host::enrol(real_.runtime(), parts_->certificates, parts_->hashing,
                                             {.data_dir = std::move(data_dir), .token = std::move(token)});
  if (!enrolled) co_return fail(enrolled.error());
  co_return Status();
}

Task<Status> HostService::run(host::HostConfig config) {
  Runtime& runtime = real_.runtime();
  HANSE_CO_TRY(const host::HostFacts facts,
               co_await host::prepare_host(runtime, parts_->certificates, config));
  config = host::with_identity(std::move(config), facts);
  parts_->driver = std::make_unique<host::qemu::QemuDriver>(runtime, host::qemu_options(config, facts));
  parts_->chunks = std::make_unique<store::SqliteChunks>(
      runtime, parts_->hashing,
      store::SqliteChunksOptions{.path = host::chunk_file(config),
                                 .limit = to_bytes(config.chunk_store_limit)});
  parts_->snapshots =
      std::make_unique<host::SnapshotStore>(runtime, parts_->hashing, host::snapshot_file(config));
  parts_->agent =
      std::make_unique<host::Agent>(runtime, parts_->certificates, parts_->hashing, *parts_->chunks,
                                    *parts_->snapshots, *parts_->driver, std::move(config), zone::kVersion);
  co_return co_await parts_->agent->run();
}

namespace {

// Without a file: all defaults, with guests as the agent's own user where it cannot become another.
Task<Result<host::HostConfig>> configured(Runtime& runtime, cli::HostOptions options) {
  host::HostConfig config;
  if (options.config_path.empty()) {
    if (::geteuid() != 0) config.guest_user.clear();
  } else {
    HANSE_CO_TRY(const std::string text, co_await read_config(runtime, options.config_path));
    HANSE_CO_TRY(config, host::parse_host_config(text, options.config_path));
  }
  if (!options.data_directory.empty()) config.data_dir = absolute_path(options.data_directory);
  if (config.data_dir.empty()) config.data_dir = default_host_folder(options.home);
  co_return config;
}

Task<void> serve(HostService& service, host::HostConfig config, io::RealRuntime& real, Status& ended) {
  ended = co_await service.run(std::move(config));
  real.stop();
}

// An agent is idle for most of its life, so that what a move has needed goes back to the system, but not
// before: buffers of a move are used again and again, and pages that are mapped anew for each of them cost
// more than what is written to them. One heap: of others malloc_trim() leaves the end, which may be all.
void keep_one_heap() {
  constexpr int kKeptAtTop = 32 << 20;
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_MMAP_THRESHOLD, kKeptAtTop);
  ::mallopt(M_TRIM_THRESHOLD, kKeptAtTop);
}

Task<void> give_back_memory(Scheduler& scheduler) {
  constexpr Nanos kBetween = Seconds{10};
  for (;;) {
    co_await sleep_for(scheduler, kBetween);
    ::malloc_trim(0);
  }
}

}  // namespace

int run_host(const cli::HostOptions& options) {
  keep_one_heap();
  io::RealRuntime real(runtime_options(options.verbose));
  auto config = real.run_task(configured(real.runtime(), options));
  if (!config) return exit_code(fail(config.error()));
  HostService service(real);
  Status ended;
  Scope scope(2);
  if (!scope.spawn(serve(service, std::move(*config), real, ended)) ||
      !scope.spawn(give_back_memory(real.runtime().scheduler)))
    return exit_code(fail(Code::internal, "the host cannot start"));
  run_until_signal(real, {});
  return exit_code(ended);
}

}  // namespace hanse::programs
