// hanse.migration, for peers: the source zone speaks to the target about an incoming transfer, the target
// asks the source for the outcome. Also the relayed streams between their hosts.
#include "api/audit_trail.h"
#include "api/json_body.h"
#include "api/query.h"
#include "api/resource_routes.h"
#include "base/json_mapping.h"
#include "http/pipe.h"
#include "model/host_messages.h"
#include "zone/transfer_frontend.h"

namespace hanse::api {
namespace {

// Instance, disks and images with their user data.
constexpr std::uint64_t kMaxIncomingBody = 4 << 20;
constexpr char kIncoming[] = "/providers/hanse.migration/v1/incoming";

Task<Result<http::Reply>> prepare(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<zone::IncomingRequest>(call.request.body));
  HANSE_CO_CHECK(model::check_name(request.transfer, "/transfer"));
  note_resource(call.audit, "incoming/" + request.transfer);
  HANSE_CO_TRY(const auto view,
               co_await context.parts.transfers.prepare_incoming(call.caller.name, std::move(request)));
  co_return json_reply(200, view);
}

Task<Result<http::Reply>> forecast(Context& context, Call call) {
  HANSE_CO_TRY(auto request, read_body<zone::ForecastRequest>(call.request.body));
  HANSE_CO_TRY(const auto answer,
               co_await context.parts.transfers.forecast_incoming(call.caller.name, std::move(request)));
  co_return json_reply(200, answer);
}

Task<Result<http::Reply>> probe() {
  co_return http::Reply(http::Response{204});
}

Task<Result<http::Reply>> wait(Context& context, Call call) {
  HANSE_CO_TRY(auto seen, read_body<migration::IncomingView>(call.request.body));
  HANSE_CO_TRY(const auto view, co_await context.parts.transfers.wait_incoming(
                                    call.caller.name, call.path.at("transfer"), std::move(seen)));
  co_return json_reply(200, view);
}

Task<Result<http::Reply>> grant(Context& context, Call call) {
  HANSE_CO_TRY(const auto request, read_body<zone::GrantRequest>(call.request.body));
  HANSE_CO_TRY(const auto view, co_await context.parts.transfers.grant_incoming(
                                    call.caller.name, call.path.at("transfer"), request));
  co_return json_reply(200, view);
}

Task<Result<http::Reply>> abort(Context& context, Call call) {
  HANSE_CO_CHECK(co_await context.parts.transfers.abort_incoming(call.caller.name, call.path.at("transfer")));
  co_return http::Reply(http::Response{204});
}

Task<Result<http::Reply>> outcome(Context& context, Call call) {
  HANSE_CO_TRY(const auto view, context.parts.transfers.outcome(call.caller.name, call.path.at("transfer")));
  co_return json_reply(200, view);
}

Task<void> relay(Context& context, std::string transfer, std::unique_ptr<Stream> near,
                 std::unique_ptr<Stream> far) {
  http::PipeCounters counters;
  const Status ended =
      co_await http::pipe_both(context.parts.runtime.scheduler, std::move(near), std::move(far), counters);
  context.log.info("a relayed stream of transfer {} ended after {} and {} bytes: {}", transfer,
                   counters.left_to_right, counters.right_to_left,
                   ended ? std::string("whole") : ended.error().message);
}

Task<Result<http::Reply>> open_relay(Context& context, Call call) {
  model::RelayChannel channel = model::RelayChannel::memory;
  if (!json::mapping::read(json::Value(call.path.at("channel")), channel, "")) {
    co_return fail_parameter("channel", "the channel must be seed, disk or memory");
  }
  if (!call.request.headers.has_token("Upgrade", model::kRelayProtocol)) {
    co_return fail_parameter("Upgrade",
                             fmt::format("this needs a request with 'Upgrade: {}'", model::kRelayProtocol));
  }
  const std::string transfer = call.path.at("transfer");
  HANSE_CO_TRY(std::unique_ptr<Stream> far,
               co_await context.parts.transfers.open_relay(call.caller, transfer, channel));
  // shared: the takeover's function is copyable.
  const auto kept = std::make_shared<std::unique_ptr<Stream>>(std::move(far));
  http::Reply reply;
  reply.takeover = [&context, transfer, kept](std::unique_ptr<Stream> near) {
    return relay(context, transfer, std::move(near), std::move(*kept));
  };
  co_return reply;
}

void add_incoming(Routes& routes, Context& context) {
  routes.push_back({.name = fmt::format("POST {}", kIncoming),
                    .access = kPeers,
                    .summary = "The source asks the target to prepare; may be repeated",
                    .request_schema = "IncomingRequest",
                    .answer_schema = "IncomingView",
                    .options = {.body_limit = kMaxIncomingBody},
                    .function = [&context](Call call) { return prepare(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}", zone::kProbePath),
                    .access = kPeers,
                    .summary = "Takes up to half a megabyte and drops it: so a peer measures the link",
                    .success = 204,
                    .options = {.body_limit = zone::kProbeBytes},
                    .audited = false,
                    .function = [](Call) { return probe(); }});
  routes.push_back({.name = fmt::format("POST {}", zone::kForecastPath),
                    .access = kPeers,
                    .summary = "What the target would refuse such a request for, and what it would find "
                               "there; nothing is kept",
                    .request_schema = "ForecastRequest",
                    .answer_schema = "ForecastAnswer",
                    .options = {.body_limit = kMaxIncomingBody},
                    .audited = false,
                    .function = [&context](Call call) { return forecast(context, std::move(call)); }});
  routes.push_back(
      {.name = fmt::format("POST {}/{{transfer}}/wait", kIncoming),
       .access = kPeers,
       .summary = "Answers when the target's view differs from the one in the body, or after a while",
       .request_schema = "IncomingView",
       .answer_schema = "IncomingView",
       .options = {.body_limit = kMaxActionBody},
       .audited = false,
       .function = [&context](Call call) { return wait(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("POST {}/{{transfer}}/grant", kIncoming),
                    .access = kPeers,
                    .summary = "The source grants the epoch; durable when answered",
                    .request_schema = "GrantRequest",
                    .answer_schema = "IncomingView",
                    .options = {.body_limit = kMaxActionBody},
                    .function = [&context](Call call) { return grant(context, std::move(call)); }});
  routes.push_back({.name = fmt::format("DELETE {}/{{transfer}}", kIncoming),
                    .access = kPeers,
                    .summary = "The source gives up before the grant",
                    .success = 204,
                    .function = [&context](Call call) { return abort(context, std::move(call)); }});
}

}  // namespace

void add_peer_transfer_routes(Routes& routes, Context& context) {
  add_incoming(routes, context);
  routes.push_back({.name = "GET /providers/hanse.migration/v1/outcomes/{transfer}",
                    .access = kPeers,
                    .summary = "The target asks what became of a transfer",
                    .answer_schema = "OutcomeView",
                    .function = [&context](Call call) { return outcome(context, std::move(call)); }});
  routes.push_back({.name = "GET /providers/hanse.migration/v1/relays/{transfer}/{channel}",
                    .access = {.host = true, .peer = true},
                    .summary = "Upgrade to hanse-relay/1: one stream of a transfer: seed, disk or memory",
                    .success = 101,
                    .function = [&context](Call call) { return open_relay(context, std::move(call)); }});
}

}  // namespace hanse::api
