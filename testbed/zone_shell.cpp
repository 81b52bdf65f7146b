#include "testbed/zone_shell.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "testbed/network_namespace.h"

namespace hanse::testbed {

Error replace_by_shell(const Plan& plan, const std::string& zone_name, std::vector<std::string> command) {
  const auto zone = std::find_if(plan.zones.begin(), plan.zones.end(), [&](const ZonePlan& candidate) {
    return candidate.topology.name == zone_name;
  });
  if (zone == plan.zones.end()) {
    std::vector<std::string> names;
    for (const ZonePlan& known : plan.zones) names.push_back(known.topology.name);
    return fail(Code::not_found, "testbed '{}' has no zone '{}'; it has {}", plan.name, zone_name,
                fmt::join(names, ", "))
        .value();
  }
  const Result<NamespaceVisit> visit = NamespaceVisit::enter(zone->network_namespace);
  if (!visit) return visit.error();
  ::setenv("HANSE_CONTEXT", zone_name.c_str(), 1);
  ::setenv("HANSE_CONFIG", plan.contexts_file.c_str(), 1);
  if (command.empty()) {
    const char* shell = std::getenv("SHELL");
    command.push_back(shell != nullptr && *shell != '\0' ? shell : "/bin/sh");
  }
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  return fail(Code::not_found, "'{}' cannot be started: {}", command[0], std::strerror(errno)).value();
}

}  // namespace hanse::testbed
