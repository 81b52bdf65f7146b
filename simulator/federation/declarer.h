// Declarer: the one who declares workloads in two of the zones, changes and deletes them, by chance, over the
// zones' API; and remembers what was acknowledged, and what may have been done without an answer.
//
// Lifecycle: a process that no fault hits. Thread: one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/scope.h"
#include "http/client.h"
#include "model/workload.h"
#include "simulator/process.h"

namespace hanse::simulator {

class Declarer final : public ProcessRoot {
 public:
  // The image is in all zones. `full_zone` is nearly filled at first; empty: none is.
  Declarer(ProcessContext context, std::vector<std::string> zones, std::string full_zone);

  // Everything is in place and the first workload runs.
  bool begun() const { return begun_; }
  void wind_up() { winding_up_ = true; }
  bool done() const { return done_; }
  std::size_t acknowledged() const { return acknowledged_; }

  // Whether this may be what a zone has of the workload: what was acknowledged last, or what was asked for
  // and not answered. Nothing: the workload is not there, or is on its way out.
  std::optional<std::string> check(const std::string& home, const std::string& name,
                                   const model::Workload* found) const;
  // An invariant: no answer has contradicted what was acknowledged before.
  const std::optional<std::string>& contradiction() const { return contradiction_; }
  struct Name {
    std::string home;
    std::string workload;
    auto operator<=>(const Name&) const = default;
  };
  const std::vector<Name>& names() const { return names_; }

 private:
  // A declaration is known by its number; kDeleted is none.
  struct Known {
    std::uint64_t acknowledged = 0;
    std::multiset<std::uint64_t> possible;  // asked for and not answered
  };

  Task<void> live();
  Task<Status> prepare();
  Task<void> act();
  Task<void> declare(Name name, model::WorkloadSpec spec);
  Task<void> remove(Name name);
  Task<void> read(Name name);
  model::WorkloadSpec draw_spec(const Name& name);
  void draw_constraint(model::PlacementPolicy& policy, const Name& name);
  void draw_neighbour(model::PlacementPolicy& policy, const Name& name);
  void draw_latency(model::PlacementPolicy& policy);
  void draw_weights(model::PlacementPolicy& policy);
  void note_answer(const Name& name, std::uint64_t number, const Result<json::Value>& answer);
  Task<Result<json::Value>> call(std::string zone, std::string method, std::string path,
                                 std::optional<json::Value> body = {});
  std::uint64_t draw(std::uint64_t bound) { return random_below(runtime_.random, bound); }

  Runtime& runtime_;
  Logger log_;
  std::vector<std::string> zones_;
  std::string full_zone_;
  std::vector<Name> names_;
  bool follows_ = false;  // in this federation: affinities are declared, not anti-affinities
  Nanos longest_pause_;   // between two declarations
  std::map<std::string, std::unique_ptr<http::Client>> clients_;
  std::map<Name, Known> known_;
  std::map<std::uint64_t, model::WorkloadSpec> declared_;  // by number
  std::uint64_t last_number_ = 0;
  std::size_t acknowledged_ = 0;
  std::optional<std::string> contradiction_;
  bool begun_ = false;
  bool winding_up_ = false;
  bool done_ = false;
  Scope scope_{1};  // declared last: destroyed first
};

}  // namespace hanse::simulator
