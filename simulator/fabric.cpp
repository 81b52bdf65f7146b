#include "simulator/fabric.h"

#include "simulator/network.h"

namespace hanse::simulator {

void Fabric::process_started(const std::string& name) {
  Machine& machine = machines_[name];
  machine.running = true;
  machine.silent = false;
  for (const auto& weak : connections_) {
    if (const auto connection = weak.lock()) connection->machine_returned(name);
  }
}

void Fabric::process_crashed(const std::string& name, bool silently) {
  Machine& machine = machines_[name];
  machine.running = false;
  machine.silent = silently;
  machine.listeners.clear();
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (!connection) continue;
    for (const int side : {0, 1}) {
      if (connection->end(side).process == name) connection->crash(side, silently);
    }
  }
}

void Fabric::link_mended(const std::string& a, const std::string& b) {
  for (const auto& weak : connections_) {
    const auto connection = weak.lock();
    if (connection && connection->is_between(a, b)) connection->link_mended();
  }
}

std::optional<std::string> Fabric::resolve(const std::string& process, const Endpoint& endpoint) const {
  const bool local = !endpoint.unix_path.empty() || endpoint.host == "localhost" ||
                     endpoint.host == "127.0.0.1" || endpoint.host == "::1" || endpoint.host == "0.0.0.0";
  const std::string& name = local ? process : endpoint.host;
  if (!machines_.contains(name)) return std::nullopt;
  return name;
}

bool Fabric::answers(const std::string& process) const {
  const auto found = machines_.find(process);
  return found != machines_.end() && (found->second.running || !found->second.silent);
}

SimulatedListener* Fabric::find_listener(const std::string& process, const Endpoint& endpoint) const {
  const auto machine = machines_.find(process);
  if (machine == machines_.end()) return nullptr;
  const auto found = machine->second.listeners.find(key_of(endpoint));
  return found == machine->second.listeners.end() ? nullptr : found->second;
}

Result<Endpoint> Fabric::choose(const std::string& process, Endpoint endpoint) {
  Machine& machine = machines_[process];
  const bool any_port = endpoint.unix_path.empty() && endpoint.port == 0;
  while (any_port && (endpoint.port == 0 || machine.listeners.contains(key_of(endpoint))))
    endpoint.port = machine.next_listening_port++;
  const bool taken = endpoint.unix_path.empty() && machine.listeners.contains(key_of(endpoint));
  if (taken) return fail(Code::already_exists, "{} is in use; choose another port", to_string(endpoint));
  return endpoint;
}

void Fabric::add_listener(const std::string& process, const Endpoint& endpoint, SimulatedListener& listener) {
  machines_[process].listeners[key_of(endpoint)] = &listener;
}

void Fabric::remove_listener(const std::string& process, const Endpoint& endpoint,
                             SimulatedListener& listener) {
  auto& listeners = machines_[process].listeners;
  const auto found = listeners.find(key_of(endpoint));
  if (found != listeners.end() && found->second == &listener) listeners.erase(found);
}

std::shared_ptr<Connection> Fabric::connect(ConnectionEnd client, ConnectionEnd server) {
  std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
  auto connection = std::make_shared<Connection>(core_, std::move(client), std::move(server));
  connections_.push_back(connection);
  return connection;
}

std::uint16_t Fabric::next_client_port(const std::string& process) {
  return machines_[process].next_client_port++;
}

Endpoint Fabric::key_of(const Endpoint& endpoint) {
  return Endpoint{.port = endpoint.port, .unix_path = endpoint.unix_path};
}

}  // namespace hanse::simulator
