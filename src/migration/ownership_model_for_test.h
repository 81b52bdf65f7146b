// The protocol of docs/states/ownership.md as a model: what the two zones, their hosts and the network may do
// next in a state of all of them. The zones step by the production table (transfer_machine.h) and answer by
// the production functions may_run() and outcome_of(); the rest says what the coroutines, the zone's answers
// to its peer and the hosts do, and where.
//
// A message on its way stays there, so it may come late, twice and in any order, until it is lost. A write is
// decided first and on disk later; a crash between the two undoes it.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "migration/ports.h"
#include "migration/transfer_machine.h"

namespace hanse::migration::ownership {

using Event = TransferEvent;
using Phase = model::TransferPhase;
using Role = model::TransferRole;

enum class Message {
  prepare,
  refused,
  ready,
  gave_up,
  grant,
  running,
  abort,
  let_go,
  committed,
  rolled_back
};
BOOST_DESCRIBE_ENUM(Message, prepare, refused, ready, gave_up, grant, running, abort, let_go, committed,
                    rolled_back)

inline const std::vector<Message>& all_messages() {
  static const std::vector<Message> kMessages = [] {
    std::vector<Message> messages;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Message>>(
        [&](auto described) { messages.push_back(described.value); });
    return messages;
  }();
  return kMessages;
}

// What a host was last told; it hears of a new order whenever it can.
enum class HostOrder { nothing, run, send, receive, roll_back, discard, remove };
enum class Copy { none, open, loaded, paused, runs };
BOOST_DESCRIBE_ENUM(Copy, none, open, loaded, paused, runs)

// Changes of the protocol that must be found wrong, or the checks prove nothing.
enum class Deviation {
  none,
  resume_before_grant,          // the target's host runs what is loaded
  run_before_grant_is_durable,  // it is told to when the grant has come, and is not on disk yet
  start_after_lost_answer,      // a target that hears nothing takes the source for committed
  resume_after_commit,          // a source's host that hears nothing runs the guest again
  roll_back_after_commit,       // a source that hears nothing takes the instance back
  tell_before_commit_is_durable,
  grant_is_said_once,  // and the target does not ask
  target_never_asks,   // but the grant is repeated
  old_word_of_host,    // a target takes for gone what its host, which has not heard yet, may still make
};
BOOST_DESCRIBE_ENUM(Deviation, none, resume_before_grant, run_before_grant_is_durable,
                    start_after_lost_answer, resume_after_commit, roll_back_after_commit,
                    tell_before_commit_is_durable, grant_is_said_once, target_never_asks, old_word_of_host)

struct State {
  // Durable.
  Phase source = Phase::planned;
  std::optional<Phase> target;  // none: it has no record
  bool cancel = false;
  // Lost in a crash: writes under way, and the keys of the streams.
  std::optional<Event> source_writes;
  std::optional<Event> target_writes;   // its coroutine
  std::optional<Event> target_answers;  // its answer to a request of the source
  bool source_has_keys = true;
  bool target_has_keys = false;
  // The hosts live on when their zone does not.
  HostOrder source_order = HostOrder::run;
  HostOrder target_order = HostOrder::nothing;
  Copy source_copy = Copy::runs;
  Copy target_copy = Copy::none;
  std::uint32_t messages = 0;  // bits: on their way

  bool has(Message message) const { return (messages >> static_cast<unsigned>(message) & 1U) != 0; }
  void send(Message message) { messages |= 1U << static_cast<unsigned>(message); }
  void drop(Message message) { messages &= ~(1U << static_cast<unsigned>(message)); }
  bool target_is(Phase phase) const { return target == phase; }
  bool source_may_run() const { return may_run(Role::source, source); }
  bool target_may_run() const { return target && may_run(Role::target, *target); }
};

// One number for one state.
inline std::uint64_t key_of(const State& state) {
  std::uint64_t key = 0;
  const auto add = [&key](std::uint64_t value, unsigned bits) { key = key << bits | value; };
  const auto event = [&add](std::optional<Event> value) {
    add(value ? static_cast<std::uint64_t>(*value) + 1 : 0, 4);
  };
  add(static_cast<std::uint64_t>(state.source), 4);
  add(state.target ? static_cast<std::uint64_t>(*state.target) + 1 : 0, 4);
  event(state.source_writes);
  event(state.target_writes);
  event(state.target_answers);
  for (const bool flag : {state.cancel, state.source_has_keys, state.target_has_keys}) add(flag ? 1 : 0, 1);
  for (const HostOrder order : {state.source_order, state.target_order})
    add(static_cast<std::uint64_t>(order), 3);
  for (const Copy copy : {state.source_copy, state.target_copy}) add(static_cast<std::uint64_t>(copy), 3);
  add(state.messages, 10);
  return key;
}

// Answers are heard only by who asked, while he waits for them.
inline void forget_answers(State& state, Role who) {
  constexpr std::array kToSource = {Message::refused, Message::ready, Message::gave_up, Message::running,
                                    Message::let_go};
  constexpr std::array kToTarget = {Message::committed, Message::rolled_back};
  if (who == Role::source) {
    for (const Message message : kToSource) state.drop(message);
  } else {
    for (const Message message : kToTarget) state.drop(message);
  }
}

struct Step {
  State after;
  // False: a fault, a failure or a wish; no transfer may need one in order to end.
  bool heals = true;
  Role who = Role::source;
  std::string_view event;  // that is decided, or on disk now
  std::string_view needs;  // what it is decided upon
  std::string_view says;   // the message that is sent
};

template <class Enum>
std::string_view word(Enum value) {
  return boost::describe::enum_to_string(value, "unknown");
}

// All steps out of one state.
class Steps {
 public:
  Steps(const State& now, Deviation deviation) : now_(now), deviation_(deviation) {}

  std::vector<Step> all();

 private:
  static constexpr std::string_view kItself = "itself";
  static constexpr std::string_view kUser = "its user";
  static constexpr std::string_view kHost = "its host";

  bool deviates(Deviation deviation) const { return deviation_ == deviation; }
  void add(const State& after, bool heals = true) { steps_.push_back({.after = after, .heals = heals}); }
  void decide_source(Event event, std::string_view needs, bool heals = true);
  void decide_target(Event event, std::string_view needs, bool heals = true);
  void answer(Event event, Message request);
  void say(Role who, Message message);

  void source_decides();
  void source_decides_in_sending();
  void target_decides();
  void requests_arrive();
  void prepare_arrives();
  void abort_arrives();
  void writes_land();
  void source_speaks();
  void target_speaks();
  void source_host_acts();
  void target_host_acts();
  void users_cancel();
  void zones_crash();
  void messages_are_lost();

  State now_;
  Deviation deviation_;
  std::vector<Step> steps_;
};

inline void Steps::decide_source(Event event, std::string_view needs, bool heals) {
  State after = now_;
  after.source_writes = event;
  steps_.push_back({after, heals, Role::source, word(event), needs, ""});
}

inline void Steps::decide_target(Event event, std::string_view needs, bool heals) {
  State after = now_;
  after.target_writes = event;
  steps_.push_back({after, heals, Role::target, word(event), needs, ""});
}

inline void Steps::answer(Event event, Message request) {
  State after = now_;
  after.target_answers = event;
  steps_.push_back({after, true, Role::target, word(event), word(request), ""});
}

inline void Steps::say(Role who, Message message) {
  if (now_.has(message)) return;
  State after = now_;
  after.send(message);
  steps_.push_back({after, true, who, "", "", word(message)});
}

}  // namespace hanse::migration::ownership
