#include "programs/zone_program.h"

#include <unistd.h>

#include "api/zone_server.h"
#include "host/guest_user.h"
#include "io/descriptor_limit.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "programs/program.h"
#include "store/open.h"

namespace hanse::programs {
namespace {

// Foreign images are read by this user where the zone runs as root.
constexpr char kConverterUser[] = "nobody";

Task<Result<std::optional<ProcessUser>>> find_converter(Runtime& runtime) {
  if (::geteuid() != 0) co_return std::optional<ProcessUser>();
  co_return co_await host::find_guest_user(runtime.files, kConverterUser);
}

}  // namespace

// In order of construction; each may refer to those above it.
struct ZoneService::Parts {
  explicit Parts(Runtime& runtime)
      : certificates(runtime.clock), hashing(runtime.blocking, runtime.scheduler) {}

  io::OpensslCertificates certificates;
  io::OpensslHashing hashing;
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<api::ZoneServer> server;
};

ZoneService::ZoneService(io::RealRuntime& real)
    : real_(real), parts_(std::make_unique<Parts>(real.runtime())) {}

ZoneService::~ZoneService() = default;

Task<Status> ZoneService::start(zone::ZoneConfig config) {
  Runtime& runtime = real_.runtime();
  HANSE_CO_CHECK(co_await runtime.files.make_directories(config.data_dir, 0711));
  HANSE_CO_TRY(parts_->store, co_await store::open_sqlite(runtime, config.data_dir + "/zone.db"));
  HANSE_CO_TRY(std::optional<ProcessUser> converter, co_await find_converter(runtime));
  parts_->server = std::make_unique<api::ZoneServer>(
      runtime, *parts_->store,
      Cryptography{parts_->certificates, parts_->hashing, parts_->signatures, parts_->web_keys},
      std::move(config), std::move(converter), api::room_for(io::raise_descriptor_limit()));
  co_return co_await parts_->server->start();
}

Task<Result<std::string>> ZoneService::invite_host(std::string name, Seconds lifetime) {
  return parts_->server->zone().enrolment().invite(std::move(name), lifetime);
}

void ZoneService::reload() {
  if (parts_->server) parts_->server->reload();
}

int run_zone(const cli::ZoneOptions& options) {
  io::RealRuntime real(runtime_options(options.verbose));
  ZoneService service(real);
  // Before it listens: whoever sees it answer may send SIGHUP.
  real.on_signal([](int) {});
  const auto text = real.run_task(read_config(real.runtime(), options.config_path));
  if (!text) return exit_code(fail(text.error()));
  auto config = zone::parse_zone_config(*text, options.config_path);
  if (!config) return exit_code(fail(config.error()));
  if (const Status started = real.run_task(service.start(std::move(*config))); !started)
    return exit_code(started);
  run_until_signal(real, [&service] { service.reload(); });
  return 0;
}

}  // namespace hanse::programs
