#include "programs/fleet_program.h"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>

#include "base/scope.h"
#include "cli/real_terminal.h"
#include "cli/run_client.h"
#include "host/drivers/simulated/limited_network.h"
#include "host/drivers/simulated/simulated_host.h"
#include "http/client.h"
#include "io/descriptor_limit.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "model/host_messages.h"
#include "programs/program.h"
#include "runtime/seeded_random.h"
#include "runtime/sleep.h"
#include "zone/zone_version.h"

namespace hanse::programs {
namespace {

constexpr Nanos kReportInterval = Seconds{1};
// Of one batch; the zone is busy with those who connect meanwhile.
constexpr Nanos kEnrolmentLimit = Seconds{120};
// Connections that are being made at once, so that each is made in much less than the seconds that it may
// take.
constexpr std::size_t kDialsAtOnce = 64;
// What the process has open beside its hosts' connections.
constexpr std::uint64_t kOtherDescriptors = 64;

host::simulated::FleetOptions machine_options(const cli::FleetOptions& options) {
  return {.boot_time_low = Millis{options.boot_milliseconds_low},
          .boot_time_high = Millis{options.boot_milliseconds_high},
          .boot_failures_per_million = options.boot_failures_per_million,
          .write_interval = Nanos{0},
          .mean_time_to_failure = Seconds{options.mean_life_seconds},
          .guests = {.seed = options.seed,
                     .mean_load = static_cast<double>(options.mean_load_percent) / 100,
                     .dirty_rate_low = {options.dirty_kilobytes_low * 1000},
                     .dirty_rate_high = {options.dirty_kilobytes_high * 1000}}};
}

// What the guests of a fleet do together.
struct FleetLoad {
  std::int64_t running = 0;
  double busy_vcpus = 0;
  double dirty_megabytes_per_second = 0;
};

FleetLoad load_of(const host::simulated::Fleet& fleet) {
  FleetLoad load;
  for (const auto& [place, machine] : fleet.machines()) {
    if (machine.state.run_state != host::RunState::running) continue;
    const auto guest = host::simulated::draw_guest(fleet.options().guests, place.second);
    ++load.running;
    load.busy_vcpus += guest.load * static_cast<double>(machine.spec.vcpu.value);
    load.dirty_megabytes_per_second += static_cast<double>(guest.dirty_rate.value) / 1e6;
  }
  return load;
}

class FleetService {
 public:
  FleetService(io::RealRuntime& real, cli::FleetOptions options)
      : runtime_(real.runtime()),
        options_(std::move(options)),
        certificates_(runtime_.clock),
        random_(options_.seed),
        fleet_(runtime_.scheduler, runtime_.clock, random_, wire_, machine_options(options_)),
        markers_(runtime_.files, ""),
        hosts_network_(runtime_.network, runtime_.scheduler, kDialsAtOnce),
        hosts_runtime_{runtime_.clock, runtime_.scheduler, runtime_.random,   hosts_network_,
                       runtime_.files, runtime_.processes, runtime_.blocking, runtime_.log},
        hashing_(runtime_.blocking, runtime_.scheduler),
        seeding_{.parts = {hosts_runtime_, hashing_, chunks_}},
        snapshots_(hosts_runtime_, hashing_, ":memory:"),
        parts_{hosts_runtime_, fleet_, blobs_, paths_, markers_, seeding_, snapshots_, zone::kVersion},
        scope_(static_cast<std::size_t>(options_.hosts) + 1) {}

  Task<Status> start() {
    HANSE_CO_CHECK(check_limits());
    HANSE_CO_TRY(http::ClientOptions access,
                 co_await cli::zone_access(runtime_, options_.contexts_path, options_.context));
    endpoints_ = {access.endpoint};
    if (!options_.addresses.empty()) endpoints_.clear();
    for (const std::string& address : options_.addresses) {
      HANSE_CO_TRY(Endpoint endpoint, parse_endpoint(address));
      endpoints_.push_back(std::move(endpoint));
    }
    access.response_timeout = kEnrolmentLimit;
    http::Client zone(runtime_, std::move(access));
    HANSE_CO_TRY(const KeyedRequest key, certificates_.make_request());
    began_ = runtime_.clock.now();
    for (std::int64_t made = 0; made < options_.hosts;) {
      const std::int64_t count = std::min(model::kMaxFleetBatch, options_.hosts - made);
      HANSE_CO_CHECK(co_await enrol(zone, key, made, count));
      made += count;
    }
    if (!scope_.spawn(report())) co_return fail(Code::internal, "the fleet cannot start");
    co_return Status();
  }

 private:
  Status check_limits() const {
    const std::uint64_t limit = io::raise_descriptor_limit();
    const std::uint64_t needed = static_cast<std::uint64_t>(options_.hosts) + kOtherDescriptors;
    if (limit >= needed) return {};
    return fail(
        Code::resource_exhausted,
        "{} hosts need as many connections and this process may have {} descriptors; raise its hard limit of "
        "open files to {} (LimitNOFILE=, 'ulimit -Hn', a container's --ulimit nofile=), or share the hosts "
        "among several processes with --first, of at most {} each; the zone needs as many",
        options_.hosts, limit, needed, limit - std::min(limit, kOtherDescriptors));
  }

  Task<Status> enrol(http::Client& zone, const KeyedRequest& key, std::int64_t made, std::int64_t count) {
    const model::FleetRequest request{options_.first + made, count, key.request_pem};
    HANSE_CO_TRY(const json::Value body,
                 co_await zone.call_json("POST", "/providers/hanse.host/v1/fleets", to_json(request)));
    HANSE_CO_TRY(model::FleetAnswer answer, json::from_json<model::FleetAnswer>(body));
    for (std::string& certificate : answer.certificates) {
      const auto index = static_cast<std::int64_t>(hosts_.size());
      TlsOptions tls{.certificate_pem = std::move(certificate),
                     .key_pem = key.key_pem,
                     .trusted_ca_pem = answer.ca_pem,
                     .expected_name = "hanse://zone/" + answer.zone};
      add_host(index, std::move(tls));
    }
    co_return Status();
  }

  void add_host(std::int64_t index, TlsOptions tls) {
    model::Inventory inventory = host::simulated::default_inventory();
    inventory.vcpu = {options_.vcpus};
    inventory.memory_mib = {options_.memory_mib};
    inventory.live_moves = false;
    hosts_.emplace_back(parts_,
                        host::simulated::SimulatedHostConfig{
                            .name = model::simulated_host_name(options_.first + index),
                            .zone_endpoint = endpoints_[static_cast<std::size_t>(index) % endpoints_.size()],
                            .tls = std::move(tls),
                            .inventory = std::move(inventory)});
    // Each has its turn after the one before it, whenever it was enrolled.
    const Nanos turn = Nanos(Seconds{1}) * index / options_.connects_per_second;
    const Nanos passed = runtime_.clock.now() - began_;
    if (!scope_.spawn(hosts_.back().run(std::max(turn - passed, Nanos{1}))))
      runtime_.log.write(LogLevel::error, "fleet", "a host cannot start");
  }

  Task<void> report() {
    std::string told;
    for (;;) {
      const auto connected =
          std::count_if(hosts_.begin(), hosts_.end(), [](const auto& host) { return host.connected(); });
      const FleetLoad load = load_of(fleet_);
      const std::string text = fmt::format(
          "{} of {} hosts connected, {} machines running, {:.0f} vCPU busy, {:.0f} MB/s dirtied", connected,
          hosts_.size(), load.running, load.busy_vcpus, load.dirty_megabytes_per_second);
      if (text != told) {
        const std::chrono::duration<double> passed = runtime_.clock.now() - began_;
        cli::print_to_standard_output(fmt::format("{:.1f} s: {}\n", passed.count(), text));
      }
      told = text;
      co_await sleep_for(runtime_.scheduler, kReportInterval);
    }
  }

  Runtime& runtime_;
  cli::FleetOptions options_;
  io::OpensslCertificates certificates_;
  SeededRandom random_;
  host::simulated::LocalWire wire_;
  host::simulated::Fleet fleet_;
  host::simulated::NoBlobs blobs_;
  host::simulated::NoPaths paths_;
  host::MoveMarkers markers_;
  host::simulated::LimitedNetwork hosts_network_;
  Runtime hosts_runtime_;
  io::OpensslHashing hashing_;
  store::NoChunks chunks_;
  host::SeedContext seeding_;
  host::SnapshotStore snapshots_;
  host::simulated::SharedParts parts_;
  std::vector<Endpoint> endpoints_;
  MonotonicTime began_;
  std::deque<host::simulated::SimulatedHost> hosts_;  // never move: their tasks refer to them
  Scope scope_;                                       // declared last: destroyed first
};

}  // namespace

int run_fleet(const cli::FleetOptions& options) {
  io::RealRuntimeOptions quiet = runtime_options(options.verbose);
  // A line for each of 100,000 hosts says nothing.
  if (!options.verbose) quiet.log_level = LogLevel::error;
  io::RealRuntime real(quiet);
  FleetService service(real, options);
  if (const Status started = real.run_task(service.start()); !started) return exit_code(started);
  run_until_signal(real, {});
  return 0;
}

}  // namespace hanse::programs
