#include "simulator/federation/host_node.h"

#include <boost/json.hpp>
#include <optional>
#include <stdexcept>

#include "api/messages.h"
#include "host/enrolment.h"
#include "host/identity_files.h"
#include "http/client.h"
#include "runtime/sleep.h"
#include "simulator/federation/site.h"
#include "zone/zone_version.h"

namespace hanse::simulator {
namespace {

constexpr Seconds kTokenLife{24 * 3600};

// As the zone's administrator would with 'hanse host invite'.
Task<Result<std::string>> invite(Runtime& runtime, HostPlace place) {
  http::Client zone(runtime, {.endpoint = {.host = place.zone, .port = kZonePort},
                              .tls = TlsOptions{.trusted_ca_pem = zone_ca_pem(place.zone)},
                              .bearer_token = kAdminToken});
  const api::HostInvitationDraft draft{.name = place.name, .expires_in_seconds = kTokenLife.count()};
  HANSE_CO_TRY(const json::Value answer,
               co_await zone.call_json("POST", "/providers/hanse.host/v1/invitations", to_json(draft)));
  HANSE_CO_TRY(api::InvitationText text, json::from_json<api::InvitationText>(answer));
  co_return std::move(text.token);
}

}  // namespace

HostNode::HostNode(ProcessContext context, const HostPlace& place)
    : certificates_(context.runtime.clock, context.runtime.random),
      hashing_(context.runtime),
      snapshots_(context.runtime, hashing_, ":memory:") {
  if (!scope_.spawn(run(context, place))) throw std::runtime_error("the host cannot run");
}

Task<void> HostNode::run(ProcessContext context, HostPlace place) {
  const Logger log(context.runtime.log, "supervisor");
  while (true) {
    const Status ended = co_await run_agent(context, place);
    log.warning("the agent ended: {}", ended ? "of its own accord" : ended.error().message);
    agent_.reset();
    driver_.reset();
    co_await sleep_for(context.runtime.scheduler, kRestartPause);
  }
}

Task<Status> HostNode::run_agent(ProcessContext context, HostPlace place) {
  const host::HostConfig config = host_config(place);
  host::IdentityFiles files(context.runtime.files, host::identity_folder(config.data_dir));
  HANSE_CO_TRY(const std::optional<host::IdentityRecord> known, co_await files.identity());
  if (!known) {
    HANSE_CO_CHECK(co_await enrol(context.runtime, place));
  }
  driver_ = std::make_unique<host::simulated::SimulatedDriver>(
      context.runtime, place.fleet,
      host::simulated::SimulatedHostOptions{.host = place.name, .stream_host = place.name});
  agent_ = std::make_unique<host::Agent>(context.runtime, certificates_, hashing_, chunks_, snapshots_,
                                         *driver_, config, zone::kVersion);
  co_return co_await agent_->run();
}

Task<Status> HostNode::enrol(Runtime& runtime, HostPlace place) {
  Result<std::string> token = co_await runtime.files.read(token_file(), kSmallFileLimit);
  if (!token) {
    HANSE_CO_TRY(token, co_await invite(runtime, place));
    HANSE_CO_CHECK(co_await runtime.files.write_atomically(token_file(), *token));
  }
  const auto enrolled = co_await host::enrol(runtime, certificates_, hashing_,
                                             {.data_dir = host_config(place).data_dir, .token = *token});
  if (!enrolled) co_return fail(enrolled.error());
  co_return Status();
}

}  // namespace hanse::simulator
