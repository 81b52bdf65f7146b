#include "zone/transfers/link_shares.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

using model::TransferStep;

constexpr Nanos kLook = Seconds{1};
// Hosts tell twice a second how far they are, unless nothing has changed.
constexpr Nanos kSilence = Seconds{2};

// Whether its streams use the link now. One past its commit point is not held: its guest waits for it.
bool uses_link(const SendingMove& move, const std::optional<model::MachineObserved>& observed) {
  if (move.limits.paused || !observed || !observed->move || observed->move->transfer != move.transfer)
    return false;
  if (observed->move->state != model::MoveState::sending) return false;
  const TransferStep step = observed->move->progress.step;
  return step == TransferStep::seed || step == TransferStep::disk || step == TransferStep::memory;
}

Bytes sent_by(const model::MachineObserved& observed) {
  if (!observed.move) return {};
  return observed.move->progress.disk_bytes + observed.move->progress.memory_bytes;
}

// A ceiling that is nearly the same is not worth a word to the host.
bool nearly_same(std::optional<BytesPerSecond> one, std::optional<BytesPerSecond> other) {
  constexpr std::int64_t kPart = 20;
  if (!one || !other) return one == other;
  return std::abs(one->value - other->value) < other->value / kPart;
}

}  // namespace

LinkShares::LinkShares(Runtime& runtime, HostSessions& hosts, MoveOrders& orders)
    : runtime_(runtime), log_(runtime.log, "links"), hosts_(hosts), orders_(orders) {
  hosts_.on_observed([this](const std::string& host, const std::string& uid) { note(host, uid); });
}

Task<void> LinkShares::run(std::function<std::vector<SendingMove>()> moves, Signal& changes) {
  for (;;) {
    const std::uint64_t seen = changes.version();
    const std::vector<SendingMove> sending = moves();
    look(sending);
    if (sending.size() < 2) co_await changes.changed_since(seen);
    co_await sleep_for(runtime_.scheduler, kLook);
  }
}

void LinkShares::Flow::take(Bytes bytes, MonotonicTime now) {
  sent = bytes;
  told_at = now;
  if (counted_at) return;
  counted = bytes;
  counted_at = now;
}

void LinkShares::Flow::measure(MonotonicTime now) {
  if (!counted_at) return;
  if (told_at == *counted_at) {
    if (now - told_at > kSilence) rate /= 2;
    return;
  }
  const double seconds = std::chrono::duration<double>(told_at - *counted_at).count();
  // After a cut the hypervisor counts anew.
  const auto bytes = static_cast<double>(std::max<std::int64_t>(0, sent.value - counted.value));
  rate = measured ? (rate + bytes / seconds) / 2 : bytes / seconds;
  measured = true;
  counted = sent;
  counted_at = told_at;
}

void LinkShares::note(const std::string& host, const std::string& uid) {
  const auto flow = flows_.find(Key(host, uid));
  if (flow == flows_.end()) return;
  const auto observed = hosts_.observed(host, uid);
  if (!observed) return;
  flow->second.take(sent_by(*observed), runtime_.clock.now());
}

void LinkShares::look(const std::vector<SendingMove>& moves) {
  std::map<Key, Flow> flows;
  std::map<std::string, std::vector<const SendingMove*>> links;
  for (const SendingMove& move : moves) {
    const auto observed = hosts_.observed(move.host, move.uid);
    if (!uses_link(move, observed)) continue;
    const Key key(move.host, move.uid);
    const auto known = flows_.find(key);
    const Flow begins{.instance_key = move.instance_key};
    Flow& flow = flows.insert_or_assign(key, known == flows_.end() ? begins : known->second).first->second;
    flow.measure(runtime_.clock.now());
    links[move.link].push_back(&move);
  }
  for (const auto& [key, flow] : flows_)
    if (!flows.contains(key)) hold(flow.instance_key, key.first, std::nullopt);
  flows_ = std::move(flows);
  std::erase_if(links_, [&links](const auto& link) { return !links.contains(link.first); });
  for (const auto& [name, sharing] : links) share(name, sharing);
}

void LinkShares::share(const std::string& name, const std::vector<const SendingMove*>& moves) {
  std::vector<std::string> transfers;
  std::vector<migration::LinkUse> uses;
  bool measured = true;
  for (const SendingMove* move : moves) {
    transfers.push_back(move->transfer);
    const Flow& flow = flows_.at(Key(move->host, move->uid));
    measured = measured && flow.measured;
    uses.push_back({BytesPerSecond{static_cast<std::int64_t>(flow.rate)}, move->limits.max_rate});
  }
  Link& link = links_[name];
  if (link.transfers != transfers) link = Link{.transfers = std::move(transfers)};
  const auto ceiling = measured ? link.share.next(uses) : std::nullopt;
  for (const SendingMove* move : moves) hold(move->instance_key, move->host, ceiling);
}

void LinkShares::hold(const std::string& instance_key, const std::string& host,
                      std::optional<BytesPerSecond> ceiling) {
  const auto before = orders_.ceiling(instance_key, host);
  if (nearly_same(before, ceiling)) return;
  if (!before && ceiling) log_.debug("{} shares its link: at most {} B/s", instance_key, ceiling->value);
  orders_.hold(instance_key, host, ceiling);
}

}  // namespace hanse::zone
