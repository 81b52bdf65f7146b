// RecordExchange: how records spread between zones: by push, so that news is everywhere in seconds, and by
// comparing with one other zone now and then, so that nothing stays unknown for ever.
//
// Push: what is news to a zone is named, not sent, to its kNeighbours, all news of kFlush in one message;
// each asks for what it lacks. Neighbours are the zones before and after it by name, which makes all of them
// one ring, and some that are drawn at random, which makes the ways short; they stay for a while, since a new
// connection costs more than what is said over it. Comparison: every kRound the sums of kBuckets buckets go
// to one zone; the heads of buckets that differ come back. There is one message for all of it: whoever gets
// one answers with what it lacks or has newer, and the talk ends when nothing is left to say. A record's body
// crosses a link only when it was asked for.
//
// Lifecycle: start() once; destroying it ends all talks. Thread: the loop. Failure: a zone that does not
// answer is asked again in another round.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "federation/record_table.h"
#include "runtime/signal.h"

namespace hanse::federation {

inline constexpr char kExchangePath[] = "/providers/hanse.federation/v1/exchanges";
inline constexpr std::size_t kNeighbours = 6;
inline constexpr Nanos kFlush = Millis{300};
inline constexpr Nanos kRound = Seconds{5};
inline constexpr int kRoundsOfNeighbours = 60;  // then others are drawn
// In one message; what is left over is found in the next round.
inline constexpr std::size_t kMaxRecordsInMessage = 64;
inline constexpr std::size_t kMaxHeadsInMessage = 2'000;
inline constexpr std::size_t kMaxMessageBytes = 512 * 1024;  // of its records' bodies
inline constexpr std::size_t kMaxExchangeBody = 2 * kMaxMessageBytes;

struct ExchangeMessage {
  std::vector<std::string> sums;        // of all buckets; empty: no comparison
  std::vector<std::int64_t> differing;  // buckets whose heads the sender has named all
  std::vector<RecordHead> heads;        // what the sender has
  std::vector<RecordHead> wanted;       // what it lacks
  std::vector<SignedRecord> records;
  bool is_empty() const {
    return sums.empty() && differing.empty() && heads.empty() && wanted.empty() && records.empty();
  }
};
BOOST_DESCRIBE_STRUCT(ExchangeMessage, (), (sums, differing, heads, wanted, records))
HANSE_DECLARE_JSON(ExchangeMessage);

// How another zone is spoken to. In the zone: its peer client.
class ExchangeClient {
 public:
  virtual ~ExchangeClient() = default;
  // In order of name.
  virtual const std::vector<std::string>& peers() const = 0;
  // Errors: data_loss for an answer that cannot be read, out_of_range for one beyond kMaxExchangeBody; any
  // other when there is none.
  virtual Task<Result<ExchangeMessage>> exchange(std::string peer, ExchangeMessage message) = 0;
};

class RecordExchange {
 public:
  RecordExchange(Runtime& runtime, RecordTable& table, ExchangeClient& client);

  Status start();
  // This zone's own, new.
  void publish(SignedRecord record);
  // What to answer to a peer's message. Errors: invalid_argument beyond the limits of a message.
  Result<ExchangeMessage> answer(const std::string& peer, const ExchangeMessage& message);
  // Whether there was news: a record was taken.
  Signal& changes() { return changes_; }

 private:
  Task<void> compare();
  Task<void> flush();
  Task<void> talk(std::string peer, ExchangeMessage message);
  void count_failure(const std::string& peer, const Error& error);
  // Takes the records, and says what is left to say. Requires: the message is within the limits.
  ExchangeMessage handle(const std::string& peer, const ExchangeMessage& message);
  void compare_sums(const ExchangeMessage& message, ExchangeMessage& answer) const;
  void name_unnamed(const ExchangeMessage& message, ExchangeMessage& answer) const;
  void add_record(const RecordHead& wanted, ExchangeMessage& answer) const;
  void tell_neighbours(const RecordHead& news, const std::string& except);
  void draw_neighbours();

  Runtime& runtime_;
  Logger log_;
  RecordTable& table_;
  ExchangeClient& client_;
  Signal changes_;
  Signal pending_;
  std::map<std::string, std::vector<RecordHead>> outbox_;  // by peer
  std::set<std::string> talking_;
  std::vector<std::string> neighbours_;
  std::size_t drawn_of_ = 0;  // so many peers
  Scope scope_{256};          // declared last: destroyed first
};

}  // namespace hanse::federation
