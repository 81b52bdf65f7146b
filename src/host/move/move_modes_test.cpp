// Moves that are not live, and copies: what the two hosts do with the machine, and what reaches the target.
#include <doctest/doctest.h>

#include "host/move/moving_pair_for_test.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::MoveGoal;
using model::MoveState;
using test_support::chunk_filled;
using test_support::chunks_from;
using test_support::desired;
using ModePair = test_support::MovingPair;

model::MachineDesired in_mode(model::MachineDesired order, model::TransferMode mode) {
  order.move->mode = mode;
  return order;
}

TEST_CASE("a warm move brings the disks while the guest runs, shuts it down, and sends what it has changed") {
  ModePair hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 100);
  hosts.source.driver.changed_at_stop["d1"] = {{5, chunk_filled(120)}, {200, chunk_filled(121)}};
  hosts.source.want(desired(MachineGoal::running));
  hosts.target.want(in_mode(ModePair::order(MoveGoal::receive, 2, "t1"), model::TransferMode::warm));
  hosts.run(Seconds{10});
  hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::warm));
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.source.driver.calls() ==
        std::vector<std::string>{"start", "freeze_disks", "stop", "freeze_disks"});
  CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
  CHECK(hosts.target.driver.calls() == std::vector<std::string>{"prepare_incoming", "finish_incoming"});
  CHECK(hosts.sent() < 102 * 200);
  CHECK(hosts.saved() == 0);  // the last pass offers what has changed, and nothing else
  hosts.target.want(desired(MachineGoal::running, 2));
  hosts.run(Seconds{20});
  CHECK(hosts.target.machine->observed().power_state == model::PowerState::running);
}

// The target calls the disk otherwise.
model::MachineDesired copy_order(model::MachineDesired order) {
  order = in_mode(std::move(order), model::TransferMode::warm);
  if (order.move->goal == MoveGoal::send) order.move->copied_disks = std::vector<std::string>{"d1-there"};
  if (order.move->goal == MoveGoal::receive) order.machine.disks.front().uid = "d1-there";
  return order;
}

TEST_CASE("a copy leaves the machine running, with its disks one again, and brings what they had") {
  ModePair hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 100);
  hosts.source.want(desired(MachineGoal::running));
  hosts.target.want(copy_order(ModePair::order(MoveGoal::receive, 2, "t1")));
  hosts.run(Seconds{10});
  hosts.source.want(copy_order(ModePair::order(MoveGoal::send, 1, "t1")));
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.source.driver.calls() == std::vector<std::string>{"start", "freeze_disks", "cancel_outgoing"});
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::running);
  CHECK(hosts.target.driver.written["d1-there"] == hosts.source.driver.contents["d1"]);
  // An agent that is asked again does not send it again, and leaves nothing frozen.
  hosts.source.restart_agent();
  hosts.source.want(copy_order(ModePair::order(MoveGoal::send, 1, "t1")));
  hosts.run(Seconds{20});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.source.driver.calls_of("freeze_disks") == 1);
  CHECK(hosts.source.driver.calls_of("cancel_outgoing") == 2);
}

TEST_CASE("a warm move that fails after the shutdown is rolled back by starting the guest again") {
  ModePair hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 40);
  hosts.source.want(desired(MachineGoal::running));
  hosts.target.want(in_mode(ModePair::order(MoveGoal::receive, 2, "t1"), model::TransferMode::warm));
  hosts.run(Seconds{10});
  hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::warm));
  for (int step = 0; step < 100 && hosts.source.driver.calls_of("stop") == 0; ++step) hosts.run(Millis{200});
  hosts.source.driver.fail_next("freeze_disks", Error{Code::data_loss, "the disk is damaged"});
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::failed);
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::stopped);
  CHECK(hosts.target.driver.calls_of("finish_incoming") == 0);
  hosts.source.want(ModePair::order(MoveGoal::roll_back, 1, "t1"));
  hosts.run(Seconds{20});
  CHECK(hosts.source.move().state == MoveState::rolled_back);
  hosts.source.want(desired(MachineGoal::running));
  hosts.run(Seconds{20});
  CHECK(hosts.source.machine->observed().power_state == model::PowerState::running);
}

void check_end_of_cold_move(ModePair& hosts) {
  hosts.target.want(desired(MachineGoal::stopped, 2));
  hosts.run(Seconds{20});
  CHECK(hosts.target.machine->observed().power_state == model::PowerState::stopped);
  CHECK(hosts.target.machine->observed().epoch == Epoch{2});
  // An agent that restarts at the source says the same and does not disturb what is at the target now.
  hosts.source.restart_agent();
  hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::cold));
  hosts.run(Seconds{20});
  CHECK(hosts.source.move().state == MoveState::handed_over);
}

TEST_CASE("a cold move brings the disks of a machine that stays stopped") {
  ModePair hosts;
  hosts.source.driver.contents["d1"] = chunks_from(0, 40);
  hosts.source.driver.set_run_state("m1", RunState::stopped);
  hosts.target.want(in_mode(ModePair::order(MoveGoal::receive, 2, "t1"), model::TransferMode::cold));
  hosts.run(Seconds{10});
  hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::cold));
  hosts.run(Seconds{60});
  CHECK(hosts.source.move().state == MoveState::handed_over);
  CHECK(hosts.source.driver.calls() == std::vector<std::string>{"freeze_disks"});
  CHECK(hosts.at_target() == hosts.source.driver.contents["d1"]);
  check_end_of_cold_move(hosts);
  CHECK(hosts.source.driver.calls_of("freeze_disks") == 1);
}

TEST_CASE("a machine that was never made moves cold: there is nothing to send, and nothing to undo") {
  for (const bool undone : {false, true}) {
    ModePair hosts;
    hosts.target.want(in_mode(ModePair::order(MoveGoal::receive, 2, "t1"), model::TransferMode::cold));
    hosts.run(Seconds{10});
    hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::cold));
    hosts.run(Seconds{60});
    CHECK(hosts.source.move().state == MoveState::handed_over);
    CHECK(hosts.source.driver.calls().empty());
    CHECK(hosts.sent() == 0);
    if (undone) {
      hosts.source.want(ModePair::order(MoveGoal::roll_back, 1, "t1"));
      hosts.run(Seconds{20});
      CHECK(hosts.source.move().state == MoveState::rolled_back);
      CHECK_FALSE(hosts.source.machine->observed().exists);
      continue;
    }
    CHECK(hosts.at_target().empty());
    check_end_of_cold_move(hosts);
  }
}

TEST_CASE("a mode that the machine's state does not allow is refused by its host") {
  ModePair hosts;
  hosts.source.want(desired(MachineGoal::running));
  hosts.run(Seconds{10});
  hosts.source.want(in_mode(ModePair::order(MoveGoal::send, 1, "t1"), model::TransferMode::cold));
  hosts.run(Seconds{10});
  CHECK(hosts.source.move().state == MoveState::failed);
}

}  // namespace
}  // namespace hanse::host
