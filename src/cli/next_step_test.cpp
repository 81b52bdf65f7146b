#include "cli/next_step.h"

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/transfer.h"

namespace hanse::cli {
namespace {

using model::Transfer;
using model::TransferMode;
using model::TransferPhase;
using model::TransferRole;
using model::TransferStep;

Transfer between_zones(TransferRole role, TransferPhase phase) {
  Transfer transfer{.spec = {.instance = "web", .target_zone = "south"}};
  transfer.metadata.name = "t1";
  transfer.status.role = role;
  transfer.status.phase = phase;
  transfer.status.source_zone = "north";
  return transfer;
}

Transfer at_source(TransferPhase phase) {
  return between_zones(TransferRole::source, phase);
}

void says(const Transfer& transfer, std::string_view part) {
  const std::string next = next_step(to_json(transfer));
  INFO(next);
  CHECK(next.find(part) != std::string::npos);
}

TEST_CASE("each phase of each role has a sentence, and none ends in a period") {
  const std::map<TransferRole, std::vector<TransferPhase>> never = {
      {TransferRole::source, {TransferPhase::granted}},
      {TransferRole::target,
       {TransferPhase::planned, TransferPhase::committed, TransferPhase::cancelled, TransferPhase::refused}}};
  for (const auto& [role, missing] : never) {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<TransferPhase>>([&](auto phase) {
      for (const char* const waiting : {"", "south"}) {
        Transfer transfer = between_zones(role, phase.value);
        transfer.status.waiting_for = waiting;
        const std::string next = next_step(to_json(transfer));
        const bool exists = std::find(missing.begin(), missing.end(), phase.value) == missing.end();
        CHECK(next.empty() != exists);
        CHECK_FALSE(next.ends_with('.'));
      }
    });
  }
  CHECK(next_step(json::parse(R"({"status":{"phase":"dreaming"}})").value()).empty());
}

TEST_CASE("a target that does not answer has ten minutes before the commit point, and any time after it") {
  Transfer transfer = at_source(TransferPhase::preparing);
  says(transfer, "zone 'south' makes room");
  transfer.status.waiting_for = "south";
  says(transfer, "rolls back after ten minutes; bring zone 'south' back");
  says(transfer, "'hanse migrate web --cancel'");
  transfer.status.phase = TransferPhase::committed;
  says(transfer, "'web' belongs to zone 'south' now, which does not answer: bring zone 'south' back");
  says(transfer, "start the instance nowhere else");
  transfer.status.phase = TransferPhase::rolling_back;
  says(transfer, "'web' stays in zone 'north'");
  says(transfer, "nothing has to be done");
}

TEST_CASE("who waits for the host on its own side says so, and not that the other side is silent") {
  Transfer transfer = at_source(TransferPhase::sending);
  transfer.status.waiting_for = "rack-1";
  says(transfer, "host 'rack-1' is not connected: it goes on with the move");
  transfer.status.phase = TransferPhase::rolling_back;
  says(transfer, "host 'rack-1' is not connected, and makes 'web' again what it was in zone 'north'");
  transfer.spec.host = "h2";
  transfer.status.source_host = "rack-1";
  says(transfer, "host 'rack-1' is not connected, and makes 'web' again what it was on host 'rack-1'");
  Transfer target = between_zones(TransferRole::target, TransferPhase::granted);
  target.status.waiting_for = "rack-9";
  says(target, "'web' belongs here now, and host 'rack-9' is not connected");
  target.status.phase = TransferPhase::rolling_back;
  says(target, "what has come of it is removed when host 'rack-9' is connected");
}

TEST_CASE("what a move that sends comes to is said by its mode") {
  Transfer transfer = at_source(TransferPhase::sending);
  transfer.status.progress.step = TransferStep::memory;
  transfer.status.mode = TransferMode::live;
  says(transfer, "the guest runs on in zone 'north'");
  transfer.status.mode = TransferMode::warm;
  says(transfer, "is shut down when its disks are nearly there, and boots in zone 'south'");
  transfer.status.mode = TransferMode::cold;
  says(transfer, "it is in zone 'south', stopped");
  transfer.spec.copy = "web2";
  says(transfer, "'web' stays as it is");
  transfer.spec.copy.reset();
  transfer.status.progress.step = TransferStep::waiting;
  says(transfer, "rolls back after ten minutes without a sign of life");
  transfer.spec.limits.paused = true;
  says(transfer, "nothing is sent until 'hanse migrate web --resume'");
  transfer.status.cancel_requested = true;
  says(transfer, "it rolls back");
}

TEST_CASE("while memory follows its guest both hosts are needed, and the target can give it up") {
  Transfer source = at_source(TransferPhase::committed);
  says(source, "it cannot be cancelled any more");
  source.spec.streams.post_copy = true;
  says(source, "what it lacks of its memory follows; until that has come both hosts are needed");
  Transfer target = between_zones(TransferRole::target, TransferPhase::granted);
  says(target, "'web' belongs here now");
  target.status.waiting_for = "north";
  says(target, "'hanse restart web' gives that up and boots the guest from its disks");
}

TEST_CASE("within a zone it speaks of hosts") {
  Transfer transfer = at_source(TransferPhase::committed);
  transfer.spec.host = "h2";
  transfer.status.source_host = "h1";
  transfer.status.waiting_for = "h2";
  says(transfer, "belongs to host 'h2' now, which does not answer: bring host 'h2' back");
  transfer.status.phase = TransferPhase::rolling_back;
  says(transfer, "'web' stays on host 'h1'");
}

TEST_CASE("a target says whose word it waits for") {
  Transfer target = between_zones(TransferRole::target, TransferPhase::sending);
  says(target, "there the move is cancelled");
  target.status.waiting_for = "north";
  says(target, "bring zone 'north' back, and start the instance nowhere else");
}

TEST_CASE("what is held up is what waits, is paused or goes back") {
  const auto held = [](const Transfer& transfer) { return is_held_up(to_json(transfer)); };
  Transfer transfer = at_source(TransferPhase::sending);
  transfer.status.progress.step = TransferStep::disk;
  CHECK_FALSE(held(transfer));
  transfer.spec.limits.paused = true;
  CHECK(held(transfer));
  transfer.spec.limits.paused = false;
  transfer.status.progress.step = TransferStep::waiting;
  CHECK(held(transfer));
  CHECK(held(at_source(TransferPhase::rolling_back)));
  transfer = at_source(TransferPhase::committed);
  CHECK_FALSE(held(transfer));
  transfer.status.waiting_for = "south";
  CHECK(held(transfer));
}

TEST_CASE("what an instance is after a move that was undone depends on the mode") {
  Transfer transfer = at_source(TransferPhase::rolled_back);
  const auto stays = [&] { return what_stays(to_json(transfer)); };
  CHECK(stays() ==
        "'web' stays in zone 'north', where its guest runs on, or boots again if its hypervisor has ended "
        "meanwhile");
  transfer.status.mode = TransferMode::warm;
  CHECK(stays() == "'web' stays in zone 'north', where it runs, started again if it was shut down already");
  transfer.status.mode = TransferMode::cold;
  CHECK(stays() == "'web' stays in zone 'north', stopped as before");
  transfer.spec.copy = "web2";
  CHECK(stays() == "'web' stays in zone 'north' as it is, and there is no copy");
}

}  // namespace
}  // namespace hanse::cli
