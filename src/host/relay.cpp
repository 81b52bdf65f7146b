#include "host/relay.h"

#include <utility>

#include "http/pipe.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr std::size_t kMaxSocketPath = 107;  // of the kernel
constexpr Nanos kAcceptRetry = Seconds{1};

const char* name_of(model::RelayChannel channel) {
  return boost::describe::enum_to_string(channel, "");
}

}  // namespace

Relay::Relay(Runtime& runtime, http::Client& zone, RelayOptions options)
    : runtime_(runtime), log_(runtime.log, "relay"), zone_(zone), options_(std::move(options)) {}

std::string Relay::socket(model::RelayChannel channel) const {
  return options_.folder + "/" + name_of(channel);
}

IncomingEndpoints Relay::endpoints() const {
  return {.memory = "unix:" + socket(model::RelayChannel::memory),
          .disk = "unix:" + socket(model::RelayChannel::disk)};
}

Task<Status> Relay::open() {
  if (socket(model::RelayChannel::memory).size() > kMaxSocketPath)
    co_return fail(Code::failed_precondition,
                   "the path of a socket in {} is longer than {} characters; choose a shorter data_dir",
                   options_.folder, kMaxSocketPath);
  HANSE_CO_CHECK(co_await runtime_.files.make_directories(options_.folder, 0711));
  HANSE_CO_CHECK(co_await listen(model::RelayChannel::seed));
  HANSE_CO_CHECK(co_await listen(model::RelayChannel::disk));
  co_return co_await listen(model::RelayChannel::memory);
}

Task<Status> Relay::listen(model::RelayChannel channel) {
  HANSE_CO_TRY(std::unique_ptr<Listener> listener,
               co_await runtime_.network.listen(Endpoint{.unix_path = socket(channel)}, std::nullopt));
  if (options_.guest_user)
    HANSE_CO_CHECK(co_await runtime_.files.change_owner(socket(channel), options_.guest_user->user,
                                                        options_.guest_user->group));
  if (!accepting_.spawn(accept_all(std::move(listener), channel)))
    co_return fail(Code::internal, "the relay of transfer '{}' is closed", options_.transfer);
  co_return Status();
}

Task<void> Relay::accept_all(std::unique_ptr<Listener> listener, model::RelayChannel channel) {
  for (;;) {
    Result<std::unique_ptr<Stream>> near = co_await listener->accept();
    if (!near) {
      log_.warning("the relay of transfer '{}' takes no {} stream: {}", options_.transfer, name_of(channel),
                   near.error().message);
      co_await sleep_for(runtime_.scheduler, kAcceptRetry);
    } else if (!connections_.spawn(carry(std::move(*near), channel))) {
      log_.warning("the relay of transfer '{}' has {} connections already; one more is closed",
                   options_.transfer, kMaxRelayConnections);
    }
  }
}

Task<void> Relay::carry(std::unique_ptr<Stream> near, model::RelayChannel channel) {
  http::Request request{.target = "/providers/hanse.migration/v1/relays/" + options_.transfer + "/" +
                                  name_of(channel)};
  Result<std::unique_ptr<Stream>> far = co_await zone_.upgrade(std::move(request), model::kRelayProtocol);
  if (!far) {
    log_.warning("the {} stream of transfer '{}' cannot be relayed: {}", name_of(channel), options_.transfer,
                 far.error().message);
    co_return;
  }
  http::PipeCounters counters;
  const Status ended =
      co_await http::pipe_both(runtime_.scheduler, std::move(near), std::move(*far), counters);
  log_.info("a {} stream of transfer '{}' has ended after {} bytes{}{}", name_of(channel), options_.transfer,
            counters.left_to_right, ended ? "" : ": ", ended ? "" : ended.error().message);
}

void Relay::stop() {
  accepting_.cancel();
}

Task<Status> Relay::wait_idle() {
  co_await connections_.wait_idle();
  co_return Status();
}

}  // namespace hanse::host
