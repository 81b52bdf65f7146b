// Who may run an instance while it moves between two zones, in all states that there are: see
// docs/states/ownership.md, whose diagrams and tables are compared with what is found here.
#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include "migration/ownership_explorer_for_test.h"
#include "tests/support/state_diagram.h"

namespace hanse::migration {
namespace {

using ownership::Deviation;
using ownership::Explorer;

constexpr char kPage[] = "ownership.md";

const Explorer& explored() {
  static const Explorer kExplorer = [] {
    Explorer explorer;
    const auto wrong = explorer.run();
    CHECK_MESSAGE(!wrong, wrong.value_or(""));
    return explorer;
  }();
  return kExplorer;
}

// One line for each row that only one of the two has.
std::string difference(const std::set<std::string>& page, const std::set<std::string>& model) {
  std::string text;
  for (const std::string& row : page)
    if (!model.contains(row)) text += "\nonly on the page: " + row;
  for (const std::string& row : model)
    if (!page.contains(row)) text += "\nonly in the model: " + row;
  return text;
}

// The rows as they are written, but for the columns in prose.
std::set<std::string> page_rows(const std::string& heading, const std::set<std::size_t>& prose) {
  std::set<std::string> rows;
  for (const auto& cells : test::written_rows(kPage, heading)) {
    std::string row = "|";
    for (std::size_t column = 0; column < cells.size(); ++column)
      if (!prose.contains(column)) row += " " + cells[column] + " |";
    CHECK_MESSAGE(rows.insert(row).second, "twice: ", row);
  }
  return rows;
}

template <class Set>
std::string phase_words(const Set& phases) {
  std::vector<std::string_view> words;
  for (const auto& phase : phases) words.push_back(ownership::phase_word(phase));
  return fmt::format("{}", fmt::join(words, ", "));
}

template <class Set>
std::string step_words(const Set& before, const Set& after) {
  return before == after ? phase_words(before) : phase_words(before) + " → " + phase_words(after);
}

std::string said_words(ownership::Role who, std::optional<ownership::Phase> phase) {
  const auto said = explored().said().find({who, phase});
  if (said == explored().said().end()) return "–";
  std::vector<std::string_view> words;
  for (const ownership::Message message : said->second) words.push_back(ownership::word(message));
  return fmt::format("{}", fmt::join(words, ", "));
}

// Only the peer's word leads on from there.
bool waits_for_peer(ownership::Role who, std::optional<ownership::Phase> phase) {
  bool waits = false;
  for (const auto& [key, row] : explored().rows()) {
    if (key.who != who || key.phase != phase || !phase) continue;
    waits = std::all_of(row.needs.begin(), row.needs.end(), [](const std::string& need) {
      const auto& messages = ownership::all_messages();
      return std::any_of(messages.begin(), messages.end(),
                         [&](ownership::Message message) { return ownership::word(message) == need; });
    });
    if (!waits) return false;
  }
  return waits;
}

std::string waits_words(const ownership::Pair& pair) {
  std::vector<std::string_view> waits;
  if (waits_for_peer(ownership::Role::source, pair.first)) waits.emplace_back("source for target");
  if (waits_for_peer(ownership::Role::target, pair.second)) waits.emplace_back("target for source");
  return waits.empty() ? "–" : fmt::format("{}", fmt::join(waits, ", "));
}

TEST_CASE("in no state of a move two zones may run it, and each leads to an end with one owner") {
  CHECK(explored().size() > 10'000);
}

TEST_CASE("the states and steps of ownership are those of docs/states/ownership.md") {
  std::set<std::string> states;
  for (const auto& [pair, runners] : explored().runners()) {
    const ownership::State state{.source = pair.first, .target = pair.second};
    states.insert(fmt::format("| {} | {} | {} | {} | {} |", ownership::phase_word(pair.first),
                              ownership::phase_word(pair.second), ownership::owner_of(state),
                              fmt::join(runners, ", "), waits_words(pair)));
  }
  CHECK(difference(page_rows("## The states", {}), states) == "");

  std::set<std::string> steps;
  for (const auto& [key, row] : explored().rows()) {
    const bool of_source = key.who == ownership::Role::source;
    const auto after = of_source ? *row.source_after.begin() : *row.target_after.begin();
    steps.insert(fmt::format("| {} | {} | {} | {} | {} | {} |", key.event, of_source ? "source" : "target",
                             fmt::join(row.needs, ", "), step_words(row.source_before, row.source_after),
                             step_words(row.target_before, row.target_after), said_words(key.who, after)));
  }
  CHECK(difference(page_rows("## The steps", {5}), steps) == "");
}

TEST_CASE("the diagrams of docs/states/ownership.md show each message, and each change of the owner") {
  std::set<std::string> messages;
  for (const auto& [speaker, said] : explored().said()) {
    const bool of_source = speaker.first == ownership::Role::source;
    for (const ownership::Message message : said)
      messages.insert(
          fmt::format("{}: {}", of_source ? "source->>target" : "target->>source", ownership::word(message)));
  }
  CHECK(difference(test::drawn_arrows(kPage, "## The messages", "->>"), messages) == "");
  CHECK(difference(test::drawn_arrows(kPage, "## The idea"), explored().changes_of_owner()) == "");
}

TEST_CASE("each step of the production table happens in some state") {
  for (const Transition& transition : transfer_transitions()) {
    const bool happens = explored().rows().contains(
        {transition.role, transition.from, std::string(name_of(transition.event))});
    CHECK_MESSAGE(happens, name_of(transition.from), " with ", name_of(transition.event));
  }
}

TEST_CASE("a protocol that deviates is found wrong") {
  const std::pair<Deviation, std::string> expected[] = {
      {Deviation::resume_before_grant, "the target runs it before it has the grant on disk"},
      {Deviation::run_before_grant_is_durable, "the target runs it before it has the grant on disk"},
      {Deviation::start_after_lost_answer, "both may run it"},
      {Deviation::resume_after_commit, "the source runs it without right"},
      {Deviation::roll_back_after_commit, "the source takes back what it has given"},
      {Deviation::tell_before_commit_is_durable, "both may run it"},
      {Deviation::grant_is_said_once, "no end can be reached"},
      {Deviation::target_never_asks, "no end can be reached"},
      {Deviation::old_word_of_host, "no end can be reached"},
  };
  for (const auto& [deviation, found] : expected) {
    const std::string wrong = Explorer(deviation).run().value_or("nothing is found wrong");
    INFO(ownership::word(deviation), ": ", wrong);
    CHECK(wrong.starts_with(found + ":\n  "));
  }
}

}  // namespace
}  // namespace hanse::migration
