#include "zone/authorization/authorization.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/sleep.h"
#include "zone/authorization/built_in_roles.h"

namespace hanse::zone {
namespace {

using model::kWildcard;

// Of the keys of roles and of role assignments.
constexpr char kCommonPrefix[] = "/role";
constexpr Millis kRetryPause{100};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return one == kWildcard || one == name; });
}

bool reaches(const model::RoleAssignmentScope& scope, const std::string& own_tenant,
             const ResourceId& target) {
  // What belongs to no tenant belongs to the zone, which only an assignment for all tenants reaches.
  const bool tenant = scope.tenants.empty() ? !target.tenant.empty() && target.tenant == own_tenant
                                            : contains(scope.tenants, target.tenant);
  if (!tenant) return false;
  return scope.workspaces.empty() ||
         (!target.workspace.empty() && contains(scope.workspaces, target.workspace));
}

std::string place_of(const ResourceId& target) {
  if (target.tenant.empty()) return "of the zone";
  if (target.workspace.empty()) return fmt::format("in tenant '{}'", target.tenant);
  return fmt::format("in workspace '{}' of tenant '{}'", target.workspace, target.tenant);
}

}  // namespace

Authorization::Authorization(Runtime& runtime, store::Store& store, const Tables& tables, std::string zone)
    : runtime_(runtime),
      log_(runtime.log, "authorization"),
      store_(store),
      tables_(tables),
      zone_(std::move(zone)),
      changes_(runtime.scheduler) {}

Status Authorization::start() {
  if (!scope_.spawn(follow())) return fail(Code::internal, "roles cannot be followed");
  return {};
}

Task<void> Authorization::follow() {
  while (true) {
    // These belong together: nothing is awaited between them.
    const store::Revision from = store_.revision();
    read_all();
    auto watch = store_.watch(kCommonPrefix, from);
    while (watch) {
      const auto changes = co_await (*watch)->next_keys();
      if (!changes) break;
      for (const std::string& key : *changes) read(key);
      changes_.notify();
    }
    co_await sleep_for(runtime_.scheduler, kRetryPause);
  }
}

void Authorization::read_all() {
  roles_.clear();
  assignments_.clear();
  by_subject_.clear();
  std::string after;
  for (bool more = true; more;) {
    const store::Page page = store_.list(kCommonPrefix, after, store::kMaxPageEntries);
    for (const store::Entry& entry : page.entries) read(entry.key);
    more = page.more;
    if (more) after = page.entries.back().key;
  }
  changes_.notify();
}

void Authorization::read(const std::string& key) {
  if (key.starts_with(prefix_of(KindOf<model::RoleAssignment>::kTraits, {}))) read_assignment(key);
  if (!key.starts_with(prefix_of(KindOf<model::Role>::kTraits, {}))) return;
  auto role = tables_.roles.get(id_of_key(KindOf<model::Role>::kTraits, key));
  if (role) {
    roles_.insert_or_assign(key, std::move(*role));
  } else {
    roles_.erase(key);
    if (role.error().code != Code::not_found) log_.error("{}", role.error().message);
  }
}

void Authorization::read_assignment(const std::string& key) {
  forget_assignment(key);
  auto assignment = tables_.role_assignments.get(id_of_key(KindOf<model::RoleAssignment>::kTraits, key));
  if (!assignment) {
    if (assignment.error().code != Code::not_found) log_.error("{}", assignment.error().message);
    return;
  }
  // It does not count from the moment on that its deletion was asked for.
  if ((*assignment)->metadata.deleted_at) return;
  for (const std::string& subject : (*assignment)->spec.subs) by_subject_[subject].push_back(*assignment);
  assignments_.insert_or_assign(key, std::move(*assignment));
}

void Authorization::forget_assignment(const std::string& key) {
  const auto known = assignments_.find(key);
  if (known == assignments_.end()) return;
  for (const std::string& subject : known->second->spec.subs) {
    const auto listed = by_subject_.find(subject);
    if (listed == by_subject_.end()) continue;
    std::erase(listed->second, known->second);
    if (listed->second.empty()) by_subject_.erase(listed);
  }
  assignments_.erase(known);
}

template <class Function>
bool Authorization::any_assignment(const Caller& caller, Function function) const {
  const auto any_of_subject = [&](const std::string& subject) {
    const auto listed = by_subject_.find(subject);
    return listed != by_subject_.end() && std::any_of(listed->second.begin(), listed->second.end(),
                                                      [&](const Assignment& one) { return function(*one); });
  };
  return any_of_subject(caller.name) ||
         std::any_of(caller.groups.begin(), caller.groups.end(), any_of_subject) ||
         any_of_subject(std::string(kWildcard));
}

// Null for one that does not exist, or not any more.
const model::RoleSpec* Authorization::find_role(const std::string& tenant, const std::string& name) const {
  if (const model::RoleSpec* built_in = find_built_in_role(name)) return built_in;
  const auto known = roles_.find(key_of(KindOf<model::Role>::kTraits, {.tenant = tenant, .name = name}));
  if (known == roles_.end() || known->second->metadata.deleted_at) return nullptr;
  return &known->second->spec;
}

bool Authorization::grants(const model::RoleAssignment& assignment, const RequiredPermission& required,
                           const ResourceId& target) const {
  const std::string& tenant = assignment.metadata.tenant;
  const auto in_scope = [&](const model::RoleAssignmentScope& scope) {
    if (!scope.regions.empty() && !contains(scope.regions, zone_)) return false;
    return required.reach == Reach::anywhere || reaches(scope, tenant, target);
  };
  if (std::none_of(assignment.spec.scopes.begin(), assignment.spec.scopes.end(), in_scope)) return false;
  return std::any_of(
      assignment.spec.roles.begin(), assignment.spec.roles.end(), [&](const std::string& name) {
        const model::RoleSpec* role = find_role(tenant, name);
        return role != nullptr &&
               std::any_of(role->permissions.begin(), role->permissions.end(),
                           [&](const model::Permission& one) { return covers(one, required, target.name); });
      });
}

bool Authorization::allows(const Caller& caller, const RequiredPermission& required,
                           const ResourceId& target) const {
  if (caller.administrator || required.reach == Reach::oneself) return true;
  if (required.provider.empty()) return false;
  ResourceId place = target;
  // A workspace is within itself, so that who has rights in it may see it.
  if (required.resource == "workspaces" && place.workspace.empty()) place.workspace = place.name;
  return any_assignment(caller,
                        [&](const model::RoleAssignment& one) { return grants(one, required, place); });
}

Status Authorization::check(const Caller& caller, const RequiredPermission& required,
                            const ResourceId& target) const {
  if (allows(caller, required, target)) return {};
  return fail(Code::permission_denied,
              "user '{}' may not do this: it needs '{}' {}; 'hanse whoami' shows what you may do",
              caller.name, to_string(required),
              required.reach == Reach::anywhere ? "in some tenant" : place_of(target));
}

std::vector<Grant> Authorization::grants_of(const Caller& caller) const {
  std::vector<Grant> grants;
  std::set<const model::RoleAssignment*> seen;  // one may name the caller in several ways
  any_assignment(caller, [&](const model::RoleAssignment& one) {
    if (!seen.insert(&one).second) return false;
    for (const std::string& role : one.spec.roles) {
      if (find_role(one.metadata.tenant, role) == nullptr) continue;
      for (const model::RoleAssignmentScope& scope : one.spec.scopes) {
        Grant& grant = grants.emplace_back(Grant{role, one.metadata.tenant + "/" + one.metadata.name, scope});
        if (scope.tenants.empty()) grant.scope.tenants.push_back(one.metadata.tenant);
      }
    }
    return false;
  });
  return grants;
}

}  // namespace hanse::zone
