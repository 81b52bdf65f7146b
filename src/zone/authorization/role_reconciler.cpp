#include "zone/authorization/role_reconciler.h"

#include <algorithm>
#include <utility>

namespace hanse::zone {

Task<Result<Again>> RoleReconciler::reconcile(std::string key) {
  const ResourceId id = id_of_key(KindOf<model::Role>::kTraits, key);
  const auto role = tables_.roles.get(id);
  if (role && (*role)->metadata.deleted_at) {
    HANSE_CO_TRY(const auto assignments, tables_.role_assignments.all({.tenant = id.tenant}));
    for (const auto& assignment : assignments) {
      const auto& roles = assignment->spec.roles;
      if (std::find(roles.begin(), roles.end(), id.name) == roles.end()) continue;
      const auto changed = co_await tables_.role_assignments.update(
          id_of(assignment->metadata), [&id](model::RoleAssignment& one) -> Status {
            std::erase(one.spec.roles, id.name);
            return {};
          });
      if (!changed && changed.error().code != Code::not_found) co_return fail(changed.error());
    }
  }
  co_return co_await plain_.reconcile(std::move(key));
}

}  // namespace hanse::zone
