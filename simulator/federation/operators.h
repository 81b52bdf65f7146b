// Operators: the people who run the zones of the scenario of joins, as one simulated process: they invite,
// join and leave at random for a while, and then see to it that all zones are peers.
//
// Lifecycle: one for the run; it never crashes. Thread: one.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "http/client.h"
#include "simulator/process.h"

namespace hanse::simulator {

class Operators final : public ProcessRoot {
 public:
  Operators(ProcessContext context, std::vector<std::string> zones);

  // They end what they are at, and make all zones peers.
  void wind_up() { winding_up_ = true; }
  bool done() const { return done_; }
  int joined() const { return joined_; }
  int left() const { return left_; }
  int passed_on() const { return passed_on_; }

 private:
  Task<void> live();
  Task<void> act();
  Task<Status> introduce(std::string inviting, std::string joining);
  Task<Status> leave(std::string zone, std::string other);
  Task<bool> is_active(std::string zone, std::string other);
  Task<bool> all_are_peers();
  Task<Result<json::Value>> call(std::string zone, std::string method, std::string path,
                                 std::optional<json::Value> body = {});

  Runtime& runtime_;
  Logger log_;
  std::vector<std::string> zones_;
  std::map<std::string, std::unique_ptr<http::Client>> clients_;
  bool winding_up_ = false;
  bool done_ = false;
  int joined_ = 0;
  int left_ = 0;
  int passed_on_ = 0;  // invitations, to a second zone
  Scope scope_{1};     // declared last: destroyed first
};

}  // namespace hanse::simulator
