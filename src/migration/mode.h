// How an instance moves: live (the guest runs on), warm (its disks follow while it runs, then it is shut down
// and boots at the other side) or cold (it is stopped and stays so). Pure.
#pragma once

#include <string>

#include "base/result.h"
#include "model/transfer.h"

namespace hanse::migration {

struct ModeFacts {
  std::string instance;
  bool runs = false;           // by its host's word
  bool is_stopped = false;     // as it should be, by its host's word
  bool copy = false;           // of its disks alone; it stays as it is
  std::string new_sku;         // with which it boots at the target; empty: the one that it has
  std::string no_live_reason;  // against a live move, from what is known here; empty: none
};

struct ModeChoice {
  model::TransferMode mode = model::TransferMode::live;
  std::string reason;  // for people
};

// Errors: failed_precondition when the instance cannot move so now, with the remedy.
Result<ModeChoice> choose_mode(model::TransferMode asked, const ModeFacts& facts);

// A target's refusal of a live move that a warm one would not meet: it names the mode as what is wrong.
Error live_refusal(Code code, std::string message);
// The user leaves the mode open, and it was to be live.
bool may_turn_warm(model::TransferMode asked, model::TransferMode chosen);
// Whether such a move does for that refusal.
bool turns_warm(model::TransferMode asked, model::TransferMode chosen, const Error& refusal);
ModeChoice warm_instead(const std::string& reason);
void apply(ModeChoice choice, model::Transfer& transfer);

}  // namespace hanse::migration
