// hanse login: gets a token of the zone's own issuer for a one-time code, or with the administrator's token,
// and puts it into the token file of the context.
//
// Failure: those of the zone and of files; failed_precondition when the file holds a token of another kind,
// which would be lost.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "cli/api_client.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "runtime/clock.h"
#include "runtime/files.h"

namespace hanse::cli {

struct LoginTools {
  // A client of the context's zone with this token; empty: none.
  std::function<std::unique_ptr<ApiClient>(std::string token)> connect;
  Terminal& terminal;
  Files& files;
  Clock& clock;
  std::string token_path;  // where the token goes
  OutputFormat output = OutputFormat::table;
};

Task<Status> run_login(LoginTools tools, LoginOptions options);

}  // namespace hanse::cli
