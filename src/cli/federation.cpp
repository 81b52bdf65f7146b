// hanse federation invite, join, ls, show, policy, leave, rotate. An invitation and a policy are all that is
// on standard output, so that they can go into a file.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/show.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

constexpr char kFederation[] = "/providers/hanse.federation/v1";
constexpr Bytes kInputLimit{1 << 20};

std::string federation_path(std::string_view what) {
  return fmt::format("{}/{}", kFederation, what);
}

Task<Result<std::string>> text_of_file(Session session, std::string file) {
  if (file == "-") co_return co_await session.terminal.read_input(kInputLimit);
  co_return co_await session.files.read(file, kInputLimit);
}

// Under this name for people, the whole answer for programs.
void print_text(Session session, const json::Value& answer, std::string_view pointer) {
  if (is_for_programs(session.output)) {
    session.terminal.print(json::dump_pretty(answer) + "\n");
  } else {
    const std::string text = printable(text_at(answer, pointer), true);
    session.terminal.print(text.empty() || text.ends_with('\n') ? text : text + "\n");
  }
}

}  // namespace

Task<Status> run_invite(Session session, InviteOptions options) {
  HANSE_CO_TRY(const Seconds expires, parse_duration(options.expires));
  json::Object body;
  body["expiresInSeconds"] = expires.count();
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call("POST", federation_path("invitations"), body));
  print_text(session, answer.body, "/token");
  if (session.terminal.shows_progress()) {
    session.terminal.print_error(
        fmt::format("good for {}, once; in the other zone run 'hanse federation join -' and paste it\n",
                    age_text(expires)));
  }
  co_return Status();
}

Task<Status> run_join(Session session, JoinOptions options) {
  std::string invitation = std::move(options.invitation);
  if (invitation == "-") {
    HANSE_CO_TRY(invitation, co_await session.terminal.read_input(kInputLimit));
  }
  json::Object body;
  body["token"] = invitation;
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("POST", federation_path("joins"), body));
  HANSE_CO_TRY(const Kind* kind, find_kind("peer"));
  const bool active = text_at(answer.body, "/status/state") == "active";
  show_outcome(session, *kind, answer.body,
               active ? "is a peer now" : "has not answered yet; this zone keeps asking it");
  co_return Status();
}

Task<Status> run_peer_list(Session session) {
  co_return co_await run_get(session, GetOptions{.kind = "peers"});
}

Task<Status> run_peer_show(Session session, PeerShowOptions options) {
  co_return co_await run_describe(session, DescribeOptions{.kind = "peer", .name = options.zone});
}

Task<Status> run_policy(Session session, PolicyOptions options) {
  if (options.file.empty()) {
    HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", federation_path("policy")));
    if (text_at(answer.body, "/text").empty() && !is_for_programs(session.output)) {
      session.terminal.print_error(
          "there is no policy: peers may place nothing here; give a file to 'hanse federation policy'\n");
    }
    print_text(session, answer.body, "/text");
    co_return Status();
  }
  json::Object body;
  HANSE_CO_TRY(const std::string text, co_await text_of_file(session, options.file));
  body["text"] = text;
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("PUT", federation_path("policy"), body));
  if (is_for_programs(session.output))
    print_text(session, answer.body, "/text");
  else
    session.terminal.print("the policy for peers was replaced\n");
  co_return Status();
}

Task<Status> run_leave(Session session, LeaveOptions options) {
  const std::string path =
      federation_path("peers/" + percent_encode(options.zone)) + (options.force ? "?force=true" : "");
  const auto answer = co_await session.api.call("DELETE", path);
  if (!answer) co_return fail(answer.error());
  session.terminal.print(
      fmt::format("peer/{} was left; it has no rights here any more\n", printable(options.zone)));
  co_return Status();
}

Task<Status> run_rotate(Session session, RotateOptions options) {
  json::Object body;
  body["finish"] = options.finish;
  body["force"] = options.force;
  const auto answer = co_await session.api.call("POST", federation_path("rotations"), body);
  if (!answer) co_return fail(answer.error());
  session.terminal.print(
      options.finish ? "the announced CA is in use; the one before counts for two days\n"
                     : "the next CA is announced; when peers and hosts know it (hosts within 24 h 10 min), "
                       "run 'hanse federation rotate --finish'\n");
  co_return Status();
}

}  // namespace hanse::cli
