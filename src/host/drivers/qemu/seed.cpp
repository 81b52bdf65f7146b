#include "host/drivers/qemu/seed.h"

#include <boost/json.hpp>

#include "base/json.h"
#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

// A JSON string is a YAML string.
std::string yaml_quoted(const std::string& text) {
  return boost::json::serialize(boost::json::string(text));
}

}  // namespace

std::string seed_meta_data(const model::MachineSpec& machine) {
  std::string text = "instance-id: " + yaml_quoted(machine.uid) + "\n";
  text += "local-hostname: " + yaml_quoted(machine.name) + "\n";
  if (!machine.ssh_keys.empty()) text += "public-keys:\n";
  for (const std::string& key : machine.ssh_keys) text += "  - " + yaml_quoted(key) + "\n";
  return text;
}

std::string seed_user_data(const model::MachineSpec& machine) {
  return machine.user_data.empty() ? "#cloud-config\n{}\n" : machine.user_data;
}

Task<Status> make_seed(Runtime& runtime, const QemuOptions& options, MachinePaths paths,
                       model::MachineSpec machine) {
  const std::string folder = paths.in_run("seed");
  HANSE_CO_CHECK(co_await runtime.files.make_directories(folder, 0755));
  HANSE_CO_CHECK(
      co_await runtime.files.write_atomically(folder + "/meta-data", seed_meta_data(machine), 0644));
  HANSE_CO_CHECK(
      co_await runtime.files.write_atomically(folder + "/user-data", seed_user_data(machine), 0644));
  std::vector<std::string> command{
      options.seed_tool, "-quiet", "-o", paths.seed(),          "-V",
      "cidata",          "-r",     "-J", folder + "/user-data", folder + "/meta-data"};
  HANSE_CO_CHECK(co_await run_tool(runtime, options, std::move(command)));
  co_return co_await runtime.files.remove_all(folder);
}

}  // namespace hanse::host::qemu
