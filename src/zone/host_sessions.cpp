#include "zone/host_sessions.h"

#include <algorithm>

#include "zone/host_stream.h"

namespace hanse::zone {
namespace {

constexpr Nanos kRelayTimeout = Seconds{10};

}  // namespace

// One host's stream while it is served: registers it when the host has said hello, and takes it out at its
// end.
class HostSessions::Served final : public HostStreamEvents {
 public:
  Served(HostSessions& sessions, std::string name, std::unique_ptr<Stream> stream)
      : sessions_(sessions), name_(std::move(name)), stream_(sessions.runtime_, std::move(stream), *this) {}
  ~Served() override {
    HostState& host = sessions_.hosts_[name_];
    if (host.stream != &stream_) return;
    host.stream = nullptr;
    --sessions_.connected_count_;
    sessions_.connection_changed(name_);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  Task<Status> run() { return stream_.run(); }

  Status on_hello(const model::HostHello& hello) override {
    HostState& host = sessions_.hosts_[name_];
    if (hello.name != name_) {
      return fail(Code::permission_denied, "the certificate is of host '{}' and not of '{}'", name_,
                  hello.name);
    }
    if (host.stream != nullptr && host.stream != &stream_) {
      if (host.hello && host.hello->boot_id != hello.boot_id) {
        return fail(
            Code::permission_denied,
            "host '{}' is connected already from another agent; was its identity copied to a second machine?",
            name_);
      }
      host.stream->close();  // the same agent, back before its old stream was found dead
    }
    if (host.stream == nullptr) ++sessions_.connected_count_;
    host.stream = &stream_;
    host.hello = hello;
    host.observed.clear();
    stream_.send(model::HostFrame::welcome, to_json(model::HostWelcome{sessions_.zone_, sessions_.version_}));
    for (const auto& [uid, desired] : host.desired) stream_.send_desired(desired);
    stream_.send_synced();
    sessions_.log_.info("host '{}' is connected, {}", name_, hello.inventory.hypervisor);
    sessions_.connection_changed(name_);
    return {};
  }
  void on_observed(model::MachineObserved observed) override {
    HostState& host = sessions_.hosts_[name_];
    if (host.stream != &stream_) return;
    const std::string uid = observed.uid;
    host.observed.insert_or_assign(uid, std::move(observed));
    for (const auto& listener : sessions_.listeners_) listener(name_, uid);
    sessions_.changes_.notify();
  }
  model::HostPace pace() const override { return sessions_.pace(); }

  // Only what is desired here now: what was restarted elsewhere is not.
  void on_ping(const model::HostPing& ping) override {
    HostState& host = sessions_.hosts_[name_];
    if (host.stream != &stream_) return;
    if (host.hello && ping.disk_mib) host.hello->inventory.disk_mib = *ping.disk_mib;
    model::HostLease lease{.sequence = ping.sequence};
    for (const auto& [uid, desired] : host.desired) {
      const bool wanted = desired.leased && desired.goal != model::MachineGoal::absent;
      if (wanted && (!sessions_.may_run_ || sessions_.may_run_(uid))) lease.machines.push_back(uid);
    }
    if (lease.machines.empty()) return;
    host.leased = sessions_.runtime_.clock.now();
    stream_.send(model::HostFrame::lease, to_json(lease));
  }

 private:
  HostSessions& sessions_;
  std::string name_;
  HostStream stream_;
};

HostSessions::HostSessions(Runtime& runtime, std::string zone, std::string version)
    : runtime_(runtime),
      log_(runtime.log, "hosts"),
      zone_(std::move(zone)),
      version_(std::move(version)),
      began_(runtime.clock.now()),
      changes_(runtime.scheduler) {}

HostSessions::~HostSessions() = default;

void HostSessions::connection_changed(const std::string& host) {
  for (const auto& listener : connection_listeners_) listener(host);
  changes_.notify();
}

model::HostPace HostSessions::pace() const {
  const std::int64_t seconds = connected_count_ / kRedialsPerSecond;
  if (seconds == 0) return {};
  return {.redial_spread_ms = Millis(Seconds(seconds)).count()};
}

Task<void> HostSessions::serve(std::string name, std::unique_ptr<Stream> stream) {
  Served served(*this, name, std::move(stream));
  const Status ended = co_await served.run();
  log_.info("host '{}' is gone: {}", name, ended ? "closed" : ended.error().message);
}

void HostSessions::set_desired(const std::string& host, model::MachineDesired desired) {
  HostState& state = hosts_[host];
  const auto known = state.desired.find(desired.machine.uid);
  // The generation alone is no news to the host.
  if (known != state.desired.end()) {
    model::MachineDesired before = known->second;
    before.generation = desired.generation;
    if (before == desired) return;
  }
  if (state.stream != nullptr) state.stream->send_desired(desired);
  const std::string uid = desired.machine.uid;
  state.desired.insert_or_assign(uid, std::move(desired));
}

void HostSessions::forget(const std::string& host, const std::string& uid) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return;
  found->second.desired.erase(uid);
  found->second.observed.erase(uid);
}

MonotonicTime HostSessions::lease_end(const std::string& host) const {
  const auto state = hosts_.find(host);
  const bool leased = state != hosts_.end() && state->second.leased;
  const MonotonicTime last = leased ? state->second.leased.value_or(began_) : began_;
  return last + model::kHostLease + model::kLeaseMargin;
}

std::optional<std::int64_t> HostSessions::told_generation(const std::string& host,
                                                          const std::string& uid) const {
  const auto state = hosts_.find(host);
  if (state == hosts_.end()) return std::nullopt;
  const auto found = state->second.desired.find(uid);
  if (found == state->second.desired.end()) return std::nullopt;
  return found->second.generation;
}

std::optional<model::MachineObserved> HostSessions::observed(const std::string& host,
                                                             const std::string& uid) const {
  const auto state = hosts_.find(host);
  if (state == hosts_.end()) return std::nullopt;
  const auto found = state->second.observed.find(uid);
  if (found == state->second.observed.end()) return std::nullopt;
  return found->second;
}

std::optional<model::HostHello> HostSessions::hello(const std::string& host) const {
  const auto state = hosts_.find(host);
  return state == hosts_.end() ? std::nullopt : state->second.hello;
}

const model::HostHello* HostSessions::find_hello(const std::string& host) const {
  const auto state = hosts_.find(host);
  if (state == hosts_.end()) return nullptr;
  const std::optional<model::HostHello>& hello = state->second.hello;
  return hello ? &*hello : nullptr;
}

bool HostSessions::connected(const std::string& host) const {
  const auto state = hosts_.find(host);
  return state != hosts_.end() && state->second.stream != nullptr;
}

std::vector<std::string> HostSessions::connected_hosts() const {
  std::vector<std::string> names;
  for (const auto& [name, state] : hosts_) {
    if (state.stream != nullptr) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Task<Result<model::HostResponse>> HostSessions::call(std::string host, model::HostRequest request) {
  if (!connected(host))
    co_return fail(Code::unavailable, "host '{}' is not connected; try again when it is back", host);
  co_return co_await hosts_[host].stream->call(std::move(request));
}

Task<Result<std::unique_ptr<Stream>>> HostSessions::open_relay(std::string host, std::string transfer,
                                                               std::string endpoint) {
  if (!connected(host)) co_return fail(Code::unavailable, "host '{}' is not connected", host);
  if (relays_.size() >= kMaxPendingRelays) {
    co_return fail(Code::resource_exhausted, "{} relayed streams wait for their hosts already",
                   relays_.size());
  }
  const std::string id = random_token(runtime_.random, 32);
  auto [promise, future] = make_promise<Result<std::unique_ptr<Stream>>>(runtime_.scheduler);
  relays_.emplace(id, PendingRelay{host, promise});
  hosts_[host].stream->send(model::HostFrame::relay, to_json(model::RelayRequest{id, transfer, endpoint}));
  const TimerId timer = runtime_.scheduler.schedule(kRelayTimeout, [expired = promise, host]() mutable {
    expired.set(fail(Code::deadline_exceeded, "host '{}' did not dial back for a relayed stream", host));
  });
  Result<std::unique_ptr<Stream>> stream = co_await std::move(future);
  runtime_.scheduler.cancel(timer);
  relays_.erase(id);
  co_return stream;
}

Status HostSessions::attach_relay(const std::string& host, const std::string& id,
                                  std::unique_ptr<Stream> stream) {
  const auto found = relays_.find(id);
  if (found == relays_.end()) return fail(Code::not_found, "nobody waits for this relayed stream");
  if (found->second.host != host) {
    return fail(Code::permission_denied, "this relayed stream waits for another host than '{}'", host);
  }
  found->second.arrived.set(std::move(stream));
  relays_.erase(found);
  return {};
}

}  // namespace hanse::zone
