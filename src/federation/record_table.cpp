#include "federation/record_table.h"

#include <algorithm>
#include <charconv>

#include "base/json_mapping.h"
#include "base/planted_bug.h"

namespace hanse::federation {
namespace {

constexpr Nanos kBetweenComplaints = Seconds{10};
constexpr std::size_t kSumDigits = 16;  // of a SHA-256: 64 bits

// The first 64 bits of a hash of the text.
std::uint64_t sum_of(Hashing& hashing, std::string_view text) {
  const auto hash = hashing.sha256();
  hash->update(as_bytes(text));
  const std::string digits = hash->finish().substr(0, kSumDigits);
  std::uint64_t sum = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), sum, 16);
  return sum;
}

std::uint64_t sum_of(Hashing& hashing, const SignedRecord& record) {
  return sum_of(hashing,
                fmt::format("{} {} {}", record.owner, static_cast<int>(record.kind), record.version));
}

std::string_view name_of(Refusal reason) {
  switch (reason) {
    case Refusal::unknown_owner:
      return "unknown owner";
    case Refusal::oversized:
      return "oversized";
    case Refusal::forged:
      return "forged";
    case Refusal::replayed:
      return "replayed";
    case Refusal::from_the_future:
      return "from the future";
    case Refusal::malformed:
      return "malformed";
  }
  return "refused";
}

}  // namespace

HANSE_DEFINE_JSON(RecordHead)

RecordTable::RecordTable(Runtime& runtime, Cryptography cryptography, const Peers& peers, std::string zone,
                         Take take)
    : runtime_(runtime),
      log_(runtime.log, "federation"),
      cryptography_(cryptography),
      peers_(peers),
      zone_(std::move(zone)),
      take_(std::move(take)) {}

RecordTable::Verdict RecordTable::offer(const SignedRecord& record, const std::string& sender) {
  if (record.body.size() > kMaxRecordBody)
    return refuse(Refusal::oversized, record, sender, fmt::format("it has {} bytes", record.body.size()));
  if (record.owner == zone_) {
    std::int64_t& seen = own_seen_.at(static_cast<std::size_t>(record.kind));
    const std::int64_t ours = version_of(zone_, record.kind);
    if (record.version > ours) seen = std::max(seen, record.version);
    return Verdict::known;
  }
  const Peer* owner = peers_.find(record.owner);
  if (owner == nullptr) return refuse(Refusal::unknown_owner, record, sender, "its owner is no peer of ours");
  const std::int64_t known = version_of(record.owner, record.kind);
  if (record.version == known) return Verdict::known;
  constexpr bool kTakesOlder = kPlantedBug == PlantedBug::older_record_is_taken;
  if (record.version < known && !kTakesOlder)
    return refuse(Refusal::replayed, record, sender, fmt::format("we have version {} already", known));
  const auto latest =
      std::chrono::duration_cast<Millis>(since_epoch(runtime_.clock.wall_now() + kMaxClockLead));
  if (record.version > latest.count())
    return refuse(Refusal::from_the_future, record, sender, "compare the clocks of the two zones");
  constexpr bool kTakesForged = kPlantedBug == PlantedBug::forged_record_is_taken;
  if (const Status good = verify(cryptography_.signatures, owner->identity_key, record);
      !good && !kTakesForged)
    return refuse(Refusal::forged, record, sender, good.error().message);
  if (const Status taken = take_(record); !taken)
    return refuse(Refusal::malformed, record, sender, taken.error().message);
  replace({record.owner, record.kind}, record);
  return Verdict::news;
}

void RecordTable::put_own(SignedRecord record) {
  const Key key{zone_, record.kind};
  replace(key, std::move(record));
}

// Sums of a bucket are exclusive ors, so that one record's change needs no look at the others.
void RecordTable::replace(const Key& key, SignedRecord record) {
  Entry& entry = records_[key];
  if (entry.record.version == 0) entry.bucket = sum_of(cryptography_.hashing, key.first) % kBuckets;
  std::uint64_t& sum = sums_.at(entry.bucket);
  sum ^= std::exchange(entry.sum, sum_of(cryptography_.hashing, record));
  sum ^= entry.sum;
  entry.record = std::move(record);
}

RecordTable::Verdict RecordTable::refuse(Refusal reason, const SignedRecord& record,
                                         const std::string& sender, const std::string& message) {
  ++refused_.at(static_cast<std::size_t>(reason));
  const MonotonicTime now = runtime_.clock.now();
  const auto last = complained_.find(sender);
  if (last != complained_.end() && now - last->second < kBetweenComplaints) return Verdict::refused;
  if (complained_.size() > kMaxPeers) complained_.clear();
  complained_.insert_or_assign(sender, now);
  const std::string line = fmt::format("zone '{}' sent a record of '{}' that is {}: {}", sender,
                                       record.owner.substr(0, 64), name_of(reason), message);
  // What is older may have been asked for while a newer one was on its way.
  if (reason == Refusal::replayed) {
    log_.info("{}", line);
  } else {
    log_.warning("{}", line);
  }
  return Verdict::refused;
}

const SignedRecord* RecordTable::find(const std::string& owner, RecordKind kind) const {
  const auto found = records_.find({owner, kind});
  return found == records_.end() ? nullptr : &found->second.record;
}

std::int64_t RecordTable::version_of(const std::string& owner, RecordKind kind) const {
  const SignedRecord* record = find(owner, kind);
  return record == nullptr ? 0 : record->version;
}

bool RecordTable::is_wanted(const RecordHead& head) const {
  if (head.owner != zone_ && peers_.find(head.owner) == nullptr) return false;
  return head.version > version_of(head.owner, head.kind);
}

std::vector<RecordHead> RecordTable::heads_in(std::size_t bucket) const {
  std::vector<RecordHead> heads;
  for (const auto& [key, entry] : records_) {
    const SignedRecord& record = entry.record;
    if (entry.bucket == bucket) heads.push_back({record.owner, record.kind, record.version});
  }
  return heads;
}

std::vector<std::string> RecordTable::bucket_sums() const {
  std::vector<std::string> texts;
  texts.reserve(kBuckets);
  for (const std::uint64_t sum : sums_) texts.push_back(fmt::format("{:016x}", sum));
  return texts;
}

void RecordTable::forget_strangers() {
  for (auto it = records_.begin(); it != records_.end();) {
    const std::string& owner = it->first.first;
    if (owner == zone_ || peers_.find(owner) != nullptr) {
      ++it;
      continue;
    }
    sums_.at(it->second.bucket) ^= it->second.sum;
    it = records_.erase(it);
  }
}

}  // namespace hanse::federation
