// Authorization: what users may do, by the roles that are assigned to their subjects. It is evaluated from a
// copy of roles and role assignments in memory, by subject, which follows the store: who was told that an
// assignment was written finds it in force.
//
// Lifecycle: construct, start() once; destroying it stops the following. Thread: the loop. Failure:
// permission_denied, saying what is not permitted to whom, and where.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "store/store.h"
#include "zone/authorization/required_permission.h"
#include "zone/caller.h"
#include "zone/tables.h"

namespace hanse::zone {

// A role as it was given to a caller.
struct Grant {
  std::string role;
  std::string assignment;  // "<tenant>/<name>"
  model::RoleAssignmentScope scope;
};

class Authorization {
 public:
  Authorization(Runtime& runtime, store::Store& store, const Tables& tables, std::string zone);

  Status start();

  // `target` is what the path names: tenant, workspace and name, each as far as it has them. Requires: a
  // user.
  bool allows(const Caller& caller, const RequiredPermission& required, const ResourceId& target) const;
  Status check(const Caller& caller, const RequiredPermission& required, const ResourceId& target) const;
  std::vector<Grant> grants_of(const Caller& caller) const;
  // Notified when roles or assignments have changed.
  Signal& changes() { return changes_; }

 private:
  using Assignment = Table<model::RoleAssignment>::Pointer;
  Task<void> follow();
  void read_all();
  void read(const std::string& key);
  void read_assignment(const std::string& key);
  void forget_assignment(const std::string& key);
  template <class Function>
  bool any_assignment(const Caller& caller, Function function) const;
  const model::RoleSpec* find_role(const std::string& tenant, const std::string& name) const;
  bool grants(const model::RoleAssignment& assignment, const RequiredPermission& required,
              const ResourceId& target) const;

  Runtime& runtime_;
  Logger log_;
  store::Store& store_;
  const Tables& tables_;
  std::string zone_;
  std::map<std::string, Table<model::Role>::Pointer> roles_;  // by key
  std::map<std::string, Assignment> assignments_;             // by key
  std::unordered_map<std::string, std::vector<Assignment>> by_subject_;
  Signal changes_;
  Scope scope_{1};  // declared last: destroyed first
};

}  // namespace hanse::zone
