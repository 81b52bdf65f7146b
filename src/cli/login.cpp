#include "cli/login.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <utility>

#include "base/json.h"
#include "cli/json_lookup.h"
#include "cli/self.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

constexpr std::size_t kMaxCode = 256;
constexpr std::uint32_t kSecretMode = 0600;

std::string without_spaces(std::string text) {
  std::erase_if(text, [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; });
  return text;
}

// One line of what is typed or piped.
Task<Result<std::string>> ask_for_code(Terminal& terminal) {
  if (terminal.is_interactive()) terminal.print_error("login code, as 'hanse token invite' printed it: ");
  std::string line;
  while (line.find('\n') == std::string::npos && line.size() <= kMaxCode) {
    HANSE_CO_TRY(const std::string piece, co_await terminal.read_keys());
    if (piece.empty()) break;
    line += piece;
  }
  line = without_spaces(line.substr(0, line.find('\n')));
  if (line.empty() || line.size() > kMaxCode)
    co_return fail(Code::invalid_argument, "there is no login code; ask the administrator for one");
  co_return line;
}

// A token that this command cannot get again must not be written over: the administrator's, above all.
Task<Status> check_token_file(Files& files, std::string path) {
  const Result<std::string> kept = co_await files.read(path, kSmallFileLimit);
  if (!kept && kept.error().code == Code::not_found) co_return Status();
  if (!kept) co_return fail(kept.error());
  const bool replaceable = without_spaces(*kept).empty() || std::count(kept->begin(), kept->end(), '.') == 2;
  if (replaceable) co_return Status();
  co_return fail(Code::failed_precondition,
                 "{} holds a token that no log-in gave and would be lost; give the context another file with "
                 "'hanse context add --token-file'",
                 path);
}

Task<Result<std::string>> token_for(ApiClient& api, std::string path, json::Object body) {
  HANSE_CO_TRY(const ApiAnswer answer, co_await api.call("POST", path, body));
  std::string token = text_at(answer.body, "/token");
  if (token.empty()) co_return fail(Code::internal, "the answer to POST {} has no token", path);
  co_return token;
}

Task<Result<std::string>> get_token(LoginTools tools, LoginOptions options) {
  HANSE_CO_TRY(const Seconds expires, parse_duration(options.expires));
  json::Object body{{"expiresInSeconds", expires.count()}};
  if (!options.admin_token_file.empty()) {
    HANSE_CO_TRY(const std::string admin,
                 co_await tools.files.read(options.admin_token_file, kSmallFileLimit));
    body["subject"] = options.subject;
    const std::unique_ptr<ApiClient> api = tools.connect(without_spaces(admin));
    co_return co_await token_for(*api, "/providers/hanse.authorization/v1/tokens", std::move(body));
  }
  std::string code = options.code;
  if (code.empty()) {
    HANSE_CO_TRY(code, co_await ask_for_code(tools.terminal));
  }
  body["code"] = code;
  const std::unique_ptr<ApiClient> api = tools.connect("");
  co_return co_await token_for(*api, "/providers/hanse.authorization/v1/logins", std::move(body));
}

}  // namespace

Task<Status> run_login(LoginTools tools, LoginOptions options) {
  // Before the code is used up.
  HANSE_CO_CHECK(co_await check_token_file(tools.files, tools.token_path));
  HANSE_CO_TRY(const std::string token, co_await get_token(tools, std::move(options)));
  HANSE_CO_CHECK(co_await tools.files.write_atomically(tools.token_path, token + "\n", kSecretMode));
  const std::unique_ptr<ApiClient> api = tools.connect(token);
  HANSE_CO_TRY(const ApiAnswer self, co_await api->call("GET", kSelfPath));
  show_self(tools.terminal, tools.output, self.body, tools.clock.wall_now());
  co_return Status();
}

}  // namespace hanse::cli
