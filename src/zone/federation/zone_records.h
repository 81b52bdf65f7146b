// ZoneRecords: what this zone tells the federation of itself and what it knows of the others: its card and
// its digest, made anew when they change and from time to time so that others see it lives, and the digests
// of its peers, with their ages and how far away they are.
//
// Lifecycle: start() once, after the membership. Thread: the loop. Failure: a zone that cannot say where it
// is reached says so in the log and tells nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/scope.h"
#include "federation/record_exchange.h"
#include "federation/round_trips.h"
#include "federation/zone_digest.h"
#include "zone/federation/digest_pace.h"
#include "zone/federation/membership.h"
#include "zone/federation/peer_talk.h"

namespace hanse::zone {

class ZoneRecords {
 public:
  struct Services {
    Runtime& runtime;
    Cryptography cryptography;
    const federation::ZoneIdentity& identity;
    const federation::Peers& peers;
    PeerClients& clients;
    Membership& membership;
    const ZoneConfig& config;
  };
  // What this zone offers now, without time and round trips.
  using Offer = std::function<Result<federation::ZoneDigest>()>;

  ZoneRecords(Services services, Offer offer);

  Status start();

  // What a peer's message is answered with.
  Result<federation::ExchangeMessage> answer(const std::string& peer,
                                             const federation::ExchangeMessage& message);

  struct Known {
    federation::ZoneDigest digest;
    MonotonicTime since;  // when this version came
  };
  // Of a peer, or of this zone; nullptr while none has come.
  const Known* digest_of(const std::string& zone) const;
  bool reachable(const std::string& peer) const { return round_trips_.reachable(peer); }
  std::optional<Micros> round_trip(const std::string& peer) const { return round_trips_.measured(peer); }
  // Since the peer was last heard of; nothing: not since the start.
  std::optional<Nanos> silence(const std::string& peer) const { return round_trips_.silence(peer); }
  // See RoundTrips.
  std::optional<MonotonicTime> silent_from(const std::string& peer) const {
    return round_trips_.silent_from(peer);
  }
  // Peers that have not been heard of since then, as far as this zone knows: it forgets at a restart.
  std::vector<std::string> unheard_since(WallTime time) const;
  // Called with the zone whose digest is another, or that is heard of again or farther or nearer than it was.
  using Listener = std::function<void(const std::string& zone)>;
  void on_news(Listener listener) { listeners_.push_back(std::move(listener)); }
  std::uint64_t refused(federation::Refusal reason) const { return table_.refused(reason); }
  // A message of the peer that did not come as far as answer().
  void refuse_message(federation::Refusal reason, const std::string& peer, const std::string& message) {
    table_.refusals().add(reason, peer, "a message", message);
  }

 private:
  Status take(const federation::SignedRecord& record);
  void put_digest(const std::string& zone, federation::ZoneDigest digest);
  void announce(const std::string& zone) const;
  // Each card that came is kept durably by the membership, as soon as that can be done.
  Task<void> keep_cards();
  // False: to be tried again.
  Task<bool> keep_card(std::string owner);
  Task<void> publish();
  void publish_card();
  Status publish_digest();
  std::vector<federation::RoundTripFigure> round_trip_figures() const;

  Services services_;
  Offer offer_;
  Logger log_;
  PeerTalk talk_;
  federation::RecordTable table_;
  federation::RecordExchange exchange_;
  federation::RoundTrips round_trips_;
  std::map<std::string, Known> digests_;
  std::vector<Listener> listeners_;
  federation::ZoneDigest said_;
  DigestPace pace_;
  std::set<std::string> cards_due_;  // whose
  Signal cards_came_;
  std::int64_t card_version_ = 0;
  Scope scope_{64};  // declared last: destroyed first
};

}  // namespace hanse::zone
