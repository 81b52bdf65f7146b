// What is promised of the spreading of digests, in virtual time and so the same everywhere; bench/digests has
// 1,000 zones.
#include "simulator/digests/digest_figures.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/json.h"
#include "simulator/digests/message_size.h"

namespace hanse::simulator {
namespace {

using federation::RecordKind;

TEST_CASE("bytes are counted as the JSON that is sent") {
  const federation::SignedRecord record{
      .owner = "zone-0001", .kind = RecordKind::digest, .version = 12, .body = "{\"a\":\"b\"}"};
  const std::size_t each = record_bytes(record);
  const auto counted = [each](const federation::ExchangeMessage& message) {
    return message_bytes(message, each) == json::dump(to_json(message)).size();
  };
  CHECK(counted({}));
  CHECK(counted({.sums = {"00ff", "12"}}));
  CHECK(
      counted({.differing = {0, 63},
               .heads = {{"zone-0001", RecordKind::card, 1}, {"b", RecordKind::digest, 1'767'225'600'000}}}));
  CHECK(counted({.wanted = {{"zone-0001", RecordKind::digest, 7}}, .records = {record, record}}));
}

TEST_CASE("a changed digest is in all of 60 zones within 10 seconds, at a bounded number of bytes") {
  const DigestFigures figures = measure_digests(60, 1);
  INFO(to_json_line(figures));
  CHECK(figures.changes > 50);
  CHECK(figures.late == 0);
  CHECK(figures.spread_worst < kSpreadBudget);
  CHECK(figures.cut_spread_worst < kSpreadBudget);
  CHECK(figures.caught_up_after < Seconds{60});
  CHECK(figures.refresh_bytes < 40'000);
}

TEST_CASE("the figures are the same each time") {
  CHECK(to_json_line(measure_digests(8, 5)) == to_json_line(measure_digests(8, 5)));
  CHECK(to_json_line(measure_digests(8, 5)) != to_json_line(measure_digests(8, 6)));
}

}  // namespace
}  // namespace hanse::simulator
