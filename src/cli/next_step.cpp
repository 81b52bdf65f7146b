#include "cli/next_step.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <string_view>

#include "cli/json_lookup.h"

namespace hanse::cli {
namespace {

using boost::json::value;

// What the sentences are about.
struct Facts {
  explicit Facts(const value& transfer)
      : instance(text_at(transfer, "/spec/instance")),
        copy(text_at(transfer, "/spec/copy")),
        phase(text_at(transfer, "/status/phase")),
        mode(text_at(transfer, "/status/mode")),
        step(text_at(transfer, "/status/progress/step")),
        is_target(text_at(transfer, "/status/role") == "target"),
        within_zone(!text_at(transfer, "/spec/host").empty()),
        paused(text_at(transfer, "/spec/limits/paused") == "true"),
        cancelled(text_at(transfer, "/status/cancelRequested") == "true"),
        post_copy(text_at(transfer, "/spec/streams/postCopy") == "true"),
        waits_for(text_at(transfer, "/status/waitingFor")),
        source_name(text_at(transfer, within_zone ? "/status/sourceHost" : "/status/sourceZone")),
        target_name(text_at(transfer, within_zone ? "/spec/host" : "/spec/targetZone")),
        source(fmt::format("{} '{}'", within_zone ? "host" : "zone", source_name)),
        target(fmt::format("{} '{}'", within_zone ? "host" : "zone", target_name)),
        in_source((within_zone ? "on " : "in ") + source),
        in_target((within_zone ? "on " : "in ") + target),
        cancel(fmt::format("'hanse migrate {} --cancel'", instance)) {}

  bool is_copy() const { return !copy.empty(); }
  bool waits() const { return !waits_for.empty(); }
  // For the host on this side, and not for the other side's word.
  bool lacks_own_host() const { return waits() && waits_for != (is_target ? source_name : target_name); }

  std::string instance;
  std::string copy;
  std::string phase;
  std::string mode;
  std::string step;
  bool is_target;
  bool within_zone;
  bool paused;
  bool cancelled;
  bool post_copy;
  std::string waits_for;  // a zone or a host
  std::string source_name;
  std::string target_name;
  std::string source;  // "zone 'a'"
  std::string target;
  std::string in_source;  // "in zone 'a'"
  std::string in_target;
  std::string cancel;
};

std::string while_preparing(const Facts& facts) {
  if (facts.waits())
    return fmt::format(
        "{0} does not answer: it is asked again, and the move rolls back after ten minutes; bring {0} back, "
        "or end the move with {1}",
        facts.target, facts.cancel);
  return fmt::format(
      "{} makes room and fetches what it lacks of the image, then the disks are sent; {} ends "
      "the move",
      facts.target, facts.cancel);
}

std::string until_switch(const Facts& facts) {
  if (facts.is_copy())
    return fmt::format("when all of its disks is there the copy is made {}, and '{}' stays as it is",
                       facts.in_target, facts.instance);
  if (facts.mode == "cold") return fmt::format("when its disks are there it is {}, stopped", facts.in_target);
  if (facts.mode == "warm")
    return fmt::format("the guest is shut down when its disks are nearly there, and boots {}",
                       facts.in_target);
  return fmt::format(
      "the guest runs on {} until little is left to be sent, then it stands still for the switch and goes "
      "on {}",
      facts.in_source, facts.in_target);
}

std::string while_sending(const Facts& facts) {
  if (facts.lacks_own_host())
    return fmt::format(
        "host '{}' is not connected: it goes on with the move, and only when it is back can the instance "
        "change hands; see 'hanse describe host {}', and {} ends the move",
        facts.waits_for, facts.waits_for, facts.cancel);
  if (facts.paused)
    return fmt::format("nothing is sent until 'hanse migrate {} --resume'; {} ends the move", facts.instance,
                       facts.cancel);
  if (facts.step == "waiting")
    return fmt::format(
        "the target's host does not answer: the move goes on by itself when it does, and rolls back after "
        "ten minutes without a sign of life; {} ends it at once",
        facts.cancel);
  return fmt::format("{}; {} ends the move", until_switch(facts), facts.cancel);
}

std::string after_commit(const Facts& facts) {
  const std::string what = facts.is_copy() ? "the copy" : fmt::format("'{}'", facts.instance);
  if (facts.waits())
    return fmt::format(
        "{0} belongs to {1} now, which does not answer: bring {1} back, the rest follows by itself{2}", what,
        facts.target, facts.is_copy() ? "" : ", and start the instance nowhere else");
  if (facts.post_copy && facts.mode == "live")
    return fmt::format(
        "the guest goes on {}, and what it lacks of its memory follows; until that has come both hosts are "
        "needed",
        facts.in_target);
  return fmt::format("{} belongs to {} now, and {} there; it cannot be cancelled any more", what,
                     facts.target, facts.mode == "cold" ? "stays stopped" : "is started");
}

std::string going_back(const Facts& facts) {
  if (facts.lacks_own_host())
    return fmt::format(
        "host '{}' is not connected, and makes '{}' again what it was {} when it is back: see 'hanse "
        "describe "
        "host {}'",
        facts.waits_for, facts.instance, facts.in_source, facts.waits_for);
  if (facts.waits())
    return fmt::format(
        "'{}' stays {}, and is what it was; {} has not heard of it and is told when it is back: nothing has "
        "to be done",
        facts.instance, facts.in_source, facts.target);
  return fmt::format("the host of '{}' makes it again what it was {}", facts.instance, facts.in_source);
}

std::string after_end(const Facts& facts) {
  if (facts.phase == "completed") {
    if (facts.within_zone)
      return fmt::format("nothing is left to do: '{}' is {}", facts.instance, facts.in_target);
    return fmt::format("'{}' is {}; use the context of that zone",
                       facts.is_copy() ? facts.copy : facts.instance, facts.in_target);
  }
  if (facts.phase == "refused")
    return "mend what stands against it and give the same command again; with --dry-run it says what still "
           "does";
  return "the same command begins anew, and sends only what the target's host has not kept";
}

std::string at_source(const Facts& facts) {
  const bool is_open = facts.phase == "planned" || facts.phase == "preparing" || facts.phase == "sending";
  if (is_open && facts.cancelled)
    return fmt::format("it rolls back, and '{}' stays {}", facts.instance, facts.in_source);
  if (facts.phase == "planned")
    return fmt::format("it is checked, and {} is asked to prepare; {} ends the move", facts.target,
                       facts.cancel);
  if (facts.phase == "preparing") return while_preparing(facts);
  if (facts.phase == "sending") return while_sending(facts);
  if (facts.phase == "committed") return after_commit(facts);
  if (facts.phase == "rollingBack") return going_back(facts);
  const bool ended = facts.phase == "completed" || facts.phase == "rolledBack" ||
                     facts.phase == "cancelled" || facts.phase == "refused";
  return ended ? after_end(facts) : "";
}

std::string at_target(const Facts& facts) {
  const std::string& name = facts.is_copy() ? facts.copy : facts.instance;
  if (facts.phase == "preparing")
    return fmt::format("room is held and the image fetched, then {} sends; the move is cancelled there",
                       facts.source);
  if (facts.phase == "sending" && facts.waits())
    return fmt::format(
        "{0} has not said whether it has given the instance away, and is asked until it does: bring {0} "
        "back, and start the instance nowhere else",
        facts.source);
  if (facts.phase == "sending")
    return fmt::format(
        "what {} sends comes in; the instance stays there until it is given away, and there the move is "
        "cancelled",
        facts.source);
  if (facts.phase == "granted" && facts.lacks_own_host())
    return fmt::format(
        "'{0}' belongs here now, and host '{1}' is not connected: it makes it what it is to be when it is "
        "back; see 'hanse describe host {1}'",
        name, facts.waits_for);
  if (facts.phase == "granted" && facts.waits())
    return fmt::format(
        "some of the guest's memory, or all of its state, is still {}: it follows by itself when the "
        "hosts reach each other; 'hanse restart {}' gives that up and boots the guest from its disks",
        facts.in_source, name);
  if (facts.phase == "granted")
    return fmt::format(
        "'{0}' belongs here now, and its host makes it what it is to be; if that takes long see "
        "'hanse describe instance {0}'",
        name);
  if (facts.phase == "completed") return fmt::format("nothing is left to do: '{}' is here", name);
  if (facts.phase == "rollingBack" && facts.lacks_own_host())
    return fmt::format("'{}' stays {}; what has come of it is removed when host '{}' is connected",
                       facts.instance, facts.in_source, facts.waits_for);
  if (facts.phase == "rollingBack")
    return fmt::format("'{}' stays {}, and what has come of it is removed here", facts.instance,
                       facts.in_source);
  return facts.phase == "rolledBack"
             ? fmt::format("'{}' stays {}, and nothing of it is left here", facts.instance, facts.in_source)
             : "";
}

}  // namespace

std::string next_step(const value& transfer) {
  const Facts facts(transfer);
  return facts.is_target ? at_target(facts) : at_source(facts);
}

bool is_held_up(const value& transfer) {
  const Facts facts(transfer);
  if (facts.waits() || facts.phase == "rollingBack") return true;
  return facts.phase == "sending" && (facts.paused || facts.step == "waiting");
}

std::string what_stays(const value& transfer) {
  const Facts facts(transfer);
  const std::string stays = fmt::format("'{}' stays {}", facts.instance, facts.in_source);
  if (facts.is_copy()) return stays + " as it is, and there is no copy";
  if (facts.mode == "cold") return stays + ", stopped as before";
  if (facts.mode == "warm") return stays + ", where it runs, started again if it was shut down already";
  return stays + ", where its guest runs on, or boots again if its hypervisor has ended meanwhile";
}

}  // namespace hanse::cli
