// HostSpread: whether two replicas of one workload are put on one host although it is spread by hosts, as an
// observer of the zones' records of instances sees it.
//
// It judges an instance when it is given its host, also a second one, by what the instance itself says of its
// spread. Lifecycle: as long as the run. Thread: one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/compute.h"
#include "zone/table.h"

namespace hanse::simulator {

class HostSpread {
 public:
  using Instances = std::vector<zone::Table<model::Instance>::Pointer>;
  // All instances of a zone, as they are now.
  std::optional<std::string> look_at(const std::string& zone, const Instances& instances);

  // So many were put on a host that had to have none of their workload.
  std::size_t judged() const { return judged_; }

 private:
  std::map<std::string, std::map<std::string, std::string>> hosts_;  // by zone and uid
  std::size_t judged_ = 0;
};

}  // namespace hanse::simulator
