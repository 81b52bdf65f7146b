#include "placement/packing/life_table.h"

#include <doctest/doctest.h>

namespace hanse::placement::packing {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("before the first census a day is expected") {
  CHECK(LifeTable(1).median_rest(0, minutes(3)) == hours(24));
}

TEST_CASE("what has lived long is expected to live on, and what is young is not") {
  LifeTable table(1);
  for (int i = 0; i < 90; ++i) table.count_end(0, minutes(12));
  const std::vector<LifeTable::Running> old(10, {.kind = 0, .age = hours(100)});
  table.take_census(old);
  CHECK(table.median_rest(0, Seconds{}) < hours(1));
  CHECK(table.median_rest(0, hours(2)) > hours(90));
}

TEST_CASE("kinds are learned apart, and a census replaces the one before it") {
  LifeTable table(2);
  for (int i = 0; i < 50; ++i) table.count_end(0, hours(5));
  const std::vector<LifeTable::Running> running(50, {.kind = 1, .age = hours(400)});
  table.take_census(running);
  CHECK(table.median_rest(0, Seconds{}) > hours(3));
  CHECK(table.median_rest(0, Seconds{}) < hours(7));
  CHECK(table.median_rest(1, Seconds{}) == LifeTable::kLongest);
  for (int i = 0; i < 50; ++i) table.count_end(1, minutes(1));
  table.take_census({});
  CHECK(table.median_rest(1, Seconds{}) < minutes(10));
}

TEST_CASE("what runs counts only for the brackets that it has left behind") {
  LifeTable table(1);
  for (int i = 0; i < 10; ++i) table.count_end(0, hours(1));
  const std::vector<LifeTable::Running> young(1000, {.kind = 0, .age = minutes(1)});
  table.take_census(young);
  CHECK(table.median_rest(0, Seconds{}) < hours(2));
}

TEST_CASE("ages beyond the table and before its beginning are in its last and first bracket") {
  LifeTable table(1);
  table.count_end(0, hours(24 * 365));
  table.count_end(0, Seconds(-1));
  table.take_census({});
  CHECK(table.median_rest(0, hours(24 * 365)) == LifeTable::kLongest);
  CHECK(table.median_rest(0, Seconds(-1)) == table.median_rest(0, Seconds{}));
}

}  // namespace
}  // namespace hanse::placement::packing
