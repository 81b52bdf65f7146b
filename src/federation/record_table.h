// RecordTable: the newest record of each zone and kind that this zone has, its own included. Only records of
// peers whose key is pinned are taken, wherever they come from; all else is refused (refusals.h), and harms
// nothing. What is said to be this zone's own must be signed by it too.
//
// In memory: after a start the peers tell it all again. Thread: the loop.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "federation/peers.h"
#include "federation/refusals.h"
#include "federation/signed_record.h"
#include "runtime/cryptography.h"
#include "runtime/runtime.h"

namespace hanse::federation {

// A record's version is the time of its making in milliseconds; one from further ahead is not believed.
inline constexpr Nanos kMaxClockLead = std::chrono::hours{1};
// An older digest is not taken: after a start nobody is told by a third zone what was true long ago. These
// are ten minutes, in which a zone makes its digest anew five times at least, and five for a clock that is
// behind.
inline constexpr Nanos kMaxDigestAge = std::chrono::minutes{15};
// Of one zone and kind so many records are taken at once, then one in each of these times; a zone makes one
// in 5 s at most. More is neither asked for nor passed on, and the newest is found in a later comparison.
inline constexpr int kRecordBurst = 4;
inline constexpr Nanos kBetweenRecords = Seconds{2};

// What a record is known by in an exchange.
struct RecordHead {
  std::string owner;
  RecordKind kind = RecordKind::card;
  std::int64_t version = 0;
  bool operator==(const RecordHead&) const = default;
};
BOOST_DESCRIBE_STRUCT(RecordHead, (), (owner, kind, version))
HANSE_DECLARE_JSON(RecordHead);

class RecordTable {
 public:
  // Says whether the body of a record that is otherwise good can be used, and takes it.
  using Take = std::function<Status(const SignedRecord& record)>;

  static constexpr std::size_t kBuckets = 64;

  RecordTable(Runtime& runtime, Cryptography cryptography, const Peers& peers, std::string zone, Take take);

  // The key that this zone signs with. Requires: set before anything is offered, or nothing that is said to
  // be its own is believed.
  void set_own_key(std::string public_key) { own_key_ = std::move(public_key); }

  enum class Verdict { news, known, refused };
  Verdict offer(const SignedRecord& record, const std::string& sender);
  // This zone's own; called again with a greater version.
  void put_own(SignedRecord record);

  const std::string& zone() const { return zone_; }
  const SignedRecord* find(const std::string& owner, RecordKind kind) const;
  // 0: there is none.
  std::int64_t version_of(const std::string& owner, RecordKind kind) const;
  bool is_wanted(const RecordHead& head) const;
  std::vector<RecordHead> heads_in(std::size_t bucket) const;
  // One text for each bucket; equal ones hold the same records.
  std::vector<std::string> bucket_sums() const;
  // Of zones that are peers no more.
  void forget_strangers();

  Refusals& refusals() { return refusals_; }
  std::uint64_t refused(Refusal reason) const { return refusals_.count(reason); }
  // A greater version of one of our own records than ours, signed by us: said before a restart, or with
  // another clock.
  std::int64_t own_version_seen(RecordKind kind) const {
    return own_seen_.at(static_cast<std::size_t>(kind));
  }

 private:
  using Key = std::pair<std::string, RecordKind>;
  struct Entry {
    SignedRecord record;
    std::size_t bucket = 0;
    std::uint64_t sum = 0;
    MonotonicTime paced_until;  // when the next one would come that comes in kBetweenRecords
  };
  struct Fault {
    Refusal reason;
    std::string message;
  };

  Verdict offer_own(const SignedRecord& record, const std::string& sender);
  // Of what was neither taken nor made by this zone.
  std::optional<Fault> fault_of(const SignedRecord& record, const std::string& public_key) const;
  bool is_stale(RecordKind kind, std::int64_t version) const;
  bool is_too_frequent(const Key& key) const;
  void replace(const Key& key, SignedRecord record);
  Verdict refuse(const Fault& fault, const SignedRecord& record, const std::string& sender);

  Runtime& runtime_;
  Cryptography cryptography_;
  const Peers& peers_;
  std::string zone_;
  std::string own_key_;
  Take take_;
  Refusals refusals_;
  std::map<Key, Entry> records_;
  std::array<std::uint64_t, kBuckets> sums_{};
  std::array<std::int64_t, 2> own_seen_{};
};

}  // namespace hanse::federation
