#include "migration/fair_share.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <optional>
#include <utility>
#include <vector>

namespace hanse::migration {
namespace {

// A link on which each stream strives for a part by its weight, and comes nearer to it each second.
struct Stream {
  double weight = 1;
  double demand = 1e12;
  std::optional<BytesPerSecond> limit;
  double rate = 0;
};

class Link {
 public:
  Link(double capacity, std::vector<Stream> streams) : streams_(std::move(streams)), capacity_(capacity) {}

  void run(int seconds) {
    for (int second = 0; second < seconds; ++second) {
      std::vector<LinkUse> uses;
      for (const Stream& stream : streams_)
        uses.push_back({BytesPerSecond{static_cast<std::int64_t>(stream.rate)}, stream.limit});
      ceiling_ = share_.next(uses);
      flow();
      carried_ += total();
    }
  }
  void set_capacity(double capacity) { capacity_ = capacity; }
  double total() const {
    double sum = 0;
    for (const Stream& stream : streams_) sum += stream.rate;
    return sum;
  }
  double carried() const { return carried_; }
  double rate(std::size_t stream) const { return streams_[stream].rate; }
  std::optional<BytesPerSecond> ceiling() const { return ceiling_; }

 private:
  double bound_of(const Stream& stream) const {
    double bound = stream.demand;
    if (stream.limit) bound = std::min(bound, static_cast<double>(stream.limit->value));
    if (ceiling_) bound = std::min(bound, static_cast<double>(ceiling_->value));
    return bound;
  }

  // By weight; what one does not take is the others'.
  void flow() {
    std::vector<double> wanted(streams_.size(), 0);
    std::vector<bool> full(streams_.size(), false);
    double left = capacity_;
    for (std::size_t round = 0; round < streams_.size(); ++round) {
      double weights = 0;
      for (std::size_t i = 0; i < streams_.size(); ++i) weights += full[i] ? 0 : streams_[i].weight;
      const double one = weights > 0 ? left / weights : 0;
      for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (full[i] || bound_of(streams_[i]) > one * streams_[i].weight) continue;
        wanted[i] = bound_of(streams_[i]);
        full[i] = true;
        left -= wanted[i];
      }
      for (std::size_t i = 0; i < streams_.size(); ++i)
        if (!full[i]) wanted[i] = one * streams_[i].weight;
    }
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      double& rate = streams_[i].rate;
      rate = wanted[i] < rate ? wanted[i] : rate + (wanted[i] - rate) / 2;
    }
  }

  std::vector<Stream> streams_;
  double capacity_;
  FairShare share_;
  std::optional<BytesPerSecond> ceiling_;
  double carried_ = 0;
};

constexpr double kMega = 1e6;

TEST_CASE("a move that gets three times as much as another comes down to an equal part") {
  Link link(24 * kMega, {{.weight = 3}, {.weight = 1}});
  link.run(25);
  CHECK(link.ceiling());
  CHECK(link.rate(0) < 1.3 * link.rate(1));
  CHECK(link.total() > 23 * kMega);
  // Also on the way the link was in use.
  CHECK(link.carried() > 0.85 * 25 * 24 * kMega);
}

TEST_CASE("many moves are held together") {
  Link link(100 * kMega, {{.weight = 8}, {.weight = 4}, {.weight = 1}, {.weight = 2}, {.weight = 1}});
  link.run(30);
  for (std::size_t i = 0; i < 5; ++i) CHECK(link.rate(i) > 10 * kMega);
  CHECK(link.total() > 95 * kMega);
}

TEST_CASE("moves that share fairly, and one that is alone, are left alone") {
  Link fair(24 * kMega, {{.weight = 1.1}, {.weight = 1}});
  fair.run(30);
  CHECK_FALSE(fair.ceiling());
  Link alone(24 * kMega, {{.weight = 1}});
  alone.run(30);
  CHECK_FALSE(alone.ceiling());
}

TEST_CASE("what a move does not want is not kept for it") {
  Link link(24 * kMega, {{.weight = 1}, {.weight = 1, .demand = 1 * kMega}});
  link.run(600);
  CHECK(link.carried() > 0.95 * 600 * 24 * kMega);
}

TEST_CASE("a move with a lower limit of its own leaves the rest to the others") {
  Link link(24 * kMega, {{.weight = 1}, {.weight = 1, .limit = BytesPerSecond{4'000'000}}});
  link.run(30);
  CHECK_FALSE(link.ceiling());
  CHECK(link.rate(0) > 19 * kMega);
  Link three(24 * kMega, {{.weight = 3}, {.weight = 1}, {.weight = 1, .limit = BytesPerSecond{4'000'000}}});
  three.run(30);
  CHECK(three.rate(0) < 1.35 * three.rate(1));
  CHECK(three.rate(2) > 3.5 * kMega);
}

TEST_CASE("a link that becomes faster is used, and one that becomes slower is shared again") {
  Link link(10 * kMega, {{.weight = 3}, {.weight = 1}});
  link.run(20);
  link.set_capacity(80 * kMega);
  link.run(40);
  CHECK(link.total() > 76 * kMega);
  link.set_capacity(16 * kMega);
  link.run(80);
  CHECK(link.total() > 15 * kMega);
  CHECK(link.rate(0) < 1.4 * link.rate(1));
}

TEST_CASE("no ceiling is below what a stream of memory needs") {
  Link link(1 * kMega, {{.weight = 3}, {.weight = 1}});
  link.run(20);
  CHECK((!link.ceiling() || link.ceiling()->value >= 2'000'000));
}

}  // namespace
}  // namespace hanse::migration
