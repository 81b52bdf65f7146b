#include "host/move/seed_door.h"

#include "runtime/random.h"

namespace hanse::host {
namespace {

TlsOptions tls_of_target(const model::MoveOrder& order) {
  return TlsOptions{.certificate_pem = order.credentials.certificate_pem,
                    .key_pem = order.credentials.key_pem,
                    .trusted_ca_pem = order.credentials.peer_ca_pem,
                    .require_certificate = true};
}

// From a random place, so that two moves that begin together rarely try the same port.
Task<Result<std::unique_ptr<Listener>>> listen_in_range(SeedContext& context, TlsOptions tls) {
  Runtime& runtime = context.parts.runtime;
  const PortRange range = context.stream_ports;
  const auto count = static_cast<std::uint64_t>(range.last) - range.first + 1;
  const std::uint64_t start = random_below(runtime.random, count);
  for (std::uint64_t step = 0; step < count; ++step) {
    const auto port = static_cast<std::uint16_t>(range.first + (start + step) % count);
    auto listener =
        co_await runtime.network.listen(Endpoint{.host = context.stream_address, .port = port}, tls);
    if (listener) co_return std::move(*listener);
  }
  co_return fail(Code::resource_exhausted,
                 "no free port from {} to {} on {}; widen stream_ports or wait for moves to end", range.first,
                 range.last, context.stream_address);
}

}  // namespace

Task<Result<std::unique_ptr<Listener>>> open_seed_door(SeedContext& context, std::string uid,
                                                       model::MoveOrder order, std::string endpoint) {
  const TlsOptions tls = tls_of_target(order);
  Network& network = context.parts.runtime.network;
  if (!endpoint.empty()) {
    HANSE_CO_TRY(Endpoint before, parse_endpoint(endpoint));
    co_return co_await network.listen(std::move(before), tls);
  }
  if (order.path == model::StreamPath::relayed)
    co_return co_await network.listen(Endpoint{.unix_path = context.socket_folder + "/" + uid + ".seed"},
                                      tls);
  if (context.stream_address.empty())
    co_return fail(Code::failed_precondition,
                   "this host has no stream address, so no host can reach it; use the relayed path");
  co_return co_await listen_in_range(context, tls);
}

}  // namespace hanse::host
