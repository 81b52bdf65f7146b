// hanse token create, token invite, host invite. The token or code is the only thing on standard output, so
// that it can go into a file.
#include <boost/json.hpp>

#include "base/json.h"
#include "cli/commands.h"
#include "cli/json_lookup.h"
#include "cli/show.h"
#include "cli/text.h"
#include "cli/yaml_text.h"

namespace hanse::cli {
namespace {

Task<Status> ask_for_token(Session session, std::string path, std::string member, json::Object body,
                           std::string advice) {
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("POST", path, body));
  const std::string token = text_at(answer.body, member);
  if (token.empty()) co_return fail(Code::internal, "the answer to POST {} has no token", path);
  if (session.output == OutputFormat::json) {
    session.terminal.print(json::dump_pretty(answer.body) + "\n");
  } else if (session.output == OutputFormat::yaml) {
    session.terminal.print(yaml_text(answer.body));
  } else {
    session.terminal.print(printable(token) + "\n");
    if (session.terminal.shows_progress()) session.terminal.print_error(advice);
  }
  co_return Status();
}

}  // namespace

Task<Status> run_token_create(Session session, TokenCreateOptions options) {
  HANSE_CO_TRY(const Seconds expires, parse_duration(options.expires));
  json::Object body;
  body["expiresInSeconds"] = expires.count();
  if (!options.subject.empty()) body["subject"] = options.subject;
  co_return co_await ask_for_token(
      session, "/providers/hanse.authorization/v1/tokens", "/token", body,
      fmt::format("good for {}; put it into a file and name that in a context\n", age_text(expires)));
}

Task<Status> run_token_invite(Session session, TokenInviteOptions options) {
  HANSE_CO_TRY(const Seconds expires, parse_duration(options.expires));
  const json::Object body{{"expiresInSeconds", expires.count()}, {"subject", options.subject}};
  co_return co_await ask_for_token(
      session, "/providers/hanse.authorization/v1/login-codes", "/code", body,
      fmt::format(
          "good once, for {}; '{}' types it into 'hanse login'; -o json also has the CA certificate and the "
          "endpoint for 'hanse context add'\n",
          age_text(expires), printable(options.subject)));
}

Task<Status> run_host_invite(Session session, HostInviteOptions options) {
  HANSE_CO_TRY(const Seconds expires, parse_duration(options.expires));
  const json::Object body{{"expiresInSeconds", expires.count()}, {"name", options.host}};
  co_return co_await ask_for_token(
      session, "/providers/hanse.host/v1/invitations", "/token", body,
      fmt::format(
          "good for {}, once; on the machine run 'hanse host enrol -' and paste it, then 'hanse host'\n",
          age_text(expires)));
}

}  // namespace hanse::cli
