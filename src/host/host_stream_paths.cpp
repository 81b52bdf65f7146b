#include "host/host_stream_paths.h"

#include <utility>

#include "model/metadata.h"
#include "runtime/random.h"
#include "runtime/timeout.h"

namespace hanse::host {
namespace {

constexpr int kFolderDigits = 16;

class DirectPath final : public OpenPath {
 public:
  explicit DirectPath(std::string seed_endpoint) : seed_endpoint_(std::move(seed_endpoint)) {}
  std::string seed_endpoint() const override { return seed_endpoint_; }
  Result<IncomingEndpoints> endpoints(const IncomingEndpoints& told) const override {
    HANSE_TRY(const Endpoint agent, parse_endpoint(seed_endpoint_));
    for (const std::string& text : {told.memory, told.disk}) {
      if (text.empty()) continue;  // there is no such stream any more
      HANSE_TRY(const Endpoint endpoint, parse_endpoint(text));
      // Or the other side could have this hypervisor connect to anything that this host reaches.
      if (!endpoint.unix_path.empty() || endpoint.host != agent.host)
        return fail(Code::permission_denied, "the target's host {} wants a stream to {}", agent.host, text);
    }
    return told;
  }
  model::StreamPath kind() const override { return model::StreamPath::direct; }

 private:
  std::string seed_endpoint_;
};

}  // namespace

class HostStreamPaths::RelayedPath final : public OpenPath {
 public:
  RelayedPath(HostStreamPaths& owner, std::unique_ptr<Relay> relay)
      : owner_(owner), relay_(std::move(relay)) {}
  ~RelayedPath() override { owner_.give_up(std::move(relay_)); }
  std::string seed_endpoint() const override { return relay_->seed_endpoint(); }
  Result<IncomingEndpoints> endpoints(const IncomingEndpoints&) const override { return relay_->endpoints(); }
  model::StreamPath kind() const override { return model::StreamPath::relayed; }

 private:
  HostStreamPaths& owner_;
  std::unique_ptr<Relay> relay_;
};

HostStreamPaths::HostStreamPaths(Runtime& runtime, http::Client& zone, std::string folder)
    : runtime_(runtime), log_(runtime.log, "relay"), zone_(zone), folder_(std::move(folder)) {}

Task<Status> HostStreamPaths::start(std::optional<ProcessUser> guest_user) {
  guest_user_ = std::move(guest_user);
  HANSE_CO_CHECK(co_await runtime_.files.remove_all(folder_));
  co_return co_await runtime_.files.make_directories(folder_, 0711);
}

Task<Result<std::unique_ptr<OpenPath>>> HostStreamPaths::open(model::MoveOrder order) {
  if (order.path == model::StreamPath::relayed) co_return co_await open_relay(order.transfer);
  if (order.path == model::StreamPath::direct) co_return std::make_unique<DirectPath>(order.seed_endpoint);
  const Status reached = co_await probe(order.seed_endpoint);
  if (reached) co_return std::make_unique<DirectPath>(order.seed_endpoint);
  log_.info("transfer '{}' is relayed: {}", order.transfer, reached.error().message);
  Result<std::unique_ptr<OpenPath>> relayed = co_await open_relay(order.transfer);
  if (!relayed)
    co_return fail(Code::unavailable, "the target's host cannot be reached directly ({}) nor by relay ({})",
                   reached.error().message, relayed.error().message);
  co_return relayed;
}

Task<Status> HostStreamPaths::probe(std::string seed_endpoint) {
  HANSE_CO_TRY(const Endpoint endpoint, parse_endpoint(seed_endpoint));
  if (!endpoint.unix_path.empty())
    co_return fail(Code::unavailable, "the target's host takes streams from relays only");
  const auto stream = co_await runtime_.network.connect(endpoint, std::nullopt, kProbeLimit);
  if (!stream) co_return fail(stream.error());
  co_return Status();
}

Task<Result<std::unique_ptr<OpenPath>>> HostStreamPaths::open_relay(std::string transfer) {
  HANSE_CO_CHECK(model::check_name(transfer, "transfer"));  // it becomes part of a request's path
  RelayOptions options{.folder = folder_ + "/" + random_token(runtime_.random, kFolderDigits),
                       .transfer = std::move(transfer),
                       .guest_user = guest_user_};
  auto relay = std::make_unique<Relay>(runtime_, zone_, std::move(options));
  HANSE_CO_CHECK(co_await relay->open());
  co_return std::make_unique<RelayedPath>(*this, std::move(relay));
}

void HostStreamPaths::give_up(std::unique_ptr<Relay> relay) {
  relay->stop();
  if (!draining_.spawn(drain(std::move(relay)))) log_.warning("a relay is cut: too many are ending");
}

Task<void> HostStreamPaths::drain(std::unique_ptr<Relay> relay) {
  const Status idle =
      co_await with_timeout(runtime_.scheduler, kRelayLinger, "the end of a relay", relay->wait_idle());
  const Status removed = co_await runtime_.files.remove_all(relay->folder());
  if (!idle) log_.warning("a relay is cut: {}", idle.error().message);
  if (!removed) log_.warning("the sockets of a relay stay until the next start: {}", removed.error().message);
}

}  // namespace hanse::host
