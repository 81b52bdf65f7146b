#include "federation/zone_card.h"

#include "base/json_mapping.h"
#include "federation/peers.h"
#include "runtime/network.h"

namespace hanse::federation {
namespace {

Status check_card(const ZoneCard& card) {
  HANSE_CHECK(check_zone_name(card.zone, "/zone"));
  HANSE_TRY(const Endpoint endpoint, parse_endpoint(card.endpoint));
  if (!endpoint.unix_path.empty() || endpoint.port == 0)
    return fail(Code::invalid_argument, "the endpoint of zone '{}' is not one of a network", card.zone);
  if (card.ca_pems.empty() || card.ca_pems.size() > kMaxCardAuthorities) {
    return fail(Code::invalid_argument, "the card of zone '{}' has {} CA certificates; 1 to {} are allowed",
                card.zone, card.ca_pems.size(), kMaxCardAuthorities);
  }
  return {};
}

}  // namespace

HANSE_DEFINE_JSON(ZoneCard)

Result<ZoneCard> read_card(Signatures& signatures, const SignedRecord& record,
                           const std::string& identity_key) {
  if (record.kind != RecordKind::card)
    return fail(Code::invalid_argument, "the record of zone '{}' is no card", record.owner.substr(0, 64));
  if (!identity_key.empty()) HANSE_CHECK(verify(signatures, identity_key, record));
  HANSE_TRY(const json::Value body, json::parse(record.body));
  HANSE_TRY(ZoneCard card, json::from_json<ZoneCard>(body));
  HANSE_CHECK(check_card(card));
  if (card.zone != record.owner)
    return fail(Code::invalid_argument, "the card of zone '{}' is signed as '{}'", card.zone,
                record.owner.substr(0, 64));
  HANSE_CHECK(verify(signatures, card.identity_key, record));
  return card;
}

bool take_newer_card(PeerRecord& peer, const ZoneCard& card, std::int64_t version) {
  if (version <= peer.card_version) return false;
  peer.card_version = version;
  const bool other = peer.endpoint != card.endpoint || peer.ca_pems != card.ca_pems;
  peer.endpoint = card.endpoint;
  peer.ca_pems = card.ca_pems;
  return other;
}

}  // namespace hanse::federation
