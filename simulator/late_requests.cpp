#include "simulator/late_requests.h"

#include <algorithm>

#include "simulator/fabric.h"
#include "simulator/network.h"

namespace hanse::simulator {
namespace {

constexpr std::uint32_t kComesAgain = 400'000;  // per million, of requests between two that are chosen
constexpr std::uint32_t kComesLate = 40'000;    // per million, of the same, and only late
constexpr Nanos kLastDelivery = Seconds{3};     // after quieten()
constexpr int kSender = 0;

std::pair<std::string, std::string> in_order(const std::string& a, const std::string& b) {
  return a < b ? std::pair{a, b} : std::pair{b, a};
}

std::string title_of(const std::string& request) {
  return fmt::format("'{}'", request.substr(0, request.find('\r')));
}

}  // namespace

void LateRequests::start(const std::string& a, const std::string& b, Nanos latest) {
  latest_[in_order(a, b)] = latest;
}

void LateRequests::stop(const std::string& a, const std::string& b) {
  latest_.erase(in_order(a, b));
}

void LateRequests::quieten() {
  latest_.clear();
  for (auto& [number, pending] : pending_) {
    core_.events.cancel(pending.timer);
    schedule(number, core_.random.between(Nanos{0}, kLastDelivery));
  }
}

void LateRequests::read_along(Connection& connection, const Endpoint& endpoint) {
  if (!enabled_) return;
  const ConnectionEnd& server = connection.end(1);
  Late late{.client = connection.end(0).process,
            .server = server.process,
            .endpoint = endpoint,
            .identity = server.peer};
  const auto latest = [this, pair = in_order(late.client, late.server)] {
    const auto chosen = latest_.find(pair);
    return chosen == latest_.end() ? Nanos{0} : chosen->second;
  };
  connection.read_along(
      [this, late = std::move(late)](std::string request) {
        Late one = late;
        one.bytes = std::move(request);
        return heard(std::move(one));
      },
      [this, latest](std::function<void()> go_on) { plan(std::move(go_on), latest()); });
}

bool LateRequests::heard(Late late) {
  const auto chosen = latest_.find(in_order(late.client, late.server));
  if (chosen == latest_.end()) return false;
  if (core_.random.chance(kComesLate)) {
    ++stalled_;
    core_.note("network", fmt::format("{} is under way to {} for long", title_of(late.bytes), late.server));
    return true;
  }
  if (!core_.random.chance(kComesAgain)) return false;
  plan([this, late = std::move(late)] { deliver(late); }, chosen->second);
  return false;
}

// As many are a little late as are very late.
void LateRequests::plan(std::function<void()> come, Nanos latest) {
  const Nanos bound = core_.random.chance(500'000) ? latest / 20 : latest;
  const std::uint64_t number = ++last_;
  pending_.emplace(number, Pending{std::move(come)});
  schedule(number, core_.random.between(Nanos{0}, bound));
}

void LateRequests::schedule(std::uint64_t number, Nanos delay) {
  pending_.at(number).timer =
      core_.events.schedule(kWorldOwner, delay, [this, number] { pending_.extract(number).mapped().come(); });
}

// Whoever sent it has closed its end long ago: the answer is met with a reset.
void LateRequests::deliver(Late late) {
  SimulatedListener* const listener = fabric_.find_listener(late.server, late.endpoint);
  if (listener == nullptr || listener->full()) return;
  ++delivered_;
  core_.note("network",
             fmt::format("{} of {} comes to {} again", title_of(late.bytes), late.client, late.server));
  ConnectionEnd client{.process = late.client, .address = late.client + ":late"};
  ConnectionEnd server{
      .process = late.server, .address = to_string(late.endpoint), .peer = std::move(late.identity)};
  const auto connection = fabric_.connect(std::move(client), std::move(server));
  listener->offer(connection, false);
  for (std::size_t at = 0; at < late.bytes.size(); at += Connection::kSegment)
    connection->send_data(kSender, late.bytes.substr(at, Connection::kSegment));
  connection->send_end(kSender);
}

}  // namespace hanse::simulator
