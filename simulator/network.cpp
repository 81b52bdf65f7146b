#include "simulator/network.h"

#include <algorithm>
#include <cstring>

#include "runtime/sleep.h"
#include "runtime/timeout.h"
#include "simulator/fabric.h"
#include "simulator/handshake.h"
#include "simulator/relayed_tls.h"

namespace hanse::simulator {
namespace {

constexpr int kClient = 0;
constexpr int kServer = 1;
constexpr Bytes kHandshakeSegment{60};
constexpr Nanos kConnectRetry = Seconds{1};

}  // namespace

SimulatedStream::SimulatedStream(Scheduler& scheduler, std::shared_ptr<Connection> connection, int side)
    : changed_(scheduler), connection_(std::move(connection)), side_(side) {
  connection_->end(side_).changed = &changed_;
}

Status SimulatedStream::check_open() const {
  const ConnectionEnd& mine = connection_->end(side_);
  if (mine.error) return fail(*mine.error);
  if (mine.changed == nullptr) return fail(Code::unavailable, "the connection is closed; connect again");
  return {};
}

Task<Result<std::size_t>> SimulatedStream::read_some(std::span<std::byte> buffer) {
  while (true) {
    HANSE_CO_CHECK(check_open());
    ConnectionEnd& mine = connection_->end(side_);
    if (!mine.received.empty()) {
      const std::size_t count = std::min(buffer.size(), mine.received.size());
      std::memcpy(buffer.data(), mine.received.data(), count);
      mine.received.erase(0, count);
      connection_->note_read(side_, count);
      co_return count;
    }
    if (mine.end_received) co_return std::size_t{0};
    co_await changed_.changed_since(changed_.version());
  }
}

Task<Status> SimulatedStream::write(std::span<const std::byte> data) {
  while (true) {
    HANSE_CO_CHECK(check_open());
    if (connection_->end(side_).end_sent)
      co_return fail(Code::failed_precondition, "the stream was shut down for writing");
    while (!data.empty() && connection_->window(side_) > 0) {
      const std::size_t count = std::min({data.size(), connection_->window(side_), Connection::kSegment});
      connection_->send_data(side_, std::string(reinterpret_cast<const char*>(data.data()), count));
      data = data.subspan(count);
    }
    if (data.empty()) co_return Status{};
    co_await changed_.changed_since(changed_.version());
  }
}

Task<Status> SimulatedStream::shutdown_write() {
  HANSE_CO_CHECK(check_open());
  connection_->send_end(side_);
  co_return Status{};
}

SimulatedListener::SimulatedListener(Core& core, Scheduler& scheduler, Fabric& fabric, std::string process,
                                     Endpoint endpoint, std::optional<TlsOptions> tls)
    : core_(core),
      scheduler_(scheduler),
      fabric_(fabric),
      process_(std::move(process)),
      endpoint_(std::move(endpoint)),
      tls_(std::move(tls)),
      changed_(scheduler) {
  fabric_.add_listener(process_, endpoint_, *this);
}

SimulatedListener::~SimulatedListener() {
  fabric_.remove_listener(process_, endpoint_, *this);
}

Task<Result<std::unique_ptr<Stream>>> SimulatedListener::accept() {
  while (waiting_.empty()) co_await changed_.changed_since(changed_.version());
  std::unique_ptr<Stream> stream = std::move(waiting_.front());
  waiting_.pop_front();
  co_return stream;
}

Status SimulatedListener::set_tls(TlsOptions tls) {
  tls_ = std::move(tls);
  return {};
}

void SimulatedListener::offer(std::shared_ptr<Connection> connection, bool may_be_passed_on) {
  std::unique_ptr<Stream> stream =
      std::make_unique<SimulatedStream>(scheduler_, std::move(connection), kServer);
  if (may_be_passed_on && tls_)
    stream = std::make_unique<RelayedTls>(core_, std::move(stream), RelayedTls::Role::server, *tls_);
  waiting_.push_back(std::move(stream));
  changed_.notify();
}

SimulatedNetwork::SimulatedNetwork(Core& core, Fabric& fabric, Scheduler& scheduler, std::string process)
    : core_(core), fabric_(fabric), scheduler_(scheduler), process_(std::move(process)) {}

// One segment to the target and its answer, again and again until the deadline.
Task<Status> SimulatedNetwork::reach(std::string target, Nanos deadline, std::string what) {
  while (core_.now() < deadline) {
    const Nanos there = core_.links.travel_time(process_, target, kHandshakeSegment, core_.now());
    const Nanos back = core_.links.travel_time(target, process_, kHandshakeSegment, core_.now());
    co_await sleep_for(scheduler_, std::min(there, deadline - core_.now()));
    const bool answered = !core_.links.is_cut(process_, target) && fabric_.answers(target);
    co_await sleep_for(scheduler_, std::clamp(back, Nanos{0}, std::max(Nanos{0}, deadline - core_.now())));
    if (answered && !core_.links.is_cut(target, process_) && core_.now() < deadline) co_return Status{};
    const Nanos rest = std::max(Nanos{0}, deadline - core_.now());
    co_await sleep_for(scheduler_, std::min(kConnectRetry, rest));
  }
  co_return fail(Code::unavailable, "{} does not answer; check that it runs and can be reached", what);
}

Task<Result<std::unique_ptr<Stream>>> SimulatedNetwork::connect(Endpoint endpoint,
                                                                std::optional<TlsOptions> tls,
                                                                Nanos timeout) {
  const Nanos deadline = core_.now() + std::min(timeout, EventQueue::kForever);
  const std::optional<std::string> target = fabric_.resolve(process_, endpoint);
  if (!target) co_return fail(Code::unavailable, "host '{}' is not known; check its name", endpoint.host);
  HANSE_CO_CHECK(co_await reach(*target, deadline, to_string(endpoint)));
  SimulatedListener* listener = fabric_.find_listener(*target, endpoint);
  if (listener == nullptr || listener->full())
    co_return fail(Code::unavailable, "{} refuses connections; check that it runs", to_string(endpoint));
  // Who listens on a unix socket without TLS may only pass on what comes, and who comes without may have been
  // passed on: they say in the stream who they are.
  const bool passed_on = tls && !listener->tls() && !endpoint.unix_path.empty();
  const bool may_be_passed_on = !tls && listener->tls();
  const Handshake hands =
      passed_on || may_be_passed_on ? Handshake() : shake_hands(tls, listener->tls(), core_.wall_now());
  ConnectionEnd client{.process = process_,
                       .address = fmt::format("{}:{}", process_, fabric_.next_client_port(process_)),
                       .peer = hands.seen_by_client};
  ConnectionEnd server{.process = *target,
                       .address = to_string(endpoint),
                       .peer = hands.seen_by_server,
                       .error = hands.server_error};
  const std::shared_ptr<Connection> connection = fabric_.connect(std::move(client), std::move(server));
  fabric_.late_requests().read_along(*connection, endpoint);
  auto stream = std::make_unique<SimulatedStream>(scheduler_, connection, kClient);
  listener->offer(connection, may_be_passed_on);
  if (passed_on) {
    auto relayed = std::make_unique<RelayedTls>(core_, std::move(stream), RelayedTls::Role::client, *tls);
    HANSE_CO_CHECK(co_await with_timeout(scheduler_, std::max(Nanos{0}, deadline - core_.now()),
                                         "the handshake", relayed->shake_hands()));
    co_return relayed;
  }
  if (tls) HANSE_CO_CHECK(co_await reach(*target, deadline, to_string(endpoint)));
  if (hands.client_error) co_return fail(*hands.client_error);
  co_return stream;
}

Task<Result<std::unique_ptr<Listener>>> SimulatedNetwork::listen(Endpoint endpoint,
                                                                 std::optional<TlsOptions> tls) {
  HANSE_CO_TRY(Endpoint chosen, fabric_.choose(process_, std::move(endpoint)));
  co_return std::make_unique<SimulatedListener>(core_, scheduler_, fabric_, process_, std::move(chosen),
                                                std::move(tls));
}

}  // namespace hanse::simulator
