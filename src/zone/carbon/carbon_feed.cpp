#include "zone/carbon/carbon_feed.h"

#include <utility>

#include "http/fetch.h"
#include "runtime/rfc3339.h"
#include "runtime/sleep.h"
#include "zone/federation/zone_offer.h"

namespace hanse::zone {
namespace {

constexpr Seconds kRequestLimit{10};
constexpr char kNotCurrent[] = "; the feed is not current";

}  // namespace

Task<void> CarbonFeed::keep() {
  if (!config_.carbon_feed) co_return;
  const Seconds interval{feed_.interval_seconds};
  while (true) {
    const Status done = co_await read();
    std::string fault = done ? std::string() : done.error().message;
    if (fault.empty() && !is_current())
      fault = fmt::format("its figures are of {} and count for {} s", to_rfc3339(from_), feed_.stale_seconds);
    tell(fault);
    co_await sleep_for(runtime_.scheduler, interval);
  }
}

Task<Result<std::string>> CarbonFeed::text() const {
  if (!feed_.file.empty())
    co_return co_await runtime_.files.read(feed_.file, Bytes{placement::kMaxCarbonText});
  HANSE_CO_TRY(std::string ca_pem, co_await runtime_.files.read(feed_.ca_file, kSmallFileLimit));
  co_return co_await http::fetch(runtime_, {.url = feed_.url,
                                            .ca_pem = std::move(ca_pem),
                                            .time_limit = kRequestLimit,
                                            .size_limit = placement::kMaxCarbonText});
}

Task<Status> CarbonFeed::read() {
  HANSE_CO_TRY(const std::string given, co_await text());
  HANSE_CO_TRY(const placement::CarbonTable table, placement::parse_carbon(given));
  const WallTime now = runtime_.clock.wall_now();
  std::optional<WallTime> from = now;
  if (!table.valid_from.empty()) from = parse_rfc3339(table.valid_from);
  if (!from) {
    co_return fail_field("/validFrom", "'{}' is no time; write it in UTC, like 2026-03-01T12:00:00Z",
                         table.valid_from.substr(0, 32));
  }
  // Figures that are yet to come are read again when they have; until then those before them count.
  if (*from > now) co_return Status();
  const auto grams = own_figure(table);
  if (!grams) {
    co_return fail(Code::not_found, "it has no figure for zone '{}' and none for '{}'", config_.name,
                   config_.member_state);
  }
  read_ = federation::CarbonFigure{*grams, table.source};
  from_ = *from;
  co_return Status();
}

std::optional<GramsPerKwh> CarbonFeed::own_figure(const placement::CarbonTable& table) const {
  const auto of_zone = table.of(config_.name);
  return of_zone ? of_zone : table.of(config_.member_state);
}

bool CarbonFeed::is_current() const {
  return read_ && runtime_.clock.wall_now() - from_ <= Seconds{feed_.stale_seconds};
}

std::optional<federation::CarbonFigure> CarbonFeed::figure() const {
  if (!config_.carbon_feed) return carbon_of(config_);
  if (is_current()) return read_;
  auto other = carbon_of(config_);
  if (other) other->source += kNotCurrent;
  return other;
}

void CarbonFeed::tell(const std::string& fault) {
  if (fault == told_) return;
  const std::string& where = feed_.file.empty() ? feed_.url : feed_.file;
  const bool mended = fault.empty();
  const std::string message = mended ? fmt::format("the carbon feed {} is in use", where)
                                     : fmt::format("the carbon feed {} cannot be used: {}", where, fault);
  if (mended)
    log_.info("{}", message);
  else
    log_.warning("{}", message);
  events_.add("zone", config_.name, mended ? "CarbonFeedUsed" : "CarbonFeedFault", message);
  told_ = fault;
}

}  // namespace hanse::zone
