#include "testbed/wan/link_model.h"

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <vector>

namespace hanse::testbed {
namespace {

// A small multiplicative generator: good enough to spread, the same on every machine.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return state_ ^ (state_ >> 29);
  }

 private:
  std::uint64_t state_;
};

constexpr MonotonicTime at(Nanos since_start) {
  return MonotonicTime(since_start);
}

TEST_CASE("a packet travels for the delay") {
  SeededRandom random(1);
  LinkModel link({.delay = Millis{10}}, random);
  const Passage passage = link.send(at(Millis{5}), Bytes{1500});
  CHECK(passage.passes);
  CHECK(passage.arrival == at(Millis{15}));
}

TEST_CASE("packets are sent one after the other at the link's rate") {
  SeededRandom random(1);
  LinkModel link({.delay = Millis{10}, .bits_per_second = 8'000'000}, random);  // 1,000 bytes a millisecond
  CHECK(link.send(at(Millis{0}), Bytes{1000}).arrival == at(Millis{11}));
  CHECK(link.send(at(Millis{0}), Bytes{2000}).arrival == at(Millis{13}));
  CHECK(link.send(at(Millis{100}), Bytes{1000}).arrival == at(Millis{111}));
}

TEST_CASE("a saturated link carries its rate and drops the rest") {
  SeededRandom random(1);
  LinkModel link({.delay = Millis{10}, .bits_per_second = 100'000'000}, random);
  std::int64_t carried = 0;
  MonotonicTime last{};
  for (int packet = 0; packet < 20'000; ++packet) {  // 240 Mbit in one second, offered to 100 Mbit/s
    const Passage passage = link.send(at(Micros{50} * packet), Bytes{1500});
    if (!passage.passes) {
      CHECK(passage.dropped == DropReason::queue);
      continue;
    }
    carried += 1500;
    last = passage.arrival;
  }
  const double seconds = std::chrono::duration<double>(last - at(Millis{10})).count();
  CHECK(static_cast<double>(carried) * 8 / seconds == doctest::Approx(100e6).epsilon(0.001));
}

TEST_CASE("the queue limit bounds the time a packet waits") {
  SeededRandom random(1);
  LinkModel link({.bits_per_second = 8'000'000, .queue_limit = Bytes{10'000}}, random);
  int passed = 0;
  for (int packet = 0; packet < 100; ++packet) {
    const Passage passage = link.send(at(Millis{0}), Bytes{1000});
    if (!passage.passes) continue;
    ++passed;
    CHECK(passage.arrival <= at(Millis{11}));
  }
  CHECK(passed == 10);
  CHECK(link.send(at(Millis{10}), Bytes{50'000}).passes);  // larger than the queue, but the line is free
}

TEST_CASE("jitter stays within its bounds and never reorders") {
  SeededRandom random(7);
  LinkModel link({.delay = Millis{10}, .jitter = Millis{3}}, random);
  MonotonicTime previous{};
  std::vector<Nanos> delays;
  for (int packet = 0; packet < 1000; ++packet) {
    const MonotonicTime now = at(Millis{20} * packet);
    const Passage passage = link.send(now, Bytes{100});
    CHECK(passage.arrival >= previous);
    previous = passage.arrival;
    delays.push_back(passage.arrival - now);
  }
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  CHECK(*least >= Millis{7});
  CHECK(*most <= Millis{13});
  CHECK(*most - *least > Millis{5});
  MonotonicTime burst_previous{};
  for (int packet = 0; packet < 1000; ++packet) {
    const Passage passage = link.send(at(Seconds{60}) + Micros{packet}, Bytes{100});
    CHECK(passage.arrival >= burst_previous);
    burst_previous = passage.arrival;
  }
}

TEST_CASE("loss drops the share it says, all of it at 1") {
  SeededRandom random(42);
  LinkModel link({.loss = 0.1}, random);
  int lost = 0;
  for (int packet = 0; packet < 10'000; ++packet) {
    const Passage passage = link.send(at(Millis{packet}), Bytes{100});
    if (passage.passes) continue;
    ++lost;
    CHECK(passage.dropped == DropReason::loss);
  }
  CHECK(lost > 850);
  CHECK(lost < 1150);
  link.change({.loss = 1});
  for (int packet = 0; packet < 1000; ++packet) CHECK_FALSE(link.send(at(Seconds{60}), Bytes{100}).passes);
}

TEST_CASE("a cut link passes nothing until it is healed") {
  SeededRandom random(1);
  LinkModel link({.delay = Millis{1}, .cut = true}, random);
  CHECK(link.send(at(Millis{0}), Bytes{100}).dropped == DropReason::cut);
  link.change({.delay = Millis{1}});
  CHECK(link.send(at(Millis{1}), Bytes{100}).passes);
}

TEST_CASE("a shorter delay does not let later packets overtake") {
  SeededRandom random(1);
  LinkModel link({.delay = Millis{50}}, random);
  const Passage before = link.send(at(Millis{0}), Bytes{100});
  link.change({});
  CHECK_FALSE(link.immediate(at(Millis{1})));
  CHECK(link.send(at(Millis{1}), Bytes{100}).arrival == before.arrival);
  CHECK(link.immediate(at(Millis{50})));
}

TEST_CASE("the same seed gives the same passages") {
  const LinkParameters parameters{
      .delay = Millis{10}, .jitter = Millis{5}, .bits_per_second = 10'000'000, .loss = 0.05};
  SeededRandom first_random(99);
  SeededRandom second_random(99);
  LinkModel first(parameters, first_random);
  LinkModel second(parameters, second_random);
  for (int packet = 0; packet < 1000; ++packet) {
    const Passage one = first.send(at(Millis{packet}), Bytes{1000});
    const Passage two = second.send(at(Millis{packet}), Bytes{1000});
    CHECK(one.passes == two.passes);
    CHECK(one.arrival == two.arrival);
  }
}

TEST_CASE("parameters out of range are refused") {
  CHECK(check_parameters({.delay = Millis{10}, .jitter = Millis{10}, .bits_per_second = 1'000}).has_value());
  CHECK_FALSE(check_parameters({.delay = Millis{-1}}).has_value());
  CHECK_FALSE(check_parameters({.delay = Seconds{11}}).has_value());
  CHECK_FALSE(check_parameters({.delay = Millis{1}, .jitter = Millis{2}}).has_value());
  CHECK_FALSE(check_parameters({.bits_per_second = 999}).has_value());
  CHECK_FALSE(check_parameters({.loss = 1.01}).has_value());
  CHECK_FALSE(check_parameters({.loss = -0.01}).has_value());
  CHECK_FALSE(check_parameters({.queue_limit = Bytes{-1}}).has_value());
}

}  // namespace
}  // namespace hanse::testbed
