// The serial console of an instance: read from an offset, follow, write.
#include "api/json_body.h"
#include "api/messages.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "runtime/sleep.h"

namespace hanse::api {
namespace {

constexpr char kConsolePath[] =
    "/providers/seca.compute/v1/tenants/{tenant}/workspaces/{workspace}/instances/{name}/console";
// One for both: what a console shows is as good as what is typed there.
zone::RequiredPermission console_permission() {
  return {"seca.compute", "instances", "post.console"};
}
// How often the host is asked when there was nothing new, and when it did not answer.
constexpr Nanos kPollInterval = Millis{250};
constexpr Nanos kRetryInterval = Seconds{2};

Task<Result<ConsoleOutput>> read_from(Context& context, zone::ResourceId id, std::int64_t offset) {
  HANSE_CO_TRY(model::HostResponse response,
               co_await context.parts.instance_actions.read_console(std::move(id), offset));
  co_return ConsoleOutput{response.offset, std::move(response.text)};
}

bool may_come_back(const Error& error) {
  return error.code == Code::unavailable || error.code == Code::deadline_exceeded ||
         error.code == Code::resource_exhausted;
}

// Ends when the instance is not here any more or the client leaves.
Task<void> follow(Context& context, zone::ResourceId id, std::int64_t offset, http::EventWriter& writer) {
  Scheduler& scheduler = context.parts.runtime.scheduler;
  while (true) {
    const auto output = co_await read_from(context, id, offset);
    if (!output && !may_come_back(output.error())) co_return;
    if (output && !output->text.empty()) {
      offset = output->offset + static_cast<std::int64_t>(output->text.size());
      if (!co_await writer.send("", "output", json::dump(to_json(*output)))) co_return;
      continue;
    }
    co_await sleep_for(scheduler, output ? kPollInterval : kRetryInterval);
  }
}

Task<Result<http::Reply>> read_console(Context& context, Call call) {
  HANSE_CO_TRY(const auto asked, number_parameter(call.request.query, "offset", {}));
  HANSE_CO_TRY(const bool following, flag_parameter(call.request.query, "follow"));
  const zone::ResourceId id = id_of(call.path);
  const std::int64_t offset = asked.value_or(0);
  if (!following) {
    HANSE_CO_TRY(const ConsoleOutput output, co_await read_from(context, id, offset));
    co_return json_reply(200, output);
  }
  HANSE_CO_CHECK(context.parts.frontends.instances.get(id));
  co_return events_reply(context, call, [&context, id, offset](http::EventWriter& writer) {
    return follow(context, id, offset, writer);
  });
}

Task<Result<http::Reply>> write_console(Context& context, Call call) {
  HANSE_CO_TRY(ConsoleInput input, read_body<ConsoleInput>(call.request.body));
  HANSE_CO_CHECK(
      co_await context.parts.instance_actions.write_console(id_of(call.path), std::move(input.text)));
  co_return http::Reply(http::Response{204});
}

}  // namespace

void add_console_routes(Routes& routes, Context& context) {
  routes.push_back({.name = fmt::format("GET {}", kConsolePath),
                    .access = kUsers,
                    .permission = console_permission(),
                    .summary = "Read the serial console from a byte on, or follow it",
                    .query = {{"offset", ParameterType::number, "The first byte that is wanted; default 0"},
                              {"follow", ParameterType::boolean,
                               "Stream as server-sent events 'output' of the same JSON"}},
                    .answer_schema = "ConsoleOutput",
                    .function = [&context](Call call) { return read_console(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", kConsolePath),
                    .access = kUsers,
                    .permission = console_permission(),
                    .summary = "Write to the serial console",
                    .request_schema = "ConsoleInput",
                    .success = 204,
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return write_console(context, std::move(call)); }});
}

}  // namespace hanse::api
