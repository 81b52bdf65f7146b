#include "host/drivers/qemu/ports.h"

namespace hanse::host::qemu {
namespace {

Task<bool> is_free(Runtime& runtime, std::string address, std::uint16_t port) {
  Endpoint endpoint{.host = std::move(address), .port = port};
  const auto listener = co_await runtime.network.listen(std::move(endpoint), std::nullopt);
  co_return listener.has_value();
}

std::uint16_t previous_port(const std::vector<model::PortForward>& previous,
                            const model::PortForward& wanted) {
  for (const model::PortForward& forward : previous) {
    if (forward.guest_port == wanted.guest_port && forward.protocol == wanted.protocol)
      return static_cast<std::uint16_t>(forward.host_port);
  }
  return 0;
}

}  // namespace

Task<Result<std::uint16_t>> find_free_port(Runtime& runtime, std::string address, PortRange range,
                                           std::set<std::uint16_t> taken) {
  const int count = range.last - range.first + 1;
  if (range.first == 0 || count <= 0)
    co_return fail(Code::failed_precondition, "the range of ports {}-{} is empty; configure one", range.first,
                   range.last);
  // From a random place, so that two machines that start together rarely try the same port.
  const auto start = random_below(runtime.random, static_cast<std::uint64_t>(count));
  for (int step = 0; step < count; ++step) {
    const auto port = static_cast<std::uint16_t>(range.first + (start + static_cast<std::uint64_t>(step)) %
                                                                   static_cast<std::uint64_t>(count));
    if (!taken.contains(port) && co_await is_free(runtime, address, port)) co_return port;
  }
  co_return fail(Code::resource_exhausted,
                 "no free port from {} to {} on {}; widen the range or stop a machine", range.first,
                 range.last, address);
}

Task<Result<std::vector<model::PortForward>>> assign_forwards(Runtime& runtime, const QemuOptions& options,
                                                              std::vector<model::PortForward> wanted,
                                                              std::vector<model::PortForward> previous,
                                                              std::set<std::uint16_t> taken) {
  for (model::PortForward& forward : wanted) {
    forward.address = options.forward_address;
    const bool asked_for = forward.host_port != 0;
    auto port = asked_for ? static_cast<std::uint16_t>(forward.host_port) : previous_port(previous, forward);
    const bool good =
        port != 0 && !taken.contains(port) && co_await is_free(runtime, options.forward_address, port);
    if (asked_for && !good)
      co_return fail(Code::failed_precondition,
                     "port {} on {} is in use; choose another host port or leave it to the host", port,
                     options.forward_address);
    if (!good) {
      HANSE_CO_TRY(port,
                   co_await find_free_port(runtime, options.forward_address, options.forward_ports, taken));
    }
    taken.insert(port);
    forward.host_port = port;
  }
  co_return wanted;
}

}  // namespace hanse::host::qemu
