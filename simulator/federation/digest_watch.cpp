#include "simulator/federation/digest_watch.h"

#include <boost/json.hpp>

#include "federation/record_exchange.h"
#include "federation/zone_digest.h"
#include "simulator/federation/zone_node.h"

namespace hanse::simulator {
namespace {

// A digest that is younger may not have arrived everywhere.
constexpr Nanos kOnItsWay = Seconds{10};
// Versions are times, in milliseconds.
constexpr std::int64_t kAhead = 1'000;
constexpr std::int64_t kFarAhead = std::chrono::milliseconds(std::chrono::years(1)).count();

bool says(const federation::ZoneDigest& digest, const zone::ZoneConfig& config) {
  return digest.member_state == config.member_state && digest.provider == config.provider &&
         digest.labels == config.labels;
}

// The zone where everything is allowed and costs nothing.
std::string tempting(const std::string& body) {
  json::Value changed = json::parse(body).value_or(json::Value(json::Object()));
  changed.as_object()["memberState"] = "XX";
  return json::dump(changed);
}

}  // namespace

zone::Zone* DigestWatch::zone(const std::string& name) {
  auto* node = static_cast<ZoneNode*>(world_.process(name).root());
  return node == nullptr ? nullptr : node->zone();
}

void DigestWatch::tick() {
  for (const auto& [name, site] : sites_) {
    zone::Zone* const here = zone(name);
    if (here == nullptr) continue;
    for (const auto& [owner, their_site] : sites_) look_at(*here, owner);
    if (old_.contains(name)) continue;
    if (const auto record = record_of(*here, federation::RecordKind::digest)) old_.emplace(name, *record);
  }
}

void DigestWatch::look_at(zone::Zone& here, const std::string& owner) {
  const auto* known = here.records().digest_of(owner);
  if (known == nullptr) return;
  const std::string& name = here.config().name;
  if (!says(known->digest, sites_.at(owner).config))
    broken_ = fmt::format("zone '{}' believes of '{}' what that zone never said", name, owner);
  Believed& last = believed_[{name, owner}];
  const int run = world_.process(name).runs();
  if (last.run == run && known->digest.issued_at < last.issued_at) {
    broken_ = fmt::format("zone '{}' went back from the digest of '{}' of {} to that of {}", name, owner,
                          last.issued_at, known->digest.issued_at);
  }
  last = {run, known->digest.issued_at};
}

// As anybody asks for a record.
std::optional<federation::SignedRecord> DigestWatch::record_of(zone::Zone& zone,
                                                               federation::RecordKind kind) {
  for (const auto& [asking, site] : sites_) {
    if (asking == zone.config().name) continue;
    const auto answer = zone.records().answer(asking, {.wanted = {{zone.config().name, kind, 1}}});
    if (answer && !answer->records.empty()) return answer->records.front();
    return std::nullopt;
  }
  return std::nullopt;
}

void DigestWatch::misbehave() {
  std::vector<std::string> names;
  for (const auto& [name, site] : sites_) names.push_back(name);
  const auto draw = [this](std::size_t bound) {
    return static_cast<std::size_t>(world_.random().below(bound));
  };
  const std::string bad = names[draw(names.size())];
  std::erase(names, bad);
  const std::size_t told = draw(names.size());
  zone::Zone* const here = zone(names[told]);
  // Of the one that is told itself, too: as if it had said so before it forgot it.
  const bool of_its_own = draw(3) == 0;
  const std::string owner = of_its_own ? names[told] : names[(told + 1) % names.size()];
  const auto old = old_.find(owner);
  if (here == nullptr || old == old_.end()) return;
  federation::SignedRecord record = old->second;
  if (of_its_own || draw(2) == 0) {
    const auto now = std::chrono::duration_cast<Millis>(since_epoch(world_.core().wall_now())).count();
    record.version = now + (of_its_own && draw(2) == 0 ? kFarAhead : kAhead);
    if (of_its_own && draw(2) == 0) record.kind = federation::RecordKind::card;
    record.body = tempting(record.body);
  }
  (void)here->records().answer(bad, {.records = {std::move(record)}});
  tick();
}

std::optional<std::string> DigestWatch::unsettled() {
  for (const auto& [owner, site] : sites_) {
    zone::Zone* const there = zone(owner);
    const auto* newest = there == nullptr ? nullptr : there->records().digest_of(owner);
    if (newest == nullptr) return fmt::format("zone '{}' says nothing of itself", owner);
    if (there->runtime().clock.now() - newest->since < kOnItsWay) continue;
    for (const auto& [name, other_site] : sites_) {
      zone::Zone* const here = zone(name);
      if (here == nullptr) return fmt::format("zone '{}' does not serve", name);
      const auto* known = here->records().digest_of(owner);
      if (known == nullptr || known->digest != newest->digest)
        return fmt::format("zone '{}' does not know the newest digest of '{}'", name, owner);
      const auto card = record_of(*there, federation::RecordKind::card);
      const federation::Peer* pinned = here->peers().find(owner);
      if (name != owner && (!card || pinned == nullptr ||
                            pinned->ca_fingerprints.front() != there->identity().ca_fingerprint()))
        return fmt::format("zone '{}' does not know the card of '{}'", name, owner);
    }
  }
  return std::nullopt;
}

}  // namespace hanse::simulator
