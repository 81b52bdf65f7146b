// Explorer: all states of the model of ownership that can be reached, breadth first, so that what is found
// wrong is told with a shortest history. It checks each state and each step, then that from each state a rest
// can be reached in which exactly one side has the instance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "migration/ownership_steps_for_test.h"

namespace hanse::migration::ownership {

using Pair = std::pair<Phase, std::optional<Phase>>;

inline std::string_view phase_word(std::optional<Phase> phase) {
  return phase ? name_of(*phase) : "nothing";
}

inline std::string_view owner_of(const State& state) {
  if (state.source_may_run()) return "source";
  return state.target_may_run() ? "target" : "nobody";
}

inline std::string_view runner_of(const State& state) {
  if (state.source_copy == Copy::runs) return "source";
  return state.target_copy == Copy::runs ? "target" : "nobody";
}

inline std::string describe(const State& state) {
  std::string text = fmt::format("source {} ({}), target {} ({})", phase_word(state.source),
                                 word(state.source_copy), phase_word(state.target), word(state.target_copy));
  if (state.source_writes) text += fmt::format(", source writes {}", name_of(*state.source_writes));
  for (const auto& event : {state.target_writes, state.target_answers})
    if (event) text += fmt::format(", target writes {}", name_of(*event));
  for (const Message message : all_messages())
    if (state.has(message)) text += fmt::format(", '{}' is on its way", word(message));
  return text;
}

// What may never be, or nothing.
inline std::optional<std::string> wrong_in(const State& state) {
  if (state.source_may_run() && state.target_may_run()) return "both may run it";
  if (state.source_copy == Copy::runs && state.target_copy == Copy::runs) return "both run it";
  if (state.source_copy == Copy::runs && !state.source_may_run()) return "the source runs it without right";
  if (state.target_copy == Copy::runs && !state.target_may_run())
    return "the target runs it before it has the grant on disk";
  const bool has_whole = state.target_copy == Copy::loaded || state.target_copy == Copy::runs;
  if (!state.source_may_run() && !has_whole) return "the source has committed and the target has no copy";
  if (state.source_copy == Copy::none && !state.target_may_run())
    return "the source has dropped its copy early";
  return std::nullopt;
}

inline std::optional<std::string> wrong_between(const State& before, const State& after) {
  if (!before.source_may_run() && after.source_may_run()) return "the source takes back what it has given";
  if (before.target_may_run() && !after.target_may_run()) return "the target loses what it was granted";
  return std::nullopt;
}

// Over, for both zones and both hosts.
inline bool is_rest(const State& state) {
  if (!model::is_end(state.source) || (state.target && !model::is_end(*state.target))) return false;
  if (state.source_writes || state.target_writes || state.target_answers) return false;
  if (state.source_may_run() == state.target_may_run()) return false;
  const Copy owner = state.source_may_run() ? state.source_copy : state.target_copy;
  const Copy other = state.source_may_run() ? state.target_copy : state.source_copy;
  return owner == Copy::runs && other == Copy::none;
}

// A row of the table of transitions.
struct Row {
  std::set<std::string> needs;
  std::set<Phase> source_before, source_after;
  std::set<std::optional<Phase>> target_before, target_after;
};
// Who, in which phase (of a target: none is "nothing"), decides or writes what.
struct RowKey {
  Role who;
  std::optional<Phase> phase;
  std::string event;
  auto operator<=>(const RowKey&) const = default;
};

class Explorer {
 public:
  explicit Explorer(Deviation deviation = Deviation::none) : deviation_(deviation) {}

  // What is wrong, with its history; nothing when all is well.
  std::optional<std::string> run();

  std::size_t size() const { return states_.size(); }
  const std::map<RowKey, Row>& rows() const { return rows_; }
  // Who runs it in a pair of phases, with right or without.
  const std::map<Pair, std::set<std::string>>& runners() const { return runners_; }
  // What a side says in that phase.
  const std::map<std::pair<Role, std::optional<Phase>>, std::set<Message>>& said() const { return said_; }
  // "owner --> owner: event", for the steps that change who may run it.
  const std::set<std::string>& changes_of_owner() const { return changes_of_owner_; }

 private:
  std::uint32_t number_of(const State& state, std::uint32_t parent);
  void note(const State& before, const Step& step);
  std::string history_of(std::uint32_t number) const;
  std::optional<std::string> find_dead_end() const;

  Deviation deviation_;
  std::vector<State> states_;
  std::vector<std::uint32_t> parents_;
  std::unordered_map<std::uint64_t, std::uint32_t> numbers_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> healing_;  // steps, by number: from, to
  std::map<Pair, std::set<std::string>> runners_;
  std::map<RowKey, Row> rows_;
  std::map<std::pair<Role, std::optional<Phase>>, std::set<Message>> said_;
  std::set<std::string> changes_of_owner_;
};

inline std::optional<std::string> Explorer::run() {
  number_of(State(), 0);
  for (std::uint32_t number = 0; number < states_.size(); ++number) {
    const State now = states_[number];
    if (const auto wrong = wrong_in(now)) return *wrong + history_of(number);
    runners_[{now.source, now.target}].emplace(runner_of(now));
    for (const Step& step : Steps(now, deviation_).all()) {
      const std::uint32_t next = number_of(step.after, number);
      if (const auto wrong = wrong_between(now, step.after)) return *wrong + history_of(next);
      if (next == number) continue;
      if (step.heals) healing_.emplace_back(number, next);
      if (deviation_ == Deviation::none) note(now, step);
    }
  }
  return find_dead_end();
}

inline std::uint32_t Explorer::number_of(const State& state, std::uint32_t parent) {
  const auto [entry, fresh] = numbers_.try_emplace(key_of(state), static_cast<std::uint32_t>(states_.size()));
  if (fresh) {
    states_.push_back(state);
    parents_.push_back(parent);
  }
  return entry->second;
}

inline void Explorer::note(const State& before, const Step& step) {
  const std::optional<Phase> phase = step.who == Role::source ? before.source : before.target;
  if (!step.says.empty()) {
    for (const Message message : all_messages())
      if (step.says == word(message)) said_[{step.who, phase}].insert(message);
  }
  if (step.event.empty()) return;
  const RowKey key{step.who, phase, std::string(step.event)};
  const bool lands = before.source != step.after.source || before.target != step.after.target;
  if (!lands && step.needs.empty()) return;  // a write that came too late
  Row& row = rows_[key];
  if (!step.needs.empty()) row.needs.emplace(step.needs);
  if (!lands) return;
  row.source_before.insert(before.source);
  row.source_after.insert(step.after.source);
  row.target_before.insert(before.target);
  row.target_after.insert(step.after.target);
  const std::string_view from = owner_of(before);
  const std::string_view to = owner_of(step.after);
  if (from != to) changes_of_owner_.insert(fmt::format("{} --> {}: {}", from, to, step.event));
}

inline std::string Explorer::history_of(std::uint32_t number) const {
  std::string history;
  for (std::string last; number != 0; number = parents_[number]) {
    const std::string line = "\n  " + describe(states_[number]);
    if (line != last) history.insert(0, line);
    last = line;
  }
  return ":" + history;
}

inline std::optional<std::string> Explorer::find_dead_end() const {
  std::vector<std::vector<std::uint32_t>> before(states_.size());
  for (const auto& [from, to] : healing_) before[to].push_back(from);
  std::vector<bool> good(states_.size());
  std::vector<std::uint32_t> open;
  for (std::uint32_t number = 0; number < states_.size(); ++number) {
    if (!is_rest(states_[number])) continue;
    good[number] = true;
    open.push_back(number);
  }
  while (!open.empty()) {
    const std::uint32_t number = open.back();
    open.pop_back();
    for (const std::uint32_t previous : before[number]) {
      if (good[previous]) continue;
      good[previous] = true;
      open.push_back(previous);
    }
  }
  for (std::uint32_t number = 0; number < states_.size(); ++number) {
    if (!good[number]) return "no end can be reached" + history_of(number);
  }
  return std::nullopt;
}

}  // namespace hanse::migration::ownership
