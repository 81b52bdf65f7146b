#include "federation/record_exchange.h"

#include <algorithm>
#include <iterator>

#include "base/json_mapping.h"
#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::federation {
namespace {

// Sums, heads, what is wanted, records: a talk has at most these requests.
constexpr int kMaxTurns = 6;
constexpr std::size_t kMaxTalks = 32;
// Of one peer's news that it was not told yet; beyond, the comparison finds the rest.
constexpr std::size_t kMaxOutbox = 1'000;

Nanos between_rounds(Random& random) {
  const auto jitter =
      static_cast<std::int64_t>(random_below(random, static_cast<std::uint64_t>(kRound.count())));
  return kRound / 2 + Nanos(jitter);
}

// What one zone sends is no more than it would itself say, be it a request or an answer.
Status check_limits(const ExchangeMessage& message) {
  std::size_t bytes = 0;
  for (const SignedRecord& record : message.records) bytes += record.body.size();
  const bool fits = message.heads.size() <= kMaxHeadsInMessage &&
                    message.wanted.size() <= kMaxHeadsInMessage &&
                    message.records.size() <= kMaxRecordsInMessage && bytes <= kMaxMessageBytes &&
                    message.differing.size() <= RecordTable::kBuckets &&
                    (message.sums.empty() || message.sums.size() == RecordTable::kBuckets);
  if (fits) return {};
  return fail(Code::invalid_argument,
              "a message has at most {} heads, {} records of {} bytes together and {} sums; run the same "
              "version on both sides",
              kMaxHeadsInMessage, kMaxRecordsInMessage, kMaxMessageBytes, RecordTable::kBuckets);
}

}  // namespace

HANSE_DEFINE_JSON(ExchangeMessage)

RecordExchange::RecordExchange(Runtime& runtime, RecordTable& table, ExchangeClient& client)
    : runtime_(runtime),
      log_(runtime.log, "federation"),
      table_(table),
      client_(client),
      changes_(runtime.scheduler),
      pending_(runtime.scheduler) {}

Status RecordExchange::start() {
  if (!scope_.spawn(compare()) || !scope_.spawn(flush()))
    return fail(Code::internal, "the exchange of records cannot start");
  return {};
}

void RecordExchange::publish(SignedRecord record) {
  const RecordHead head{record.owner, record.kind, record.version};
  table_.put_own(std::move(record));
  changes_.notify();
  tell_neighbours(head, "");
}

void RecordExchange::draw_neighbours() {
  const std::vector<std::string>& peers = client_.peers();
  neighbours_.clear();
  drawn_of_ = peers.size();
  if (peers.empty()) return;
  const auto next =
      static_cast<std::size_t>(std::lower_bound(peers.begin(), peers.end(), table_.zone()) - peers.begin());
  std::set<std::size_t> drawn{next % peers.size(), (next + peers.size() - 1) % peers.size()};
  while (drawn.size() < std::min(kNeighbours, peers.size()))
    drawn.insert(random_below(runtime_.random, peers.size()));
  for (const std::size_t index : drawn) neighbours_.push_back(peers[index]);
}

void RecordExchange::tell_neighbours(const RecordHead& news, const std::string& except) {
  if (client_.peers().size() != drawn_of_) draw_neighbours();
  for (const std::string& peer : neighbours_) {
    if (peer == except || peer == news.owner) continue;
    std::vector<RecordHead>& box = outbox_[peer];
    if (box.size() < kMaxOutbox) box.push_back(news);
  }
  if (!outbox_.empty()) pending_.notify();
}

Task<void> RecordExchange::flush() {
  while (true) {
    const std::uint64_t seen = pending_.version();
    if (outbox_.empty()) co_await pending_.changed_since(seen);
    co_await sleep_for(runtime_.scheduler, kFlush);
    for (auto box = outbox_.begin(); box != outbox_.end();) {
      // One that is being talked to is told when that is over.
      if (talking_.contains(box->first) || talking_.size() >= kMaxTalks) {
        ++box;
        continue;
      }
      ExchangeMessage message{.heads = std::move(box->second)};
      std::string peer = box->first;
      box = outbox_.erase(box);
      if (!scope_.spawn(talk(std::move(peer), std::move(message)))) break;
    }
  }
}

Task<void> RecordExchange::compare() {
  for (int round = 1;; round = round % kRoundsOfNeighbours + 1) {
    co_await sleep_for(runtime_.scheduler, between_rounds(runtime_.random));
    const std::vector<std::string>& peers = client_.peers();
    if (round % kRoundsOfNeighbours == 0) draw_neighbours();
    if (peers.empty()) continue;
    const std::string peer = peers[random_below(runtime_.random, peers.size())];
    if (talking_.contains(peer) || talking_.size() >= kMaxTalks) continue;
    if (!scope_.spawn(talk(peer, ExchangeMessage{.sums = table_.bucket_sums()})))
      log_.debug("there are too many talks to begin one with '{}'", peer);
  }
}

Task<void> RecordExchange::talk(std::string peer, ExchangeMessage message) {
  talking_.insert(peer);
  for (int turn = 0; turn < kMaxTurns && !message.is_empty(); ++turn) {
    const Result<ExchangeMessage> answer = co_await client_.exchange(peer, std::move(message));
    if (!answer) {
      count_failure(peer, answer.error());
      if (kPlantedBug == PlantedBug::silent_peer_is_left_alone) co_return;
      break;
    }
    if (const Status fits = check_limits(*answer); !fits) {
      table_.refusals().add(Refusal::oversized_message, peer, "an answer", fits.error().message);
      break;
    }
    message = handle(peer, *answer);
  }
  talking_.erase(peer);
}

void RecordExchange::count_failure(const std::string& peer, const Error& error) {
  if (error.code == Code::data_loss) {
    table_.refusals().add(Refusal::unreadable_message, peer, "an answer", error.message);
  } else if (error.code == Code::out_of_range) {
    table_.refusals().add(Refusal::oversized_message, peer, "an answer", error.message);
  } else {
    log_.debug("zone '{}' was told nothing: {}", peer, error.message);
  }
}

Result<ExchangeMessage> RecordExchange::answer(const std::string& peer, const ExchangeMessage& message) {
  if (const Status fits = check_limits(message); !fits) {
    table_.refusals().add(Refusal::oversized_message, peer, "a message", fits.error().message);
    return fail(fits.error());
  }
  return handle(peer, message);
}

ExchangeMessage RecordExchange::handle(const std::string& peer, const ExchangeMessage& message) {
  ExchangeMessage answer;
  for (const SignedRecord& record : message.records) {
    if (table_.offer(record, peer) != RecordTable::Verdict::news) continue;
    changes_.notify();
    tell_neighbours({record.owner, record.kind, record.version}, peer);
  }
  for (const RecordHead& wanted : message.wanted) add_record(wanted, answer);
  for (const RecordHead& head : message.heads) {
    if (table_.is_wanted(head)) {
      if (answer.wanted.size() < kMaxRecordsInMessage) answer.wanted.push_back(head);
    } else if (head.version < table_.version_of(head.owner, head.kind)) {
      add_record(head, answer);
    }
  }
  name_unnamed(message, answer);
  compare_sums(message, answer);
  return answer;
}

void RecordExchange::add_record(const RecordHead& wanted, ExchangeMessage& answer) const {
  const SignedRecord* record = table_.find(wanted.owner, wanted.kind);
  if (record == nullptr || answer.records.size() >= kMaxRecordsInMessage) return;
  std::size_t bytes = record->body.size();
  for (const SignedRecord& other : answer.records) bytes += other.body.size();
  if (bytes <= kMaxMessageBytes) answer.records.push_back(*record);
}

void RecordExchange::compare_sums(const ExchangeMessage& message, ExchangeMessage& answer) const {
  if (message.sums.size() != RecordTable::kBuckets) return;
  const std::vector<std::string> sums = table_.bucket_sums();
  for (std::size_t bucket = 0; bucket < sums.size(); ++bucket) {
    if (sums[bucket] == message.sums[bucket]) continue;
    std::vector<RecordHead> heads = table_.heads_in(bucket);
    if (answer.heads.size() + heads.size() > kMaxHeadsInMessage) break;
    answer.differing.push_back(static_cast<std::int64_t>(bucket));
    std::move(heads.begin(), heads.end(), std::back_inserter(answer.heads));
  }
}

// In buckets that the sender has named all of: what it has not named, it does not have.
void RecordExchange::name_unnamed(const ExchangeMessage& message, ExchangeMessage& answer) const {
  for (const std::int64_t bucket : message.differing) {
    for (RecordHead& head : table_.heads_in(static_cast<std::size_t>(bucket))) {
      const bool named = std::any_of(
          message.heads.begin(), message.heads.end(),
          [&](const RecordHead& other) { return other.owner == head.owner && other.kind == head.kind; });
      if (!named && answer.heads.size() < kMaxHeadsInMessage) answer.heads.push_back(std::move(head));
    }
  }
}

}  // namespace hanse::federation
