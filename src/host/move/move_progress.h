// What is told of a move while its bytes are sent: how much of it is done, how fast, and how long it will
// still take. Pure.
#pragma once

#include "base/units.h"
#include "host/driver.h"
#include "host/move/seed_sender.h"
#include "model/transfer.h"

namespace hanse::host {

struct MoveFigures {
  SeedFigures seed;
  CopyProgress disk;    // what was written since
  CopyProgress memory;  // before the hypervisor has counted it, all of it remains; of a move without: nothing
};

// `before`: when the step began, `in_step` ago. Each part is reckoned at the pace at which it goes: chunks
// that the target has already are settled at once. How long is left is not said while nothing tells how fast
// the link is for what is still to come.
model::TransferProgress progress_of(const MoveFigures& now, const SeedFigures& before,
                                    model::TransferStep step, Nanos in_step);

}  // namespace hanse::host
