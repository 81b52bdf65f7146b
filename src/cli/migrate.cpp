// hanse migrate: asks for a transfer, shows it until it ends, prints its report.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/progress_line.h"
#include "cli/resuming_watch.h"
#include "cli/show.h"
#include "cli/transfer_text.h"

namespace hanse::cli {
namespace {

Task<Status> cancel_transfer(Session session, MigrateOptions options) {
  HANSE_CO_TRY(const Kind* instances, find_kind("instance"));
  HANSE_CO_TRY(const Kind* transfers, find_kind("transfer"));
  HANSE_CO_TRY(const ApiAnswer instance,
               co_await session.api.call("GET", item_path(*instances, session.place, options.instance)));
  const std::string name = text_at(instance.body, "/status/transfer");
  if (name.empty()) {
    co_return fail(Code::failed_precondition, "'{}' is not being moved; see 'hanse get transfers'",
                   options.instance);
  }
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("POST", item_path(*transfers, session.place, name) + "/cancel"));
  show_outcome(session, *transfers, answer.body, "is being cancelled");
  co_return Status();
}

// Completes with the transfer's last state.
Task<Result<json::Value>> follow_transfer(Session session, std::string path, json::Value transfer) {
  ResumingWatch watch(session, path + "?watch=true");
  ProgressLine progress(session.terminal);
  while (!transfer_ended(transfer)) {
    progress.show(transfer_line(transfer), transfer_milestone(transfer));
    HANSE_CO_TRY(WatchEvent change, co_await watch.next());
    if (change.event == "put") transfer = std::move(change.data);
    if (change.event == "delete") {
      co_return fail(Code::not_found, "the record of the transfer was deleted; see 'hanse get instances'");
    }
  }
  co_return transfer;
}

}  // namespace

Task<Status> run_migrate(Session session, MigrateOptions options) {
  if (options.cancel) co_return co_await cancel_transfer(session, options);
  HANSE_CO_TRY(const Kind* kind, find_kind("transfer"));
  json::Object spec;
  spec["instance"] = options.instance;
  if (!options.target_zone.empty()) spec["targetZone"] = options.target_zone;
  if (!options.target_host.empty()) spec["host"] = options.target_host;
  spec["path"] = options.path;
  json::Object body;
  body["spec"] = spec;
  HANSE_CO_TRY(ApiAnswer answer,
               co_await session.api.call("POST", collection_path(*kind, session.place), body));
  if (options.no_wait) {
    show_outcome(session, *kind, answer.body, "created");
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
