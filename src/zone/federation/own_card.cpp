#include "zone/federation/own_card.h"

#include <algorithm>
#include <boost/json.hpp>

namespace hanse::zone {

Result<Endpoint> advertised_endpoint(const ZoneConfig& config) {
  if (config.advertise) return *config.advertise;
  const std::string& host = config.listen.host;
  if (host.empty() || host == "0.0.0.0" || host == "::" || config.listen.port == 0) {
    return fail(Code::failed_precondition,
                "zone '{}' listens on {}, which says not where others reach it; set advertise = "
                "\"host:port\" in its configuration",
                config.name, to_string(config.listen));
  }
  return config.listen;
}

Result<federation::SignedRecord> OwnCard::get() {
  if (card_.version > 0) return card_;
  HANSE_TRY(const Endpoint endpoint, advertised_endpoint(config_));
  const federation::ZoneCard card{.zone = config_.name,
                                  .endpoint = to_string(endpoint),
                                  .identity_key = identity_.identity_key(),
                                  .ca_pems = identity_.ca_pems()};
  // The time makes it greater than what was said before a restart.
  const auto now = std::chrono::duration_cast<Millis>(since_epoch(clock_.wall_now())).count();
  last_version_ = std::max<std::int64_t>(last_version_ + 1, now);
  HANSE_TRY(card_,
            identity_.sign_record(federation::RecordKind::card, last_version_, json::dump(to_json(card))));
  return card_;
}

void OwnCard::outdate(std::int64_t seen) {
  last_version_ = std::max(last_version_, seen);
  card_ = {};
}

}  // namespace hanse::zone
