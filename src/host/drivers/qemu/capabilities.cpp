#include "host/drivers/qemu/capabilities.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fmt/format.h>

#include "host/drivers/qemu/command_line.h"
#include "host/drivers/qemu/cpu_levels.h"
#include "host/drivers/qemu/platform.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "host/drivers/qemu/tools.h"
#include "model/emulated_moves.h"

namespace hanse::host::qemu {
namespace {

constexpr const char* kProbeUid = "probe";
constexpr std::string_view kBestEmulatedLevel = "x86-64-v2";
// Their meaning differs between hosts: a machine with one of them could not move.
constexpr std::string_view kUnportableModels[] = {"host", "max", "base"};

// "key<blanks>: value" of the first line with that key.
std::string_view value_of(std::string_view text, std::string_view key) {
  for (std::size_t at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1)) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const std::size_t colon = text.find(':', at);
    if (colon == std::string_view::npos) return {};
    const std::size_t begin = std::min(text.find_first_not_of(" \t", colon + 1), text.size());
    return text.substr(begin, text.find('\n', begin) - begin);
  }
  return {};
}

std::vector<std::string> probe_command(const QemuOptions& options, const MachinePaths& paths,
                                       bool accelerated) {
  return {emulator_of(options),
          "-nodefaults",
          "-no-user-config",
          "-display",
          "none",
          "-S",
          "-incoming",
          "defer",
          "-machine",
          fmt::format("none,accel={}", accelerated ? "kvm" : "tcg"),
          "-qmp",
          fmt::format("unix:{},server=on,wait=off", paths.monitor())};
}

// A QEMU without a machine, ended however the probe ends.
class ProbeProcess {
 public:
  ProbeProcess(Processes& processes, ProcessId id) : processes_(processes), id_(id) {}
  ProbeProcess(const ProbeProcess&) = delete;
  ProbeProcess& operator=(const ProbeProcess&) = delete;
  ~ProbeProcess() { processes_.signal(id_, kKill); }

 private:
  static constexpr int kKill = 9;
  Processes& processes_;
  ProcessId id_;
};

template <class Range>
bool contains(const Range& names, std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Whether a guest can be given it; where there is a choice, only one that means the same at other hosts.
bool is_offered(const Platform& platform, std::string_view model, bool accelerated) {
  if (accelerated && !platform.kvm_has_models) return model == platform.kvm_model;
  if (!accelerated && !platform.emulated_models.empty()) return contains(platform.emulated_models, model);
  return !contains(kUnportableModels, model);
}

Task<Status> add_levels(QmpClient& client, Capabilities& out) {
  HANSE_CO_TRY(const std::vector<std::string> features, co_await qmp::query_cpu_features(client));
  for (std::string& level : levels_with(features)) {
    // A guest that finds AVX uses it, and each of those instructions is emulated piece by piece.
    if (out.facts.accelerated || level == kBestEmulatedLevel)
      out.inventory.cpu_models.push_back(std::move(level));
  }
  co_return Status();
}

Task<Status> ask_hypervisor(QmpClient& client, const Platform& platform, Capabilities& out) {
  HANSE_CO_TRY(std::vector<std::string> machines, co_await qmp::query_machines(client));
  std::erase_if(machines, [&](const std::string& name) {
    return !name.starts_with(platform.architecture.machine_family);
  });
  HANSE_CO_TRY(const std::vector<qmp::CpuModel> models, co_await qmp::query_cpu_definitions(client));
  for (const qmp::CpuModel& model : models) {
    if (model.usable && is_offered(platform, model.name, out.facts.accelerated))
      out.inventory.cpu_models.push_back(model.name);
  }
  if (platform.architecture.name == model::kX86.name) HANSE_CO_CHECK(co_await add_levels(client, out));
  std::sort(machines.begin(), machines.end());
  std::sort(out.inventory.cpu_models.begin(), out.inventory.cpu_models.end());
  out.inventory.machine_types = std::move(machines);
  const codec::QmpGreeting& version = client.version();
  out.inventory.hypervisor = fmt::format("qemu {}.{}.{}", version.major, version.minor, version.micro);
  out.no_moves_reason = reason_against_moves(out.facts.accelerated, version);
  out.inventory.live_moves = out.no_moves_reason.empty();
  // Last: it stays so.
  if (const Status post_copy = co_await qmp::try_post_copy(client); !post_copy)
    out.inventory.no_post_copy_reason = post_copy.error().message;
  co_return Status();
}

Task<Status> run_probe(DriverContext& context, Capabilities& out) {
  Runtime& runtime = context.runtime;
  const MachinePaths paths(context.options.data_dir, kProbeUid);
  HANSE_CO_CHECK(check_socket_paths(paths));
  HANSE_CO_CHECK(co_await runtime.files.make_directories(paths.folder(), 0711));
  HANSE_CO_CHECK(co_await make_guest_folder(runtime, context.options, paths.run_folder()));
  ProcessOptions options{.arguments = probe_command(context.options, paths, out.facts.accelerated),
                         .as_user = context.options.guest_user};
  options.output_path = paths.log();
  auto started = co_await runtime.processes.start_daemon(std::move(options));
  if (!started)
    co_return fail(Code::unavailable, "{} cannot be started ({}); install the packages of tools/packages.txt",
                   emulator_of(context.options), started.error().message);
  const ProbeProcess process(runtime.processes, *started);
  HANSE_CO_TRY(auto stream, co_await connect_when_there(runtime, paths.monitor(), *started));
  QmpClient client(runtime.scheduler, std::move(stream), {});
  HANSE_CO_CHECK(co_await client.start());
  co_return co_await ask_hypervisor(client, platform_of(context.options.architecture), out);
}

// Asks a QEMU with or without KVM, and cleans up after it.
Task<Result<Capabilities>> probe(DriverContext& context, bool accelerated) {
  Capabilities out;
  out.facts.accelerated = accelerated;
  const MachinePaths paths(context.options.data_dir, kProbeUid);
  const Status probed = co_await run_probe(context, out);
  std::string said;
  if (!probed) said = co_await log_tail(context.runtime, paths.log());
  HANSE_CO_CHECK(co_await context.runtime.files.remove_all(paths.folder()));
  if (!probed) co_return fail(probed.error().code, "{}: {}", probed.error().message, said);
  co_return out;
}

// Errors: why guests cannot run with KVM.
Task<Result<Capabilities>> probe_kvm(DriverContext& context) {
  const Platform& platform = platform_of(context.options.architecture);
  if (platform.architecture.name != own_architecture())
    co_return fail(Code::failed_precondition, "this machine is {} and its guests are {}", own_architecture(),
                   platform.architecture.name);
  const std::string& device = context.options.kvm_device;
  if (!co_await context.runtime.files.info(device)) co_return fail(Code::not_found, "there is no {}", device);
  HANSE_CO_TRY(Capabilities found, co_await probe(context, true));
  if (!contains(found.inventory.cpu_models, platform.kvm_model))
    co_return fail(Code::failed_precondition, "KVM here lacks parts of the CPU model {}", platform.kvm_model);
  co_return found;
}

// A QEMU without a machine does not look for it.
Task<Status> check_firmware(DriverContext& context) {
  const Platform& platform = platform_of(context.options.architecture);
  if (platform.firmware.empty() || co_await context.runtime.files.info(std::string(platform.firmware)))
    co_return Status();
  co_return fail(Code::unavailable, "there is no {}, which {} guests start with; install the package {}",
                 platform.firmware, platform.architecture.name, platform.firmware_package);
}

Task<Result<Capabilities>> probe_best(DriverContext& context) {
  HANSE_CO_CHECK(co_await check_firmware(context));
  Result<Capabilities> accelerated = co_await probe_kvm(context);
  if (accelerated) co_return accelerated;
  context.log.warning("guests are emulated, which is some ten times slower: {}", accelerated.error().message);
  co_return co_await probe(context, false);
}

}  // namespace

ProcessorFacts read_cpuinfo(std::string_view text) {
  ProcessorFacts facts;
  facts.model = value_of(text, "model name");
  const std::string mhz(value_of(text, "cpu MHz"));
  facts.clock_khz = static_cast<std::int64_t>(std::strtod(mhz.c_str(), nullptr) * 1000);
  for (std::size_t at = text.find("processor"); at != std::string_view::npos;
       at = text.find("processor", at + 1)) {
    if (at == 0 || text[at - 1] == '\n') ++facts.count;
  }
  return facts;
}

MiB read_meminfo(std::string_view text) {
  const std::string_view total = value_of(text, "MemTotal");
  std::int64_t kib = 0;
  std::from_chars(total.data(), total.data() + total.size(), kib);
  return MiB{kib / 1024};
}

std::string reason_against_moves(bool accelerated, const codec::QmpGreeting& version) {
  if (accelerated || version.major >= model::kFirstQemuForEmulatedMoves) return {};
  return fmt::format(
      "QEMU {}.{} damages emulated guests in live moves; install QEMU {} or later, or use a machine with KVM",
      version.major, version.minor, model::kFirstQemuForEmulatedMoves);
}

Task<Result<Capabilities>> probe_capabilities(DriverContext& context) {
  HANSE_CO_TRY(Capabilities out, co_await probe_best(context));
  Runtime& runtime = context.runtime;
  HANSE_CO_TRY(const std::string cpuinfo, co_await runtime.files.read("/proc/cpuinfo", Bytes{8 << 20}));
  HANSE_CO_TRY(const std::string meminfo, co_await runtime.files.read("/proc/meminfo", kSmallFileLimit));
  const ProcessorFacts processor = read_cpuinfo(cpuinfo);
  out.facts.clock_khz = processor.clock_khz;
  out.inventory.accelerated = out.facts.accelerated;
  out.inventory.processor = processor.model;
  out.inventory.architecture = context.options.architecture;
  const QemuOptions& options = context.options;
  out.inventory.vcpu = options.vcpu_limit.value > 0 ? options.vcpu_limit : VcpuCount{processor.count};
  out.inventory.memory_mib = options.memory_limit.value > 0 ? options.memory_limit : read_meminfo(meminfo);
  if (!out.no_moves_reason.empty()) context.log.warning("no live moves: {}", out.no_moves_reason);
  co_return out;
}

}  // namespace hanse::host::qemu
