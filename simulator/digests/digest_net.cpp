#include "simulator/digests/digest_net.h"

#include <algorithm>
#include <boost/json.hpp>

#include "federation/zone_digest.h"
#include "placement/round_trip.h"
#include "simulator/digests/digest_node.h"
#include "simulator/digests/message_size.h"

namespace hanse::simulator {
namespace {

// A connection that was not used for so long is closed: http::ClientOptions::idle_timeout.
constexpr Nanos kIdleTimeout = Seconds{30};
constexpr int kHandshakeTrips = 2;  // TCP, then TLS 1.3
constexpr std::int64_t kEvenSecond = 1'000;

// Of a zone with common flavours, prices, labels, and as many round trips as a digest has at most.
federation::SignedRecord real_digest(int zones) {
  federation::ZoneDigest digest{
      .zone = "zone-0000",
      .issued_at = "2026-01-01T00:00:00Z",
      .provider = "a provider of some name",
      .city = "Helsinki",
      .member_state = "FI",
      .latitude = 60.1699,
      .longitude = 24.9384,
      .labels = {"iso27001", "c5", "secnumcloud"},
      .carbon = federation::CarbonFigure{{57}, "Electricity Maps, yearly average 2024"}};
  for (int i = 0; i < 7; ++i) {
    digest.flavours.push_back({.name = fmt::format("flavour-{}", i),
                               .vcpu = {1 << i},
                               .memory_mib = {1024 << i},
                               .architecture = "x86_64",
                               .fits = 1000 >> i,
                               .price = MicroEuroPerHour{20'000 << i}});
  }
  const int trips = std::min(zones - 1, static_cast<int>(federation::kMaxRoundTrips));
  for (int i = 0; i < trips; ++i) digest.round_trips.push_back({fmt::format("zone-{:04}", i), 12'500});
  return {.owner = "zone-0000",
          .kind = federation::RecordKind::digest,
          .version = 1'767'225'600'000,
          .body = json::dump(to_json(digest)),
          .signature = std::string(128, 'a')};
}

}  // namespace

DigestNet::DigestNet(DigestNetOptions options)
    : options_(options), record_bytes_(record_bytes(real_digest(options.zones))), world_(options.seed) {
  std::vector<federation::Peer> peers;
  for (int i = 0; i < options.zones; ++i) {
    names_.push_back(fmt::format("zone-{:04}", i));
    indexes_.emplace(names_.back(), names_.size() - 1);
    peers.push_back({.name = names_.back(), .identity_key = fmt::format("{:064x}", i)});
    // From Lisbon to Tallinn, from Malta to Tromsø.
    const auto part = [this] { return static_cast<double>(world_.random().below(1'000'000)) / 1e6; };
    const double latitude = 36 + 34 * part();
    places_.push_back({latitude, -9 + 34 * part()});
  }
  peers_.replace(std::move(peers));
  for (const std::string& name : names_) {
    world_.add_process({.name = name, .log_level = LogLevel::error}, [this](ProcessContext context) {
      return std::make_unique<DigestNode>(*this, context);
    });
  }
  introduce_all();
  plan_refreshes();
}

DigestNet::~DigestNet() {
  world_.crash_all();
}

// The clock of a simulation begins in the past of what it then makes.
std::int64_t DigestNet::now_millis() const {
  return std::chrono::duration_cast<Millis>(kWallStart + world_.now()).count();
}

DigestNode& DigestNet::node(std::size_t index) {
  return static_cast<DigestNode&>(*world_.process(names_[index]).root());
}

void DigestNet::introduce_all() {
  const std::int64_t version = now_millis() - kEvenSecond;
  std::vector<federation::SignedRecord> records;
  for (std::size_t i = 0; i < names_.size(); ++i) records.push_back(node(i).record(version));
  for (std::size_t i = 0; i < names_.size(); ++i) {
    DigestNode& one = node(i);
    for (std::size_t j = 0; j < records.size(); ++j) {
      if (j == i) {
        one.table.put_own(records[j]);
      } else {
        one.table.offer(records[j], one.name);
      }
    }
    (void)one.records.start();
  }
}

// Each at a moment of its own.
void DigestNet::plan_refreshes() {
  if (options_.refresh <= Nanos(0)) return;
  for (std::size_t i = 0; i < names_.size(); ++i)
    world_.at(world_.random().between(Nanos(1), options_.refresh), [this, i] { refresh(i); });
}

void DigestNet::refresh(std::size_t index) {
  if (options_.refresh <= Nanos(0)) return;
  DigestNode& owner = node(index);
  federation::SignedRecord record = owner.record(now_millis());
  if (!is_cut(owner.name)) {
    spreads_[{owner.name, record.version}] = {.published = world_.now(),
                                              .wanted = names_.size() - 1 - cut_.size()};
  }
  owner.records.publish(std::move(record));
  world_.at(world_.now() + options_.refresh, [this, index] { refresh(index); });
}

void DigestNet::arrived(const std::string& owner, std::int64_t version, const std::string& at) {
  if (is_cut(at)) return;
  const auto spread = spreads_.find({owner, version});
  if (spread == spreads_.end() || spread->second.arrivals == spread->second.wanted) return;
  ++spread->second.arrivals;
  spread->second.last = world_.now();
}

std::vector<Nanos> DigestNet::spread_times() const {
  std::vector<Nanos> times;
  for (const auto& [change, spread] : spreads_)
    if (spread.arrivals == spread.wanted) times.push_back(spread.last - spread.published);
  std::sort(times.begin(), times.end());
  return times;
}

std::size_t DigestNet::missing(Nanos age) const {
  return static_cast<std::size_t>(std::count_if(spreads_.begin(), spreads_.end(), [&](const auto& entry) {
    return entry.second.arrivals < entry.second.wanted && world_.now() - entry.second.published > age;
  }));
}

bool DigestNet::converged() const {
  auto& net = const_cast<DigestNet&>(*this);
  for (std::size_t owner = 0; owner < names_.size(); ++owner) {
    const std::int64_t newest =
        net.node(owner).table.version_of(names_[owner], federation::RecordKind::digest);
    for (std::size_t at = 0; at < names_.size(); ++at) {
      if (net.node(at).table.version_of(names_[owner], federation::RecordKind::digest) != newest)
        return false;
    }
  }
  return true;
}

void DigestNet::start_probes() {
  for (std::size_t i = 0; i < names_.size(); ++i) (void)node(i).round_trips.start();
}

void DigestNet::cut(std::size_t count) {
  while (cut_.size() < count) cut_.insert(names_[world_.random().below(names_.size())]);
}

Nanos DigestNet::one_way(const DigestNode& from, const DigestNode& to) const {
  const double kilometres = placement::great_circle_km(places_[from.index], places_[to.index]);
  return Nanos(placement::modelled_round_trip(kilometres)) / 2;
}

Nanos DigestNet::connect(const DigestNode& from, const DigestNode& to, Traffic& counted) {
  Nanos& used = connections_.try_emplace({from.index, to.index}, -kIdleTimeout).first->second;
  const bool open = world_.now() - used < kIdleTimeout;
  used = world_.now();
  if (open) return Nanos(0);
  counted.bytes += kHandshakeBytes;
  ++counted.handshakes;
  return kHandshakeTrips * 2 * one_way(from, to);
}

}  // namespace hanse::simulator
