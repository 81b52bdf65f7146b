// What may happen next, one function for each that may do it; see ownership_model_for_test.h.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "migration/ownership_model_for_test.h"

namespace hanse::migration::ownership {

inline std::vector<Step> Steps::all() {
  source_decides();
  target_decides();
  requests_arrive();
  writes_land();
  source_speaks();
  target_speaks();
  source_host_acts();
  target_host_acts();
  users_cancel();
  zones_crash();
  messages_are_lost();
  return std::move(steps_);
}

// SourceTransfer::step(). Its coroutine writes one thing at a time.
inline void Steps::source_decides() {
  if (now_.source_writes) return;
  switch (now_.source) {
    case Phase::planned:
      decide_source(Event::plan_accepted, kItself);
      decide_source(Event::plan_refused, kItself, false);
      if (now_.cancel) decide_source(Event::cancel_requested, kUser);
      break;
    case Phase::preparing:
      if (now_.has(Message::ready)) decide_source(Event::target_ready, word(Message::ready));
      if (now_.has(Message::refused)) decide_source(Event::plan_refused, word(Message::refused));
      if (now_.has(Message::gave_up)) decide_source(Event::failed, word(Message::gave_up));
      decide_source(Event::failed, kItself, false);  // the deadline
      if (now_.cancel) decide_source(Event::cancel_requested, kUser);
      break;
    case Phase::sending:
      source_decides_in_sending();
      break;
    case Phase::committed:
      if (now_.has(Message::running)) decide_source(Event::target_running, word(Message::running));
      if (deviates(Deviation::roll_back_after_commit)) decide_source(Event::failed, kItself);
      break;
    case Phase::rolling_back:
      if (now_.has(Message::let_go))
        decide_source(now_.cancel ? Event::undone_by_user : Event::undone, word(Message::let_go));
      break;
    default:
      break;
  }
}

inline void Steps::source_decides_in_sending() {
  if (now_.source_order == HostOrder::send && now_.source_copy == Copy::paused)
    decide_source(Event::handed_over, kHost);
  // Without the keys of the streams, or with others than the target's host knows, the host must fail.
  decide_source(Event::failed, kHost, !now_.source_has_keys);
  decide_source(Event::failed, kItself, false);
  if (now_.cancel) decide_source(Event::cancel_requested, kUser);
}

// TargetTransfer::step().
inline void Steps::target_decides() {
  if (now_.target_writes || !now_.target) return;
  switch (*now_.target) {
    case Phase::preparing:
      if (now_.target_has_keys && now_.target_order == HostOrder::receive && now_.target_copy == Copy::open)
        decide_target(Event::target_ready, kHost);
      decide_target(Event::failed, now_.target_has_keys ? kHost : kItself, !now_.target_has_keys);
      break;
    case Phase::sending:
      if (now_.has(Message::committed)) decide_target(Event::grant_received, word(Message::committed));
      if (now_.has(Message::rolled_back)) decide_target(Event::failed, word(Message::rolled_back));
      if (deviates(Deviation::start_after_lost_answer)) decide_target(Event::grant_received, kItself);
      break;
    case Phase::granted:
      if (now_.target_order == HostOrder::run && now_.target_copy == Copy::runs)
        decide_target(Event::target_running, kHost);
      break;
    case Phase::rolling_back:
      if (now_.target_copy == Copy::none &&
          (now_.target_order == HostOrder::discard || deviates(Deviation::old_word_of_host)))
        decide_target(Event::undone, kHost);
      break;
    default:
      break;
  }
}

// TransferService::prepare_incoming(), grant_incoming(), abort_incoming(): whenever a request of the source,
// or a copy of it, comes.
inline void Steps::requests_arrive() {
  if (now_.has(Message::prepare)) prepare_arrives();
  if (now_.has(Message::abort)) abort_arrives();
  if (now_.has(Message::grant) && !now_.target_answers && now_.target_is(Phase::sending))
    answer(Event::grant_received, Message::grant);
}

// A target that knows the transfer already says how it stands; see target_speaks().
inline void Steps::prepare_arrives() {
  if (now_.target) return;
  State after = now_;
  after.target = Phase::preparing;
  after.target_has_keys = true;
  steps_.push_back({after, true, Role::target, "accepted", word(Message::prepare), ""});
  if (now_.source != Phase::preparing || now_.has(Message::refused)) return;
  after = now_;
  after.send(Message::refused);
  steps_.push_back({after, false, Role::target, "", "", word(Message::refused)});
}

inline void Steps::abort_arrives() {
  if (now_.target_may_run()) return;  // refused; the source never says it then
  const bool may_write = now_.target_is(Phase::preparing) || now_.target_is(Phase::sending);
  if (may_write && !now_.target_answers) answer(Event::failed, Message::abort);
  if (!may_write && now_.source == Phase::rolling_back) say(Role::target, Message::let_go);
}

// StoredRecord::advance(): the event is tried on what is on disk by now.
inline void Steps::writes_land() {
  if (now_.source_writes) {
    State after = now_;
    after.source_writes.reset();
    Result<Phase> next = next_phase(Role::source, now_.source, *now_.source_writes);
    if (deviates(Deviation::roll_back_after_commit) && now_.source_writes == Event::failed)
      next = Phase::rolling_back;
    if (next) {
      forget_answers(after, Role::source);
      after.source = *next;
    }
    if (deviates(Deviation::grant_is_said_once) && after.source == Phase::committed)
      after.send(Message::grant);
    steps_.push_back({after, true, Role::source, word(*now_.source_writes), "", ""});
  }
  for (const auto writer : {&State::target_writes, &State::target_answers}) {
    const std::optional<Event> event = now_.*writer;
    if (!event || !now_.target) continue;
    State after = now_;
    (after.*writer).reset();
    if (const auto next = next_phase(Role::target, *now_.target, *event)) {
      forget_answers(after, Role::target);
      after.target = *next;
    }
    steps_.push_back({after, true, Role::target, word(*event), "", ""});
  }
}

// What the source asks of the target, again and again, and what it answers to the target's question.
inline void Steps::source_speaks() {
  const bool hasty =
      deviates(Deviation::tell_before_commit_is_durable) && now_.source_writes == Event::handed_over;
  if (now_.source == Phase::preparing) say(Role::source, Message::prepare);
  const bool repeats = now_.source == Phase::committed && !deviates(Deviation::grant_is_said_once);
  if (repeats || hasty) say(Role::source, Message::grant);
  // SourceTransfer::roll_back(): only when the guest is back.
  const bool is_back = now_.source_order == HostOrder::roll_back && now_.source_copy == Copy::runs;
  if (now_.source == Phase::rolling_back && is_back) say(Role::source, Message::abort);

  const bool asks = !deviates(Deviation::grant_is_said_once) && !deviates(Deviation::target_never_asks);
  if (!now_.target_is(Phase::sending) || !asks) return;
  const Outcome outcome = outcome_of(now_.source);
  if (outcome == Outcome::committed) say(Role::source, Message::committed);
  if (outcome == Outcome::rolled_back) say(Role::source, Message::rolled_back);
}

// TransferService::view_of(), to the source while it asks.
inline void Steps::target_speaks() {
  if (!now_.target) return;
  const bool is_gone = now_.target_is(Phase::rolling_back) || now_.target_is(Phase::rolled_back);
  if (now_.source == Phase::preparing && now_.target_is(Phase::sending)) say(Role::target, Message::ready);
  if (now_.source == Phase::preparing && is_gone) say(Role::target, Message::gave_up);
  if (now_.source == Phase::committed && now_.target_is(Phase::completed))
    say(Role::target, Message::running);
}

// The order of SourceTransfer, or with none InstanceReconciler: run what is held, remove what has left.
inline std::optional<HostOrder> source_wants(Phase phase) {
  if (phase == Phase::sending) return HostOrder::send;
  if (phase == Phase::rolling_back) return HostOrder::roll_back;
  if (may_run(Role::source, phase)) return HostOrder::run;
  if (phase == Phase::completed) return HostOrder::remove;
  return std::nullopt;  // nothing new; what was handed over waits
}

inline void Steps::source_host_acts() {
  const std::optional<HostOrder> wanted = source_wants(now_.source);
  State after = now_;
  if (wanted && *wanted != now_.source_order) {
    after.source_order = *wanted;
    add(after);
  }
  after = now_;
  const bool connected = now_.target_order == HostOrder::receive && now_.target_copy == Copy::open;
  if (now_.source_order == HostOrder::send && now_.source_copy == Copy::runs && connected &&
      now_.source_has_keys) {
    after.source_copy = Copy::paused;
    after.target_copy = Copy::loaded;
    add(after);
  }
  after = now_;
  const bool resumes = now_.source_order == HostOrder::roll_back ||
                       (deviates(Deviation::resume_after_commit) && now_.source_order == HostOrder::send);
  if (resumes && now_.source_copy == Copy::paused) {
    after.source_copy = Copy::runs;
    add(after);
  }
  if (now_.source_order == HostOrder::remove && now_.source_copy != Copy::none) {
    after.source_copy = Copy::none;
    add(after);
  }
}

// The order of TargetTransfer, or with none InstanceReconciler, which tells the host nothing of an instance
// that is `incoming`.
inline std::optional<HostOrder> target_wants(const State& now, Deviation deviation) {
  if (!now.target) return std::nullopt;
  if (now.target_may_run()) return HostOrder::run;
  if (deviation == Deviation::run_before_grant_is_durable && now.target_answers == Event::grant_received)
    return HostOrder::run;
  const bool receives =
      now.target_is(Phase::sending) || (now.target_is(Phase::preparing) && now.target_has_keys);
  if (receives) return HostOrder::receive;
  if (now.target_is(Phase::rolling_back)) return HostOrder::discard;
  return std::nullopt;  // the instance is not on record any more
}

inline void Steps::target_host_acts() {
  State after = now_;
  const auto wanted = target_wants(now_, deviation_);
  if (wanted && *wanted != now_.target_order) {
    after.target_order = *wanted;
    add(after);
  }
  after = now_;
  const bool runs = now_.target_order == HostOrder::run ||
                    (deviates(Deviation::resume_before_grant) && now_.target_order == HostOrder::receive);
  if (now_.target_order == HostOrder::receive && now_.target_copy == Copy::none) {
    after.target_copy = Copy::open;
    add(after);
  } else if (runs && now_.target_copy == Copy::loaded) {
    after.target_copy = Copy::runs;
    add(after);
  } else if (now_.target_order == HostOrder::discard && now_.target_copy != Copy::none) {
    after.target_copy = Copy::none;
    add(after);
  }
}

// StoredRecord::request_cancel().
inline void Steps::users_cancel() {
  if (now_.cancel || now_.source == Phase::committed || model::is_end(now_.source)) return;
  State after = now_;
  after.cancel = true;
  add(after, false);
}

inline void Steps::zones_crash() {
  State after = now_;
  after.source_writes.reset();
  forget_answers(after, Role::source);
  // Its host has them once it has heard the order to send.
  const bool given = now_.source == Phase::sending && now_.source_order == HostOrder::send;
  const bool needed = now_.source == Phase::preparing || now_.source == Phase::sending;
  if (needed && !given && now_.target) after.source_has_keys = false;
  add(after, false);

  after = now_;
  after.target_writes.reset();
  after.target_answers.reset();
  forget_answers(after, Role::target);
  if (now_.target_is(Phase::preparing)) after.target_has_keys = false;
  add(after, false);
}

inline void Steps::messages_are_lost() {
  for (const Message message : all_messages()) {
    State after = now_;
    after.drop(message);
    if (now_.has(message)) add(after, false);
  }
}

}  // namespace hanse::migration::ownership
