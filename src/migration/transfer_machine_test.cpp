#include "migration/transfer_machine.h"

#include <doctest/doctest.h>
#include <set>
#include <string>

#include "tests/support/state_diagram.h"

namespace hanse::migration {
namespace {

using Event = TransferEvent;
using Phase = model::TransferPhase;
using Role = model::TransferRole;

std::set<std::string> drawn(const std::string& heading) {
  return test::drawn_arrows("transfer.md", heading);
}

std::set<std::string> coded(Role role) {
  std::set<std::string> lines;
  for (const Transition& row : transfer_transitions()) {
    if (row.role != role) continue;
    lines.insert(fmt::format("{} --> {}: {}", name_of(row.from), name_of(row.to), name_of(row.event)));
  }
  return lines;
}

TEST_CASE("the table is what docs/states/transfer.md draws") {
  REQUIRE_FALSE(drawn("## At the source").empty());
  CHECK(drawn("## At the source") == coded(Role::source));
  CHECK(drawn("## At the target") == coded(Role::target));
}

TEST_CASE("nothing leads out of an end, and nothing but success out of the commit point") {
  for (const Transition& row : transfer_transitions()) {
    CHECK_FALSE(model::is_end(row.from));
    if (row.from == Phase::committed || row.from == Phase::granted) CHECK(row.to == Phase::completed);
  }
}

TEST_CASE("the target is granted only by the source's word") {
  for (const Transition& row : transfer_transitions()) {
    if (row.to == Phase::granted) CHECK(row.event == Event::grant_received);
  }
}

TEST_CASE("an event that does not fit is an error with both names") {
  const auto result = next_phase(Role::source, Phase::committed, Event::cancel_requested);
  REQUIRE_FALSE(result);
  CHECK(result.error().message ==
        "a transfer that is committed at the source cannot take the event cancel_requested");
}

}  // namespace
}  // namespace hanse::migration
