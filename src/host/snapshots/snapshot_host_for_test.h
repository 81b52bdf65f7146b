// A host with one machine that runs, of which snapshots are taken and restored.
#pragma once

#include <string>
#include <utility>

#include "host/move/moving_pair_for_test.h"

namespace hanse::host::test_support {

inline model::MachineDesired with_snapshot(model::MachineDesired wanted,
                                           model::SnapshotGoal goal = model::SnapshotGoal::take,
                                           bool memory = false) {
  wanted.snapshots = {{.uid = "s1", .memory = memory, .goal = goal}};
  return wanted;
}

inline model::MachineDesired with_wish(model::MachineDesired wanted, const std::string& id = "w1") {
  wanted = with_snapshot(std::move(wanted), model::SnapshotGoal::keep);
  wanted.restore = model::SnapshotRestore{.id = id, .snapshot = "s1"};
  return wanted;
}

inline model::MachineDesired with_cancelled_wish(model::MachineDesired wanted) {
  wanted = with_wish(std::move(wanted));
  wanted.restore->cancelled = true;
  return wanted;
}

struct SnapshotHost {
  MovingPair pair;
  HostSide& host = pair.source;

  SnapshotHost() {
    host.driver.contents["d1"] = chunks_from(0, 40);
    host.want(desired(model::MachineGoal::running));
    pair.run(Seconds{10});
  }
  void want(model::MachineDesired wanted) {
    host.want(std::move(wanted));
    pair.run(Seconds{100});
  }
  model::SnapshotObserved seen() const {
    const auto all = host.machine->observed().snapshots;
    return all.empty() ? model::SnapshotObserved() : all.front();
  }
};

}  // namespace hanse::host::test_support
