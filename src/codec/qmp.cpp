#include "codec/qmp.h"

#include <boost/json.hpp>
#include <utility>

namespace hanse::codec {
namespace {

const json::Object* find_object(const json::Object& parent, std::string_view key) {
  const json::Value* found = parent.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

std::string find_text(const json::Object& parent, std::string_view key) {
  const json::Value* found = parent.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return std::string(found->get_string());
}

std::int64_t find_number(const json::Object& parent, std::string_view key, std::int64_t otherwise) {
  const json::Value* found = parent.if_contains(key);
  if (found == nullptr) return otherwise;
  boost::system::error_code not_a_number;
  const auto number = found->to_number<std::int64_t>(not_a_number);
  return not_a_number ? otherwise : number;
}

QmpGreeting read_greeting(const json::Object& greeting) {
  QmpGreeting out;
  if (const json::Object* version = find_object(greeting, "version")) {
    if (const json::Object* qemu = find_object(*version, "qemu")) {
      out.major = static_cast<int>(find_number(*qemu, "major", 0));
      out.minor = static_cast<int>(find_number(*qemu, "minor", 0));
      out.micro = static_cast<int>(find_number(*qemu, "micro", 0));
    }
  }
  const json::Value* capabilities = greeting.if_contains("capabilities");
  if (capabilities != nullptr && capabilities->is_array()) {
    for (const json::Value& name : capabilities->get_array()) out.out_of_band |= name == "oob";
  }
  return out;
}

// The year 2200; Nanos hold little more.
constexpr std::int64_t kLatestSecond = 7'258'118'400;
constexpr std::int64_t kMicrosInSecond = 1'000'000;

QmpEvent read_event(const json::Object& message) {
  QmpEvent event{.name = find_text(message, "event")};
  if (const json::Object* data = find_object(message, "data")) event.data = *data;
  if (const json::Object* stamp = find_object(message, "timestamp")) {
    const std::int64_t seconds = find_number(*stamp, "seconds", -1);
    const std::int64_t micros = find_number(*stamp, "microseconds", 0);
    const bool sane = seconds >= 0 && seconds < kLatestSecond && micros >= 0 && micros < kMicrosInSecond;
    if (sane) event.since_epoch = Seconds{seconds} + Micros{micros};
  }
  return event;
}

// QEMU's error classes say little; its text says what there is to say.
Code code_of(const json::Object& error) {
  const std::string kind = find_text(error, "class");
  if (kind == "CommandNotFound") return Code::unimplemented;
  if (kind == "DeviceNotFound") return Code::not_found;
  return Code::failed_precondition;
}

Result<QmpMessage> read_message(std::string_view line) {
  auto parsed = json::parse(line);
  if (!parsed || !parsed->is_object())
    return fail(Code::data_loss, "the hypervisor sent a line that is no JSON object");
  json::Object& message = parsed->get_object();
  if (const json::Object* greeting = find_object(message, "QMP")) return QmpMessage(read_greeting(*greeting));
  if (message.contains("event")) return QmpMessage(read_event(message));
  const auto id = static_cast<std::uint64_t>(find_number(message, "id", 0));
  if (const json::Object* error = find_object(message, "error"))
    return QmpMessage(QmpReply{id, fail(code_of(*error), "{}", find_text(*error, "desc"))});
  json::Value* result = message.if_contains("return");
  if (result == nullptr)
    return fail(Code::data_loss, "the hypervisor sent a message that is no greeting, reply or event");
  return QmpMessage(QmpReply{id, std::move(*result)});
}

}  // namespace

Status QmpDecoder::feed(std::string_view bytes, std::vector<QmpMessage>& out) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    partial_line_.append(bytes.substr(0, end));
    if (partial_line_.size() > kMaxQmpLine)
      return fail(Code::resource_exhausted, "the hypervisor sent a line of more than {} bytes", kMaxQmpLine);
    if (end == std::string_view::npos) return {};
    bytes.remove_prefix(end + 1);
    std::string line = std::exchange(partial_line_, {});
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    HANSE_TRY(auto message, read_message(line));
    out.push_back(std::move(message));
  }
  return {};
}

std::string encode_qmp_command(std::string_view command, json::Object arguments, std::uint64_t id,
                               QmpUrgency urgency) {
  json::Object message;
  message[urgency == QmpUrgency::out_of_band ? "exec-oob" : "execute"] = command;
  message["id"] = id;
  if (!arguments.empty()) message["arguments"] = std::move(arguments);
  return json::dump(message) + "\n";
}

}  // namespace hanse::codec
