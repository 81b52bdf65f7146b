// hanse migrate: asks for a transfer, shows it until it ends, prints its report; or changes the one under
// way.
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/next_step.h"
#include "cli/progress_line.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/text.h"
#include "cli/transfer_text.h"
#include "model/transfer_forecast.h"
#include "model/transfer_limits.h"

namespace hanse::cli {
namespace {

// Of the transfer that is under way: what is asked of it, and what the user reads then.
struct Wish {
  const char* action;
  std::optional<json::Value> body;
  const char* done;
};

// Nothing for a new transfer.
std::optional<Wish> wish_of(const MigrateOptions& options) {
  if (!options.target_zone.empty() || !options.target_host.empty()) return std::nullopt;
  if (options.cancel) return Wish{"/cancel", std::nullopt, "is being cancelled"};
  model::TransferLimitsChange change{.max_blackout_ms = options.max_blackout_ms};
  if (options.pause || options.resume) change.paused = options.pause;
  if (options.send.max_rate) change.max_rate = BytesPerSecond{*options.send.max_rate};
  const char* const done = options.pause ? "is paused" : options.resume ? "goes on" : "has new limits";
  return Wish{"/limits", to_json(change), done};
}

// What comes next, for people.
void show_next(Session session, const json::Value& transfer) {
  const std::string next = next_step(transfer);
  if (!is_for_programs(session.output) && !next.empty())
    session.terminal.print_error(printable("  next      " + next) + "\n");
}

Task<Status> change_transfer(Session session, std::string instance_name, Wish wish) {
  HANSE_CO_TRY(const Kind* instances, find_kind("instance"));
  HANSE_CO_TRY(const Kind* transfers, find_kind("transfer"));
  HANSE_CO_TRY(const ApiAnswer instance,
               co_await session.api.call("GET", item_path(*instances, session.place, instance_name)));
  const std::string name = text_at(instance.body, "/status/transfer");
  if (name.empty()) {
    co_return fail(Code::failed_precondition, "'{}' is not being moved; see 'hanse get transfers'",
                   instance_name);
  }
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("POST", item_path(*transfers, session.place, name) + wish.action,
                                         std::move(wish.body)));
  show_outcome(session, *transfers, answer.body, wish.done);
  show_next(session, answer.body);
  co_return Status();
}

Result<json::Object> spec_of(const MigrateOptions& options) {
  json::Object spec;
  spec["instance"] = options.instance;
  if (!options.target_zone.empty()) spec["targetZone"] = options.target_zone;
  if (!options.target_host.empty()) spec["host"] = options.target_host;
  spec["path"] = options.path;
  if (options.mode != "auto") spec["mode"] = options.mode;
  if (options.keep_source) spec["copy"] = options.copy_name.empty() ? options.instance : options.copy_name;
  if (!options.snapshot.empty()) spec["snapshot"] = options.snapshot;
  if (!options.sku.empty()) spec["sku"] = options.sku;
  const model::TransferLimits limits{.max_rate = max_rate_of(options.send),
                                     .max_blackout_ms = options.max_blackout_ms};
  if (limits != model::TransferLimits()) spec["limits"] = to_json(limits);
  const model::StreamOptions streams = streams_of(options.send);
  if (streams != model::StreamOptions()) spec["streams"] = to_json(streams);
  if (!options.deadline.empty()) {
    HANSE_TRY(const Seconds deadline, parse_duration(options.deadline));
    spec["deadlineSeconds"] = deadline.count();
  }
  return spec;
}

// Completes with the transfer's last state. Where it is held up a line says what comes next.
Task<Result<json::Value>> follow_transfer(Session session, std::string path, json::Value transfer) {
  ResumingWatch watch(session, path + "?watch=true");
  ProgressLine progress(session.terminal);
  std::string said;
  while (!transfer_ended(transfer)) {
    progress.show(transfer_line(transfer), transfer_milestone(transfer));
    const std::string next = is_held_up(transfer) ? next_step(transfer) : "";
    if (std::exchange(said, next) != next && !next.empty()) {
      progress.clear();
      show_next(session, transfer);
    }
    HANSE_CO_TRY(WatchEvent change, co_await watch.next());
    if (change.event == "put") transfer = std::move(change.data);
    if (change.event == "delete") {
      co_return fail(Code::not_found, "the record of the transfer was deleted; see 'hanse get instances'");
    }
  }
  co_return transfer;
}

Task<Status> show_forecast(Session session, MigrateOptions options, json::Object body) {
  HANSE_CO_TRY(const Kind* transfers, find_kind("transfer"));
  std::string path = collection_path(*transfers, session.place);
  path.replace(path.rfind('/'), std::string::npos, "/forecasts");
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("POST", path, std::move(body)));
  HANSE_CO_TRY(const auto forecast, json::from_json<model::TransferForecast>(answer.body));
  const std::string& target = options.target_host.empty() ? options.target_zone : options.target_host;
  if (is_for_programs(session.output)) {
    show_document(session, answer.body);
  } else if (forecast.obstacles.empty()) {
    session.terminal.print(
        printable(fmt::format("nothing stands against a move of {} to {}", options.instance, target)) + "\n");
    if (forecast.mode != model::TransferMode::automatic) {
      session.terminal.print(
          printable(fmt::format("  mode      {}: {}", boost::describe::enum_to_string(forecast.mode, ""),
                                forecast.mode_reason)) +
          "\n");
    }
    if (forecast.hardware) {
      session.terminal.print(
          printable(fmt::format("  hardware  it boots with machine type {} and CPU model {}",
                                forecast.hardware->machine_type, forecast.hardware->cpu_model)) +
          "\n");
    }
    if (forecast.figures) {
      session.terminal.print(forecast_text(to_json(*forecast.figures)));
    } else if (!forecast.unknown.empty()) {
      session.terminal.print(printable("  what it would take is not known: " + forecast.unknown) + "\n");
    }
  }
  if (forecast.obstacles.empty()) co_return Status();
  std::string reasons;
  for (const model::TransferObstacle& obstacle : forecast.obstacles)
    reasons += fmt::format("\n  zone {}: {}", obstacle.zone, obstacle.reason);
  co_return fail(Code::failed_precondition, "'{}' cannot move to '{}' now:{}", options.instance, target,
                 reasons);
}

}  // namespace

Task<Status> run_migrate(Session session, MigrateOptions options) {
  if (std::optional<Wish> wish = wish_of(options))
    co_return co_await change_transfer(session, options.instance, std::move(*wish));
  HANSE_CO_TRY(const Kind* kind, find_kind("transfer"));
  json::Object body;
  HANSE_CO_TRY(body["spec"], spec_of(options));
  if (options.dry_run) co_return co_await show_forecast(session, options, std::move(body));
  HANSE_CO_TRY(ApiAnswer answer,
               co_await session.api.call("POST", collection_path(*kind, session.place), body));
  if (options.no_wait) {
    show_outcome(session, *kind, answer.body, "created");
    show_next(session, answer.body);
    co_return Status();
  }
  const std::string name = text_at(answer.body, "/metadata/name");
  HANSE_CO_TRY(const json::Value transfer,
               co_await follow_transfer(session, item_path(*kind, session.place, name), answer.body));
  if (is_for_programs(session.output))
    show_one(session, *kind, transfer);
  else if (text_at(transfer, "/status/phase") == "completed")
    session.terminal.print(transfer_report(transfer));
  co_return transfer_outcome(transfer);
}

}  // namespace hanse::cli
