// hanse snapshot: asks the zone, waits for what comes of it, and shows what there is.
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/progress_line.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/table.h"
#include "cli/text.h"
#include "model/compute.h"

namespace hanse::cli {
namespace {

using model::SnapshotState;

Result<model::InstanceStatus> status_of(const json::Value& instance) {
  const json::Value* status = find_at(instance, "/status");
  return json::from_json<model::InstanceStatus>(status == nullptr ? json::Value(json::Object()) : *status);
}

std::string state_text(const model::Snapshot& snapshot) {
  std::string text(boost::describe::enum_to_string(snapshot.state, ""));
  if (!snapshot.failure.empty()) text += ": " + snapshot.failure;
  return text;
}

Task<Status> list_snapshots(Session session, const json::Value& instance) {
  HANSE_CO_TRY(const model::InstanceStatus status, status_of(instance));
  if (is_for_programs(session.output)) {
    json::Array all;
    for (const model::Snapshot& snapshot : status.snapshots) all.push_back(to_json(snapshot));
    show_document(session, all);
    co_return Status();
  }
  Table table{{"NAME", "MEMORY", "SIZE", "CREATED", "STATE"}};
  for (const model::Snapshot& snapshot : status.snapshots) {
    const double mebibytes = static_cast<double>(snapshot.size.value) / (1 << 20);
    table.rows.push_back({snapshot.name, snapshot.memory ? "yes" : "no",
                          snapshot.size.value > 0 ? fmt::format("{:.1f} MiB", mebibytes) : "-",
                          snapshot.created_at, state_text(snapshot)});
  }
  session.terminal.print(printable(render(table), true));
  co_return Status();
}

// The newest stands first.
const model::Condition* find_restored(const model::InstanceStatus& status) {
  for (const model::Condition& condition : status.conditions) {
    if (condition.type == "Restored") return &condition;
  }
  return nullptr;
}

// `waited`: there was one that the zone has taken for cancelled, so what is told of it last is how it ended.
std::optional<Status> outcome_of_cancel(const SnapshotOptions& options, const model::InstanceStatus& status,
                                        bool waited) {
  if (status.restore && status.restore->cancelled) return std::nullopt;
  const model::Condition* restored = find_restored(status);
  const bool came_late = waited && restored != nullptr && restored->reason != model::kRestoreCancelled;
  if (!status.restore && !came_late) return Status();
  return fail(Code::failed_precondition,
              "the cancel came too late: the disks of instance '{}' were, or are, overwritten with snapshot "
              "'{}'; see 'hanse describe instance {}'",
              options.instance, options.name, options.instance);
}

// What became of it: nothing while it goes on.
std::optional<Status> outcome_of(const SnapshotOptions& options, const model::InstanceStatus& status,
                                 bool waited) {
  const model::Snapshot* snapshot = model::find_snapshot(status.snapshots, options.name);
  switch (options.action) {
    case SnapshotAction::create:
      if (snapshot == nullptr)
        return fail(Code::not_found, "snapshot '{}' was deleted meanwhile", options.name);
      if (snapshot->state == SnapshotState::pending) return std::nullopt;
      if (snapshot->state == SnapshotState::ready) return Status();
      return fail(Code::failed_precondition, "snapshot '{}' is {}; delete it and try again", options.name,
                  state_text(*snapshot));
    case SnapshotAction::restore: {
      if (status.restore) return std::nullopt;
      const model::Condition* restored = find_restored(status);
      if (restored == nullptr || restored->reason == "Restored") return Status();
      return fail(restored->reason == model::kRestoreCancelled ? Code::cancelled : Code::failed_precondition,
                  "instance '{}' is not what it was: {}", options.instance, restored->message);
    }
    case SnapshotAction::cancel_restore:
      return outcome_of_cancel(options, status, waited);
    default:
      if (snapshot == nullptr) return Status();
      return std::nullopt;
  }
}

// Completes with the instance as it is then.
Task<Result<json::Value>> wait_for_end(Session session, std::string path, SnapshotOptions options,
                                       json::Value instance, std::string_view progress_text) {
  ResumingWatch watch(session, path + "?watch=true");
  ProgressLine progress(session.terminal);
  for (bool waited = false;; waited = true) {
    HANSE_CO_TRY(const model::InstanceStatus status, status_of(instance));
    if (const std::optional<Status> outcome = outcome_of(options, status, waited)) {
      if (!*outcome) co_return fail(outcome->error());
      co_return instance;
    }
    const std::string reason = status.restore ? status.restore->reason.value_or("") : "";
    progress.show(fmt::format("{} '{}' of instance '{}'{}", progress_text, options.name, options.instance,
                              reason.empty() ? "" : ", which waits: " + reason),
                  reason.empty() ? "begun" : reason);
    HANSE_CO_TRY(WatchEvent change, co_await watch.next());
    if (change.event == "put") instance = std::move(change.data);
    if (change.event == "delete")
      co_return fail(Code::not_found, "instance '{}' was deleted meanwhile", options.instance);
  }
}

struct SnapshotWords {
  const char* method;
  const char* suffix;
  const char* progress;
  const char* done;
};

SnapshotWords words_of_action(SnapshotAction action) {
  if (action == SnapshotAction::create) return {"PUT", "", "taking snapshot", "has snapshot"};
  if (action == SnapshotAction::restore)
    return {"POST", "/restore", "bringing back snapshot", "is what it was in snapshot"};
  if (action == SnapshotAction::cancel_restore)
    return {"DELETE", "/restore", "cancelling the restore of snapshot",
            "is not being made what it was in snapshot"};
  return {"DELETE", "", "deleting snapshot", "has no snapshot"};
}

}  // namespace

Task<Status> run_snapshot(Session session, SnapshotOptions options) {
  HANSE_CO_TRY(const Kind* kind, find_kind("instance"));
  const std::string path = item_path(*kind, session.place, options.instance);
  if (options.action == SnapshotAction::list) {
    HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", path));
    co_return co_await list_snapshots(session, answer.body);
  }
  const SnapshotWords words = words_of_action(options.action);
  std::optional<json::Value> body;
  if (options.action == SnapshotAction::create) body = json::Object{{"memory", options.memory}};
  const std::string target = fmt::format("{}/snapshots/{}{}", path, options.name, words.suffix);
  HANSE_CO_TRY(ApiAnswer answer, co_await session.api.call(words.method, target, std::move(body)));
  json::Value instance = std::move(answer.body);
  if (!options.no_wait) {
    HANSE_CO_TRY(instance,
                 co_await wait_for_end(session, path, options, std::move(instance), words.progress));
  }
  const std::string outcome =
      options.no_wait ? "is asked for it" : fmt::format("{} '{}'", words.done, options.name);
  show_outcome(session, *kind, instance, outcome);
  co_return Status();
}

}  // namespace hanse::cli
