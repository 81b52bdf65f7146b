#include "federation/record_table.h"

#include <algorithm>
#include <charconv>

#include "base/json_mapping.h"
#include "base/planted_bug.h"

namespace hanse::federation {
namespace {

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

std::int64_t record_version_at(WallTime time) {
  return std::chrono::duration_cast<Millis>(since_epoch(time)).count();
}

}  // namespace

HANSE_DEFINE_JSON(RecordHead)

RecordTable::RecordTable(Runtime& runtime, Cryptography cryptography, const Peers& peers, std::string zone,
                         Take take)
    : runtime_(runtime),
      cryptography_(cryptography),
      peers_(peers),
      zone_(std::move(zone)),
      take_(std::move(take)),
      refusals_(runtime) {}

RecordTable::Verdict RecordTable::offer(const SignedRecord& record, const std::string& sender) {
  if (record.body.size() > kMaxRecordBody) {
    return refuse({Refusal::oversized, fmt::format("it has {} bytes", record.body.size())}, record, sender);
  }
  if (record.owner == zone_) return offer_own(record, sender);
  const Peer* owner = peers_.find(record.owner);
  if (owner == nullptr)
    return refuse({Refusal::unknown_owner, "its owner is no peer of ours"}, record, sender);
  const Key key{record.owner, record.kind};
  const std::int64_t known = version_of(record.owner, record.kind);
  if (record.version == known) return Verdict::known;
  constexpr bool kTakesOlder = kPlantedBug == PlantedBug::older_record_is_taken;
  if (record.version < known && !kTakesOlder)
    return refuse({Refusal::replayed, fmt::format("we have version {} already", known)}, record, sender);
  if (is_stale(record.kind, record.version)) {
    return refuse(
        {Refusal::stale, "it was made long ago; if it was not, compare the clocks of the two zones"}, record,
        sender);
  }
  if (is_too_frequent(key)) {
    return refuse({Refusal::too_frequent, "its owner has made more than is passed on in this time"}, record,
                  sender);
  }
  constexpr bool kTakesForged = kPlantedBug == PlantedBug::forged_record_is_taken;
  if (const auto fault = fault_of(record, owner->identity_key);
      fault && !(kTakesForged && fault->reason == Refusal::forged))
    return refuse(*fault, record, sender);
  if (const Status taken = take_(record); !taken)
    return refuse({Refusal::malformed, taken.error().message}, record, sender);
  replace(key, record);
  MonotonicTime& paced_until = records_[key].paced_until;
  paced_until = std::max(paced_until, runtime_.clock.now()) + kBetweenRecords;
  return Verdict::news;
}

// Anybody can say that this zone has said something: believed without proof, one such lie with a far future
// in it would silence the zone, whose records would then have to be newer.
RecordTable::Verdict RecordTable::offer_own(const SignedRecord& record, const std::string& sender) {
  std::int64_t& seen = own_seen_.at(static_cast<std::size_t>(record.kind));
  if (record.version <= std::max(seen, version_of(zone_, record.kind))) return Verdict::known;
  if (const auto fault = fault_of(record, own_key_)) return refuse(*fault, record, sender);
  seen = record.version;
  return Verdict::known;
}

std::optional<RecordTable::Fault> RecordTable::fault_of(const SignedRecord& record,
                                                        const std::string& public_key) const {
  if (record.version > record_version_at(runtime_.clock.wall_now() + kMaxClockLead))
    return Fault{Refusal::from_the_future, "compare the clocks of the two zones"};
  if (const Status good = verify(cryptography_.signatures, public_key, record); !good)
    return Fault{Refusal::forged, good.error().message};
  return std::nullopt;
}

bool RecordTable::is_stale(RecordKind kind, std::int64_t version) const {
  return kind == RecordKind::digest && version < record_version_at(runtime_.clock.wall_now() - kMaxDigestAge);
}

bool RecordTable::is_too_frequent(const Key& key) const {
  const auto known = records_.find(key);
  if (known == records_.end()) return false;
  return known->second.paced_until > runtime_.clock.now() + (kRecordBurst - 1) * kBetweenRecords;
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

RecordTable::Verdict RecordTable::refuse(const Fault& fault, const SignedRecord& record,
                                         const std::string& sender) {
  refusals_.add(fault.reason, sender, fmt::format("a record of '{}'", record.owner.substr(0, 64)),
                fault.message);
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
  // What would be refused is not asked for again and again.
  if (is_stale(head.kind, head.version) || is_too_frequent({head.owner, head.kind})) return false;
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
