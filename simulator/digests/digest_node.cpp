#include "simulator/digests/digest_node.h"

#include <algorithm>

#include "runtime/sleep.h"
#include "simulator/digests/message_size.h"

namespace hanse::simulator {
namespace {

// A client waits so long for an answer.
constexpr Nanos kAnswerTimeout = Seconds{30};

std::vector<std::string> all_but(std::vector<std::string> names, const std::string& name) {
  std::erase(names, name);
  return names;
}

}  // namespace

DigestNode::DigestNode(DigestNet& owner, ProcessContext context)
    : net(owner),
      runtime(context.runtime),
      name(context.name),
      index(owner.indexes_.at(name)),
      others(all_but(owner.names_, name)),
      certificates(runtime.clock, runtime.random),
      hashing(runtime),
      signatures(runtime.random, hashing),
      key_pem(signing_key_text(owner.peers_.find(name)->identity_key)),
      table(runtime, {certificates, hashing, signatures, web_keys}, owner.peers_, name,
            [this](const federation::SignedRecord& taken) -> Status {
              net.arrived(taken.owner, taken.version, name);
              return {};
            }),
      records(runtime, table, *this),
      round_trips(runtime, *this) {
  table.set_own_key(owner.peers_.find(name)->identity_key);
}

federation::SignedRecord DigestNode::record(std::int64_t version) {
  return federation::sign(
             signatures, key_pem,
             {.owner = name, .kind = federation::RecordKind::digest, .version = version, .body = "{}"})
      .value();
}

Task<Result<federation::ExchangeMessage>> DigestNode::exchange(std::string peer,
                                                               federation::ExchangeMessage message) {
  DigestNode& other = net.node(net.indexes_.at(peer));
  const Nanos way = net.one_way(*this, other);
  net.traffic_.bytes += message_bytes(message, net.record_bytes_) + kRequestOverhead;
  ++net.traffic_.requests;
  co_await sleep_for(runtime.scheduler, net.connect(*this, other, net.traffic_) + way);
  if (net.is_cut(peer) || net.is_cut(name)) {
    co_await sleep_for(runtime.scheduler, kAnswerTimeout);
    co_return fail(Code::deadline_exceeded, "zone '{}' does not answer", peer);
  }
  auto answer = other.records.answer(name, message);
  if (answer) net.traffic_.bytes += message_bytes(*answer, net.record_bytes_);
  co_await sleep_for(runtime.scheduler, way);
  co_return answer;
}

Task<Status> DigestNode::probe(std::string peer) {
  DigestNode& other = net.node(net.indexes_.at(peer));
  Traffic counted;
  const Nanos way = net.one_way(*this, other);
  co_await sleep_for(runtime.scheduler, net.connect(*this, other, counted) + 2 * way);
  net.traffic_.probe_bytes += counted.bytes + kProbeBytes;
  if (net.is_cut(peer) || net.is_cut(name)) co_return fail(Code::unavailable, "the link is cut");
  other.round_trips.heard(name);
  co_return Status();
}

}  // namespace hanse::simulator
