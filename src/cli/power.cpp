// hanse start, stop, restart.
#include <boost/json.hpp>

#include "cli/commands.h"
#include "cli/show.h"

namespace hanse::cli {

Task<Status> run_power(Session session, PowerOptions options) {
  std::string_view action = "start";
  std::string_view result = "is starting";
  if (options.action == PowerAction::stop) {
    action = "stop";
    result = "is stopping";
  } else if (options.action == PowerAction::restart) {
    action = "restart";
    result = "is restarting";
  }
  HANSE_CO_TRY(const Kind* kind, find_kind("instance"));
  HANSE_CO_TRY(const ApiAnswer answer,
               co_await session.api.call(
                   "POST", fmt::format("{}/{}", item_path(*kind, session.place, options.instance), action)));
  show_outcome(session, *kind, answer.body, result);
  co_return Status();
}

}  // namespace hanse::cli
