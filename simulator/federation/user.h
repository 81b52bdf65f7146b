// User: the one who deploys an instance and then moves it about, between zones and between hosts, by the
// zones' API, over the same network: moves, copies, cancels, restarts and stops, by chance, whatever state
// the zones are in. Requests may fail; then something else comes next.
//
// Lifecycle: a process that no fault hits, so that wind_up() is heard. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/scope.h"
#include "http/client.h"
#include "model/compute.h"
#include "model/transfer.h"
#include "simulator/process.h"

namespace hanse::simulator {

inline constexpr char kInstanceName[] = "web";

class User final : public ProcessRoot {
 public:
  // The image is in the first zone.
  User(ProcessContext context, std::vector<std::string> zones, Nanos between_acts);

  bool deployed() const { return deployed_; }
  const std::string& uid() const { return uid_; }
  // Begins nothing any more, and sees to it that the instance is meant to run.
  void wind_up() { winding_up_ = true; }
  bool done() const { return done_; }

 private:
  struct Owned {
    std::string zone;
    model::Instance instance;
  };

  Task<void> live();
  Task<Status> deploy();
  Task<void> act();
  Task<Status> act_on(Owned owned);
  Task<Status> act_on_transfer(std::string zone, std::string transfer, std::uint64_t choice);
  Task<Status> act_on_stopped(Owned owned, std::uint64_t choice);
  Task<Status> move(Owned owned);
  Task<Status> copy(Owned owned);
  Task<Status> delete_copy();
  Task<Status> begin_transfer(std::string zone, model::TransferSpec spec);
  Task<bool> finished();
  Task<std::optional<Owned>> find();
  Task<Result<json::Value>> call(std::string zone, std::string method, std::string path,
                                 std::optional<json::Value> body = {});
  Task<void> pause(Nanos longest);
  std::uint64_t draw(std::uint64_t bound) { return random_below(runtime_.random, bound); }

  Runtime& runtime_;
  Logger log_;
  std::vector<std::string> zones_;
  Nanos between_acts_;
  std::string uid_;
  std::map<std::string, std::string> copies_;  // their zones, by name; some may not be there
  int last_copy_ = 0;
  std::string last_owner_;
  std::map<std::string, std::unique_ptr<http::Client>> clients_;
  bool deployed_ = false;
  bool winding_up_ = false;
  bool done_ = false;
  Scope scope_{1};  // declared last: destroyed first
};

}  // namespace hanse::simulator
