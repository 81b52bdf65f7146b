#include "programs/dev_program.h"

#include <unistd.h>

#include "base/scope.h"
#include "cli/real_terminal.h"
#include "programs/host_program.h"
#include "programs/program.h"
#include "programs/zone_program.h"

namespace hanse::programs {
namespace {

constexpr int kTokenDigits = 64;
constexpr char kHostName[] = "dev-host";
constexpr Seconds kInvitationLifetime{600};

// The token of an earlier run, or a new one.
Task<Result<std::string>> keep_token(Runtime& runtime, std::string path) {
  const auto known = co_await runtime.files.read(path, kSmallFileLimit);
  if (known) co_return path;
  if (known.error().code != Code::not_found) co_return fail(known.error());
  HANSE_CO_CHECK(
      co_await runtime.files.write_atomically(path, random_token(runtime.random, kTokenDigits) + "\n"));
  co_return path;
}

zone::ZoneConfig zone_config(const std::string& folder, const Endpoint& listen) {
  return {.name = "dev",
          .provider = "this machine",
          .member_state = "EU",
          .listen = listen,
          .data_dir = folder + "/zone",
          .admin_token_file = folder + "/admin.token"};
}

host::HostConfig dev_host_config(const std::string& folder) {
  host::HostConfig config;
  config.data_dir = folder + "/host";
  config.forward_address = "127.0.0.1";
  config.guest_user = ::geteuid() == 0 ? "nobody" : "";
  return config;
}

Task<Status> write_context(Runtime& runtime, std::string folder, Endpoint listen) {
  const std::string text = fmt::format(
      "current: dev\ncontexts:\n  - name: dev\n    endpoint: {}\n    caFile: {}/zone/ca.pem\n    tokenFile: "
      "{}/admin.token\n",
      to_string(listen), folder, folder);
  return runtime.files.write_atomically(folder + "/contexts.yaml", text);
}

Task<Status> start(io::RealRuntime& real, ZoneService& zone, std::string folder, Endpoint listen) {
  Runtime& runtime = real.runtime();
  HANSE_CO_CHECK(co_await runtime.files.make_directories(folder, 0711));
  HANSE_CO_TRY(const std::string admin, co_await keep_token(runtime, folder + "/admin.token"));
  HANSE_CO_CHECK(co_await write_context(runtime, folder, listen));
  co_return co_await zone.start(zone_config(folder, listen));
}

// As an operator would, once.
Task<Status> run_host(ZoneService& zone, HostService& service, host::HostConfig config) {
  HANSE_CO_TRY(const bool enrolled, co_await service.has_enrolled(config.data_dir));
  if (!enrolled) {
    HANSE_CO_TRY(std::string token, co_await zone.invite_host(kHostName, kInvitationLifetime));
    HANSE_CO_CHECK(co_await service.enrol(config.data_dir, std::move(token)));
  }
  co_return co_await service.run(std::move(config));
}

Task<void> serve_host(ZoneService& zone, HostService& service, host::HostConfig config, io::RealRuntime& real,
                      Status& ended) {
  ended = co_await run_host(zone, service, std::move(config));
  real.stop();
}

}  // namespace

int run_dev(const cli::DevOptions& options) {
  io::RealRuntime real(runtime_options(options.verbose));
  const auto listen = parse_endpoint(options.listen);
  if (!listen) return exit_code(fail(listen.error()));
  const std::string& folder = options.data_directory;
  ZoneService zone(real);
  if (const Status started = real.run_task(start(real, zone, folder, *listen)); !started)
    return exit_code(started);
  HostService host(real);
  Status ended;
  Scope scope(1);
  if (!scope.spawn(serve_host(zone, host, dev_host_config(folder), real, ended))) {
    return exit_code(fail(Code::internal, "the host cannot start"));
  }
  cli::print_to_standard_output(
      fmt::format("A zone and a host run on this machine until Ctrl-C. In another terminal:\n\n  export "
                  "HANSE_CONFIG={}/contexts.yaml\n"
                  "  hanse get hosts\n\n",
                  folder));
  run_until_signal(real, {});
  return exit_code(ended);
}

}  // namespace hanse::programs
