// hanse delete: one resource by name, or all that manifests declare, last first.
#include <algorithm>
#include <boost/json.hpp>

#include "cli/commands.h"
#include "cli/manifest_files.h"
#include "runtime/sleep.h"

namespace hanse::cli {
namespace {

constexpr Nanos kPollInterval = Millis{500};
constexpr int kMaxPolls = 1200;  // ten minutes

struct Target {
  const Kind* kind = nullptr;
  std::string name;
  std::string path;
};

Task<Status> wait_until_gone(Session session, Target target) {
  for (int poll = 0; poll < kMaxPolls; ++poll) {
    const Result<ApiAnswer> answer = co_await session.api.call("GET", target.path);
    if (!answer && answer.error().code == Code::not_found) co_return Status();
    if (!answer && answer.error().code != Code::unavailable) co_return fail(answer.error());
    co_await sleep_for(session.scheduler, kPollInterval);
  }
  co_return fail(Code::deadline_exceeded,
                 "{} '{}' is still there after ten minutes; see 'hanse describe {} {}'",
                 target.kind->singular, target.name, target.kind->singular, target.name);
}

Task<Status> delete_one(Session session, Target target, bool wait, bool may_be_missing) {
  const Result<ApiAnswer> answer = co_await session.api.call("DELETE", target.path);
  if (!answer && may_be_missing && answer.error().code == Code::not_found) {
    session.terminal.print(fmt::format("{}/{} was not there\n", target.kind->singular, target.name));
    co_return Status();
  }
  if (!answer) co_return fail(answer.error());
  constexpr int kAccepted = 202;
  if (wait) HANSE_CO_CHECK(co_await wait_until_gone(session, target));
  session.terminal.print(fmt::format("{}/{} {}\n", target.kind->singular, target.name,
                                     wait || answer->status != kAccepted ? "deleted" : "is being deleted"));
  co_return Status();
}

}  // namespace

Task<Status> run_delete(Session session, DeleteOptions options) {
  std::vector<Target> targets;
  const bool by_file = !options.files.empty();
  if (by_file) {
    HANSE_CO_TRY(std::vector<ManifestDocument> documents,
                 co_await read_manifest_files(session, options.files));
    for (const ManifestDocument& document : documents) {
      targets.push_back(
          {document.kind, document.name, item_path(*document.kind, document.place, document.name)});
    }
    std::reverse(targets.begin(), targets.end());
  } else {
    HANSE_CO_TRY(const Kind* kind, find_kind(options.kind));
    targets.push_back({kind, options.name, item_path(*kind, session.place, options.name)});
  }
  // With --wait each is gone before the next is asked to go: what refers to it must leave first.
  for (const Target& target : targets) {
    HANSE_CO_CHECK(co_await delete_one(session, target, options.wait, by_file));
  }
  co_return Status();
}

}  // namespace hanse::cli
