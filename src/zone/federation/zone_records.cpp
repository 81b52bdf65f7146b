#include "zone/federation/zone_records.h"

#include <algorithm>
#include <boost/json.hpp>

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

// Round trips that differ by less are the same: they alone are no reason to tell everybody.
constexpr std::int64_t kRoundTripStep = 500;  // microseconds
constexpr Nanos kKeepCardAgain = Seconds{5};

// Trying again cannot help: it is no peer any more, or the card was good when it came and is not now.
bool is_final(const Error& error) {
  return error.code == Code::not_found || error.code == Code::unauthenticated ||
         error.code == Code::invalid_argument;
}

std::int64_t rounded(Micros trip) {
  return (trip.count() + kRoundTripStep / 2) / kRoundTripStep * kRoundTripStep;
}

}  // namespace

ZoneRecords::ZoneRecords(Services services, Offer offer)
    : services_(services),
      offer_(std::move(offer)),
      log_(services.runtime.log, "federation"),
      talk_(services.peers, services.clients),
      table_(services.runtime, services.cryptography, services.peers, services.config.name,
             [this](const federation::SignedRecord& record) { return take(record); }),
      exchange_(services.runtime, table_, talk_),
      round_trips_(services.runtime, talk_),
      cards_came_(services.runtime.scheduler) {
  round_trips_.on_change([this](const std::string& peer) { announce(peer); });
}

void ZoneRecords::announce(const std::string& zone) const {
  for (const Listener& listener : listeners_) listener(zone);
}

void ZoneRecords::put_digest(const std::string& zone, federation::ZoneDigest digest) {
  digests_.insert_or_assign(zone, Known{std::move(digest), services_.runtime.clock.now()});
  announce(zone);
}

Status ZoneRecords::start() {
  table_.set_own_key(services_.identity.identity_key());
  HANSE_CHECK(exchange_.start());
  HANSE_CHECK(round_trips_.start());
  if (!scope_.spawn(publish()) || !scope_.spawn(keep_cards()))
    return fail(Code::internal, "the zone's records cannot be published");
  return {};
}

Result<federation::ExchangeMessage> ZoneRecords::answer(const std::string& peer,
                                                        const federation::ExchangeMessage& message) {
  round_trips_.heard(peer);
  return exchange_.answer(peer, message);
}

const ZoneRecords::Known* ZoneRecords::digest_of(const std::string& zone) const {
  const auto found = digests_.find(zone);
  const bool known = zone == services_.config.name || services_.peers.find(zone) != nullptr;
  return found == digests_.end() || !known ? nullptr : &found->second;
}

Status ZoneRecords::take(const federation::SignedRecord& record) {
  if (record.kind == federation::RecordKind::digest) {
    HANSE_TRY(federation::ZoneDigest digest, federation::read_digest(record.owner, record.body));
    put_digest(record.owner, std::move(digest));
    return {};
  }
  const federation::Peer* owner = services_.peers.find(record.owner);
  if (owner == nullptr) return fail(Code::not_found, "zone '{}' is no peer", record.owner);
  const auto card = federation::read_card(services_.cryptography.signatures, record, owner->identity_key);
  if (!card) return fail(card.error());
  // What could not be pinned here is not passed on either.
  HANSE_CHECK(
      federation::peer_of(services_.cryptography.certificates,
                          {.name = card->zone, .endpoint = card->endpoint, .ca_pems = card->ca_pems}));
  cards_due_.insert(record.owner);
  cards_came_.notify();
  return {};
}

Task<void> ZoneRecords::keep_cards() {
  while (true) {
    const std::uint64_t seen = cards_came_.version();
    const std::set<std::string> due = std::exchange(cards_due_, {});
    for (const std::string& owner : due)
      if (!co_await keep_card(owner)) cards_due_.insert(owner);
    if (cards_due_.empty()) {
      co_await cards_came_.changed_since(seen);
    } else {
      co_await cards_came_.changed_since(seen, kKeepCardAgain);
    }
  }
}

Task<bool> ZoneRecords::keep_card(std::string owner) {
  const federation::SignedRecord* card = table_.find(owner, federation::RecordKind::card);
  if (card == nullptr) co_return true;
  const Status kept = co_await services_.membership.take_card(*card);
  if (kept) co_return true;
  log_.warning("the card of zone '{}' was not taken over: {}", owner, kept.error().message);
  co_return is_final(kept.error());
}

std::vector<std::string> ZoneRecords::unheard_since(WallTime time) const {
  const Nanos age = services_.runtime.clock.wall_now() - time;
  std::vector<std::string> unheard;
  for (const std::string& peer : services_.peers.names()) {
    const auto quiet = round_trips_.silence(peer);
    if (!quiet || *quiet > age) unheard.push_back(peer);
  }
  return unheard;
}

Task<void> ZoneRecords::publish() {
  std::string told;
  while (true) {
    table_.forget_strangers();
    publish_card();
    if (const Status published = publish_digest(); !published && published.error().message != told) {
      told = published.error().message;
      log_.warning("the zone tells the federation nothing of itself: {}", told);
    }
    co_await sleep_for(services_.runtime.scheduler, kDigestPause);
  }
}

void ZoneRecords::publish_card() {
  OwnCard& own = services_.membership.own_card();
  const std::int64_t seen = table_.own_version_seen(federation::RecordKind::card);
  if (seen > card_version_) own.outdate(seen);
  const auto card = own.get();
  if (!card || card->version == card_version_) return;
  card_version_ = card->version;
  exchange_.publish(*card);
}

std::vector<federation::RoundTripFigure> ZoneRecords::round_trip_figures() const {
  std::vector<federation::RoundTripFigure> figures;
  for (const std::string& peer : services_.peers.names()) {
    if (const auto trip = round_trips_.measured(peer)) figures.push_back({peer, rounded(*trip)});
  }
  std::sort(figures.begin(), figures.end(), [](const auto& one, const auto& other) {
    return std::make_pair(one.micros, one.zone) < std::make_pair(other.micros, other.zone);
  });
  if (figures.size() > federation::kMaxRoundTrips) figures.resize(federation::kMaxRoundTrips);
  return figures;
}

Status ZoneRecords::publish_digest() {
  HANSE_TRY(federation::ZoneDigest digest, offer_());
  digest.round_trips = round_trip_figures();
  const MonotonicTime now = services_.runtime.clock.now();
  const bool first = said_.zone.empty();
  const bool changed = digest != said_;
  if (!pace_.wants(now, services_.peers.names().size(), changed)) return {};
  said_ = digest;
  pace_.told(now, changed && !first);
  digest.issued_at = to_rfc3339(services_.runtime.clock.wall_now());
  const auto made = std::chrono::duration_cast<Millis>(since_epoch(services_.runtime.clock.wall_now()));
  const std::int64_t last = std::max(table_.version_of(services_.config.name, federation::RecordKind::digest),
                                     table_.own_version_seen(federation::RecordKind::digest));
  const std::int64_t version = std::max<std::int64_t>(made.count(), last + 1);
  std::string body = json::dump(to_json(digest));
  put_digest(services_.config.name, std::move(digest));
  HANSE_TRY(federation::SignedRecord record,
            services_.identity.sign_record(federation::RecordKind::digest, version, std::move(body)));
  exchange_.publish(std::move(record));
  return {};
}

}  // namespace hanse::zone
