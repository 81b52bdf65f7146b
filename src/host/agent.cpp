#include "host/agent.h"

#include <utility>

#include "base/scope.h"
#include "host/drivers/qemu/platform.h"
#include "host/guest_user.h"
#include "runtime/future.h"
#include "runtime/random.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr int kBootIdDigits = 32;

}  // namespace

Task<Result<HostFacts>> prepare_host(Runtime& runtime, Certificates& certificates, HostConfig config) {
  HANSE_CO_TRY(std::optional<ProcessUser> user, co_await find_guest_user(runtime.files, config.guest_user));
  HostIdentity identity(runtime, certificates, config.data_dir);
  HANSE_CO_CHECK(co_await identity.prepare());
  co_return HostFacts{.zone = identity.zone(),
                      .name = identity.name(),
                      .zone_endpoint = identity.zone_endpoint(),
                      .guest_user = std::move(user)};
}

HostConfig with_identity(HostConfig config, const HostFacts& facts) {
  config.name = facts.name;
  if (config.zone_endpoint.port == 0) config.zone_endpoint = facts.zone_endpoint;
  return config;
}

qemu::QemuOptions qemu_options(const HostConfig& config, const HostFacts& facts) {
  return {.data_dir = config.data_dir,
          .blob_dir = blob_folder(config),
          .guest_user = facts.guest_user,
          .zone = facts.zone,
          .host = config.name,
          .forward_address = config.forward_address,
          .forward_ports = config.forward_ports,
          .stream_address = config.stream_address,
          .stream_ports = config.stream_ports,
          .architecture =
              config.architecture.empty() ? std::string(qemu::own_architecture()) : config.architecture,
          .vcpu_limit = config.vcpu_limit,
          .memory_limit = config.memory_limit};
}

Agent::Agent(Runtime& runtime, Certificates& certificates, Hashing& hashing, store::ChunkStore& chunks,
             SnapshotStore& snapshots, Driver& driver, HostConfig config, std::string version)
    : runtime_(runtime),
      driver_(driver),
      config_(std::move(config)),
      version_(std::move(version)),
      boot_id_(random_token(runtime.random, kBootIdDigits)),
      lock_(runtime, lock_socket(config_.data_dir)),
      identity_(runtime, certificates, config_.data_dir),
      zone_(runtime, {.endpoint = config_.zone_endpoint, .user_agent = "hanse-host/" + version_}),
      blobs_(runtime, hashing, zone_,
             {.folder = blob_folder(config_),
              .limit = to_bytes(config_.image_cache_limit),
              .used = [this] { return used_blobs(); }}),
      paths_(runtime, zone_, relay_folder(config_)),
      markers_(runtime.files, marker_folder(config_)),
      leases_(runtime, driver, [this] { link_.ping_soon(); }),
      seeding_{.parts = {runtime, hashing, chunks},
               .stream_address = config_.stream_address,
               .stream_ports = config_.stream_ports,
               .socket_folder = relay_folder(config_)},
      context_{runtime,  driver,    blobs_,
               paths_,   markers_,  leases_,
               seeding_, snapshots, !config_.stream_address.empty()},
      link_(runtime, zone_, config_.name, *this),
      machines_(context_, [this](model::MachineObserved view) { link_.send(std::move(view)); }),
      consoles_(driver, [this](model::HostResponse answer) { link_.send(std::move(answer)); }),
      measures_(seeding_.parts, driver,
                [this](model::HostResponse answer) { link_.send(std::move(answer)); }),
      relays_(runtime, zone_, [this](const std::string& transfer, const std::string& endpoint) {
        return machines_.receives_at(transfer, endpoint);
      }) {}

Task<Status> Agent::run() {
  HANSE_CO_CHECK(co_await start());
  Scope scope(5);
  const bool started = scope.spawn(machines_.report_changes()) && scope.spawn(link_.run()) &&
                       scope.spawn(identity_.keep_fresh(zone_)) && scope.spawn(watch_disk()) &&
                       scope.spawn(blobs_.keep_within_limit());
  if (!started) co_return fail(Code::internal, "scope is full");
  co_await scope.wait_idle();
  co_return Status();
}

void Agent::request(model::HostRequest request) {
  switch (request.method) {
    case model::HostMethod::measure_machine:
    case model::HostMethod::find_chunks:
      measures_.serve(std::move(request));
      return;
    default:
      consoles_.serve(std::move(request));
  }
}

Task<Status> Agent::start() {
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(config_.data_dir, 0711));
  HANSE_CO_CHECK(co_await lock_.take());
  HANSE_CO_TRY(std::optional<ProcessUser> user, co_await find_guest_user(runtime_.files, config_.guest_user));
  HANSE_CO_CHECK(co_await blobs_.clean_up());
  HANSE_CO_CHECK(co_await paths_.start(std::move(user)));
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(marker_folder(config_), 0700));
  HANSE_CO_CHECK(co_await identity_.prepare());
  zone_.set_tls(identity_.tls());
  const auto inventory = co_await driver_.inventory();
  if (!inventory) co_return fail(inventory.error());
  co_return co_await machines_.recover();
}

Task<Result<model::HostHello>> Agent::hello() {
  HANSE_CO_TRY(model::Inventory inventory, co_await driver_.inventory());
  co_return model::HostHello{.name = config_.name,
                             .version = version_,
                             .boot_id = boot_id_,
                             .stream_address = config_.stream_address,
                             .inventory = std::move(inventory)};
}

// Beside the pings: a disk that hangs holds up no lease.
Task<void> Agent::watch_disk() {
  for (;;) {
    const auto inventory = co_await driver_.inventory();
    disk_mib_ = inventory ? std::optional(inventory->disk_mib) : std::nullopt;
    co_await sleep_for(runtime_.scheduler, model::kHostPingInterval);
  }
}

// Of machines that the zone has not spoken of yet the driver knows.
Result<std::set<std::string>> Agent::used_blobs() const {
  HANSE_TRY(std::set<std::string> used, driver_.used_blobs());
  used.merge(machines_.used_blobs());
  return used;
}

model::HostPing Agent::ping() {
  model::HostPing ping = leases_.ping();
  ping.disk_mib = disk_mib_;
  return ping;
}

}  // namespace hanse::host
