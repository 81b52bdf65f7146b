#include "migration/mode.h"

#include <algorithm>
#include <utility>

namespace hanse::migration {
namespace {

using model::TransferMode;

constexpr char kModePointer[] = "/mode";

Result<ModeChoice> choose_freely(const ModeFacts& facts) {
  if (facts.runs && !facts.new_sku.empty())
    return ModeChoice{TransferMode::warm, "it runs, and boots with SKU '" + facts.new_sku + "'"};
  if (facts.runs && facts.no_live_reason.empty()) return ModeChoice{TransferMode::live, "it runs"};
  if (facts.runs) return warm_instead(facts.no_live_reason);
  if (facts.is_stopped) return ModeChoice{TransferMode::cold, "it is stopped"};
  return fail(Code::failed_precondition,
              "instance '{0}' neither runs nor is stopped now; start it with 'hanse start {0}' or stop it, "
              "then move it",
              facts.instance);
}

// It runs on, and its copy boots; or both stay stopped.
Result<ModeChoice> choose_for_copy(const ModeFacts& facts) {
  if (facts.runs) return ModeChoice{TransferMode::warm, "its disks are copied while it runs; the copy boots"};
  if (facts.is_stopped) return ModeChoice{TransferMode::cold, "it is stopped, and so is its copy"};
  return choose_freely(facts);
}

}  // namespace

Result<ModeChoice> choose_mode(TransferMode asked, const ModeFacts& facts) {
  if (facts.copy) return choose_for_copy(facts);
  if (asked == TransferMode::automatic) return choose_freely(facts);
  const ModeChoice as_asked{asked, "it was asked for"};
  if (asked == TransferMode::cold) {
    if (facts.is_stopped) return as_asked;
    return fail(
        Code::failed_precondition,
        "instance '{0}' is not stopped, so it cannot move cold; stop it with 'hanse stop {0}', or move "
        "it warm",
        facts.instance);
  }
  if (!facts.runs)
    return fail(Code::failed_precondition,
                "instance '{0}' does not run; start it with 'hanse start {0}', or move it cold",
                facts.instance);
  if (asked == TransferMode::live && !facts.no_live_reason.empty())
    return fail(Code::failed_precondition, "{}; or move it warm", facts.no_live_reason);
  return as_asked;
}

Error live_refusal(Code code, std::string message) {
  return {code, std::move(message), {{kModePointer, ""}}};
}

bool may_turn_warm(TransferMode asked, TransferMode chosen) {
  return asked == TransferMode::automatic && chosen == TransferMode::live;
}

bool turns_warm(TransferMode asked, TransferMode chosen, const Error& refusal) {
  const auto names_mode = [](const ErrorSource& source) { return source.pointer == kModePointer; };
  return may_turn_warm(asked, chosen) &&
         std::any_of(refusal.sources.begin(), refusal.sources.end(), names_mode);
}

ModeChoice warm_instead(const std::string& reason) {
  return {TransferMode::warm, "it runs, but " + reason};
}

void apply(ModeChoice choice, model::Transfer& transfer) {
  transfer.status.mode = choice.mode;
  transfer.status.mode_reason = std::move(choice.reason);
}

}  // namespace hanse::migration
