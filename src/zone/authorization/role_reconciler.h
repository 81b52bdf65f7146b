// RoleReconciler: a role becomes active at once. One whose deletion was asked for is first taken out of all
// assignments, so that another role of its name gives nobody anything. Thread: the loop.
#pragma once

#include <string>

#include "base/result.h"
#include "base/task.h"
#include "zone/reconcile_loop.h"
#include "zone/simple_reconcilers.h"
#include "zone/tables.h"

namespace hanse::zone {

class RoleReconciler {
 public:
  explicit RoleReconciler(Tables& tables) : tables_(tables), plain_(tables.roles) {}

  Task<Result<Again>> reconcile(std::string key);

 private:
  Tables& tables_;
  PlainReconciler<model::Role> plain_;
};

}  // namespace hanse::zone
