#include "programs/zone_program.h"

#include <unistd.h>

#include "api/api.h"
#include "base/scope.h"
#include "host/guest_user.h"
#include "http/server.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "programs/program.h"
#include "store/open.h"
#include "zone/zone.h"

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
      : certificates(runtime.clock), hashing(runtime.blocking, runtime.scheduler), log(runtime.log, "zone") {}

  Task<void> follow_tls() {
    while (true) {
      const std::uint64_t seen = zone->tls_changes().version();
      if (const Status set = server->set_tls(zone->server_tls()); !set)
        log.error("TLS: {}", set.error().message);
      co_await zone->tls_changes().changed_since(seen);
    }
  }
  Task<void> reload() {
    const Status reloaded = co_await zone->reload_peers();
    if (reloaded) {
      log.info("{} peers are trusted now", zone->peers().names().size());
    } else {
      log.error("the trust file was not taken over: {}", reloaded.error().message);
    }
  }

  io::OpensslCertificates certificates;
  io::OpensslHashing hashing;
  Logger log;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<zone::Zone> zone;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<http::Server> server;
  Scope scope{64};  // declared last: destroyed first
};

ZoneService::ZoneService(io::RealRuntime& real)
    : real_(real), parts_(std::make_unique<Parts>(real.runtime())) {}

ZoneService::~ZoneService() = default;

Task<Status> ZoneService::start(zone::ZoneConfig config) {
  Runtime& runtime = real_.runtime();
  HANSE_CO_CHECK(co_await runtime.files.make_directories(config.data_dir, 0711));
  HANSE_CO_TRY(parts_->store, co_await store::open_sqlite(runtime, config.data_dir + "/zone.db"));
  HANSE_CO_TRY(std::optional<ProcessUser> converter, co_await find_converter(runtime));
  parts_->zone = std::make_unique<zone::Zone>(runtime, *parts_->store, parts_->certificates, parts_->hashing,
                                              std::move(config), std::move(converter));
  zone::Zone& zone = *parts_->zone;
  HANSE_CO_CHECK(co_await zone.start());
  parts_->api = std::make_unique<api::Api>(api::parts_of(zone));
  parts_->server = std::make_unique<http::Server>(runtime, *parts_->api, api::server_limits());
  parts_->api->set_server(*parts_->server);
  HANSE_CO_CHECK(co_await parts_->server->start(zone.config().listen, zone.server_tls()));
  if (!parts_->scope.spawn(parts_->follow_tls()))
    co_return fail(Code::internal, "the zone cannot follow its certificates");
  parts_->log.info("zone '{}' serves https://{}", zone.config().name, to_string(parts_->server->endpoint()));
  co_return Status();
}

void ZoneService::reload() {
  if (!parts_->zone || !parts_->scope.spawn(parts_->reload()))
    parts_->log.warning("too many reloads at once; try again");
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
