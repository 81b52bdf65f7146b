#include "simulator/digests/message_size.h"

#include <fmt/format.h>

#include "base/json_mapping.h"

namespace hanse::simulator {
namespace {

// {"owner":"","kind":"digest","version":} less what varies.
constexpr std::size_t kHeadFrame = sizeof(R"({"owner":"","kind":"","version":})") - 1;
constexpr std::size_t kMessageFrame =
    sizeof(R"({"sums":[],"differing":[],"heads":[],"wanted":[],"records":[]})") - 1;
constexpr std::size_t kQuotes = 2;

std::size_t heads_bytes(const std::vector<federation::RecordHead>& heads) {
  std::size_t bytes = heads.empty() ? 0 : heads.size() - 1;  // commas
  for (const federation::RecordHead& head : heads) {
    const std::size_t kind = head.kind == federation::RecordKind::digest ? 6 : 4;
    bytes += kHeadFrame + head.owner.size() + kind + fmt::formatted_size("{}", head.version);
  }
  return bytes;
}

}  // namespace

std::size_t record_bytes(const federation::SignedRecord& record) {
  return json::dump(to_json(record)).size();
}

std::size_t message_bytes(const federation::ExchangeMessage& message, std::size_t record_bytes) {
  std::size_t bytes = kMessageFrame + heads_bytes(message.heads) + heads_bytes(message.wanted);
  for (const std::string& sum : message.sums) bytes += sum.size() + kQuotes + 1;
  if (!message.sums.empty()) --bytes;
  for (const std::int64_t bucket : message.differing) bytes += fmt::formatted_size("{}", bucket) + 1;
  if (!message.differing.empty()) --bytes;
  if (!message.records.empty()) bytes += message.records.size() * (record_bytes + 1) - 1;
  return bytes;
}

}  // namespace hanse::simulator
