#include "zone/federation/peer_table.h"

#include <boost/json.hpp>

#include "base/json_text.h"

namespace hanse::zone {
namespace {

constexpr char kPeersPrefix[] = "/peers/";

std::string key_of_peer(const std::string& zone) {
  return kPeersPrefix + zone;
}

}  // namespace

Status PeerTable::load() {
  records_.clear();
  store::Page page;
  do {
    const std::string after = page.entries.empty() ? std::string() : page.entries.back().key;
    page = store_.list(kPeersPrefix, after, store::kMaxPageEntries);
    for (const store::Entry& entry : page.entries) {
      HANSE_TRY(federation::PeerRecord record, json::parse_as<federation::PeerRecord>(entry.value));
      federation::Peer peer = usable_peer(record);
      std::string name = record.name;
      records_.insert_or_assign(std::move(name), Stored{std::move(record), std::move(peer), entry.revision});
    }
  } while (page.more);
  take_over();
  return {};
}

// One peer that cannot be used must not keep the zone from starting: nothing proves it until its next card.
federation::Peer PeerTable::usable_peer(const federation::PeerRecord& record) const {
  auto peer = federation::peer_of(certificates_, record);
  if (peer) return std::move(*peer);
  log_.error("the record of zone '{}' is of no use, so that it is not trusted: {}", record.name,
             peer.error().message);
  return {.name = record.name, .identity_key = record.identity_key};
}

const PeerTable::Stored* PeerTable::find(const std::string& zone) const {
  const auto found = records_.find(zone);
  return found == records_.end() ? nullptr : &found->second;
}

Task<Status> PeerTable::write(federation::PeerRecord record, store::Revision before,
                              store::Transaction others) {
  // What cannot be used later is refused before it is kept.
  HANSE_CO_TRY(federation::Peer peer, federation::peer_of(certificates_, record));
  const std::string key = key_of_peer(record.name);
  others.compares.push_back({key, before});
  others.writes.push_back({key, json::dump(to_json(record))});
  HANSE_CO_TRY(const store::Revision revision, co_await store_.transact(std::move(others)));
  std::string name = record.name;
  records_.insert_or_assign(std::move(name), Stored{std::move(record), std::move(peer), revision});
  take_over();
  co_return Status();
}

Task<Status> PeerTable::erase(std::string zone, store::Revision before) {
  const std::string key = key_of_peer(zone);
  const auto erased =
      co_await store_.transact({.compares = {{key, before}}, .writes = {{key, std::nullopt}}});
  if (!erased) co_return fail(erased.error());
  records_.erase(zone);
  take_over();
  co_return Status();
}

void PeerTable::take_over() {
  std::vector<federation::Peer> active;
  bool changed = false;
  for (const auto& [name, stored] : records_) {
    if (stored.record.state != federation::PeerState::active) continue;
    const federation::Peer* known = peers_.find(name);
    changed = changed || known == nullptr || !(*known == stored.peer);
    active.push_back(stored.peer);
  }
  changes_.notify();
  if (!changed && active.size() == peers_.names().size()) return;
  peers_.replace(std::move(active));
  clients_.reset();
  tls_changes_.notify();
}

}  // namespace hanse::zone
