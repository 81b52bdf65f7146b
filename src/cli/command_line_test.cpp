#include "cli/command_line.h"

#include <cstdlib>
#include <doctest/doctest.h>

namespace hanse::cli {
namespace {

template <class Options>
Options parsed(std::vector<std::string> arguments, GlobalOptions* global = nullptr) {
  const ParsedLine line = parse_command_line(std::move(arguments));
  const Options* const options = line.command ? std::get_if<Options>(&*line.command) : nullptr;
  REQUIRE_MESSAGE(options != nullptr, line.text);
  if (global != nullptr) *global = line.global;
  return *options;
}

TEST_CASE("each command is parsed into its options") {
  CHECK(parsed<ApplyOptions>({"apply", "-f", "a.yaml", "-f", "-"}).files ==
        std::vector<std::string>{"a.yaml", "-"});
  const auto get = parsed<GetOptions>({"get", "inst", "web", "-l", "a=b", "--watch"});
  CHECK(get.kind == "inst");
  CHECK(get.name == "web");
  CHECK(get.selector == "a=b");
  CHECK(get.watch);
  const auto migrate = parsed<MigrateOptions>({"migrate", "web", "--to", "b", "--path", "relayed"});
  CHECK(migrate.target_zone == "b");
  CHECK(migrate.path == "relayed");
  CHECK(parsed<MigrateOptions>({"migrate", "web", "--host", "h2"}).target_host == "h2");
  CHECK(parsed<MigrateOptions>({"migrate", "--cancel", "web"}).cancel);
  CHECK(parsed<MigrateOptions>({"migrate", "web", "--to", "b", "--sku", "large"}).sku == "large");
  CHECK(parsed<MigrateOptions>({"migrate", "web", "--pause"}).pause);
  CHECK(
      parsed<MigrateOptions>({"migrate", "web", "--to", "b", "--streams", "4", "--compress"}).send.streams ==
      4);
  CHECK(parsed<MigrateOptions>({"migrate", "web", "--bandwidth", "100Mbit"}).send.max_rate == 12'500'000);
  CHECK(parsed<DrainOptions>({"drain", "h1", "--bandwidth", "8MB"}).moves.send.max_rate == 8'000'000);
  CHECK(parsed<EvacuateOptions>({"evacuate", "a", "--post-copy"}).moves.send.post_copy);
  CHECK(parsed<MigrateOptions>({"migrate", "web", "--to", "b", "--max-blackout", "2s"}).max_blackout_ms ==
        2'000);
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"migrate", "web"},
        {"migrate", "web", "--to", "b", "--pause"},
        {"migrate", "web", "--pause", "--resume"},
        {"migrate", "web", "--cancel", "--bandwidth", "8MB"},
        {"migrate", "web", "--pause", "--compress"},
        {"migrate", "web", "--pause", "--post-copy"},
        {"migrate", "web", "--to", "b", "--post-copy", "--compress"},
        {"migrate", "web", "--to", "b", "--post-copy", "--mode", "warm"},
        {"drain", "h1", "--post-copy", "--compress"},
        {"evacuate", "a", "--post-copy", "--streams", "2"},
        {"migrate", "web", "--host", "h", "--sku", "large"},
        {"migrate", "web", "--to", "b", "--sku", "large", "--mode", "live"},
        {"migrate", "web", "--to", "b", "--sku", "large", "--post-copy"},
        {"image", "add-boot", "web", "--architecture", "aarch64"},
        {"image", "add-boot", "web", "--architecture", "arm", "--kernel", "k"},
        {"migrate", "web", "--to", "b", "--streams", "0"},
        {"migrate", "web", "--to", "b", "--streams", "17"},
        {"migrate", "web", "--pause", "--deadline", "1h"},
        {"migrate", "web", "--to", "b", "--bandwidth", "100"},
        {"migrate", "web", "--to", "b", "--max-blackout", "2h"}})
    CHECK(parse_command_line(wrong).exit_code != 0);
  CHECK(parsed<RotateOptions>({"federation", "rotate", "--finish", "--force"}).force);
  const auto forced = parse_command_line({"federation", "rotate", "--force"});
  CHECK(forced.exit_code != 0);
  CHECK(forced.text.find("--finish") != std::string::npos);
  CHECK(parsed<SnapshotOptions>({"snapshot", "restore", "web", "s1"}).action == SnapshotAction::restore);
  CHECK(parsed<SnapshotOptions>({"snapshot", "restore", "--cancel", "web", "s1"}).action ==
        SnapshotAction::cancel_restore);
  CHECK(parsed<PowerOptions>({"restart", "web"}).action == PowerAction::restart);
  CHECK(parsed<LogsOptions>({"logs", "web", "-f"}).follow);
  CHECK(parsed<GetOptions>({"image", "ls"}).kind == "images");
  CHECK(parsed<ImageAddBootOptions>({"image", "add-boot", "x", "--architecture", "aarch64", "--kernel", "k"})
            .initramfs.empty());
  CHECK(parsed<ImageImportOptions>({"image", "import", "x.qcow2", "--name", "x"}).format == "auto");
  const auto invite = parsed<HostInviteOptions>({"host", "invite", "h1"});
  CHECK(invite.host == "h1");
  CHECK(invite.expires == "1h");
  CHECK(parsed<DeleteOptions>({"delete", "-f", "x.yaml", "--wait"}).wait);
}

TEST_CASE("a move's option that would mean nothing is refused, and the fault names it and what to do") {
  const auto fault_of = [](std::vector<std::string> options) {
    options.insert(options.begin(), {"migrate", "web"});
    const ParsedLine line = parse_command_line(std::move(options));
    CHECK(line.exit_code == 2);
    return line.text;
  };
  const std::vector<std::vector<std::string>> of_memory = {
      {"--streams", "4"}, {"--compress"}, {"--post-copy"}, {"--max-blackout", "1s"}};
  const std::vector<std::vector<std::string>> without_memory = {
      {"--mode", "warm"}, {"--mode", "cold"}, {"--keep-source"}, {"--sku", "large"}};
  for (const auto& option : of_memory) {
    for (const auto& way : without_memory) {
      std::vector<std::string> line = {"--to", "b"};
      line.insert(line.end(), option.begin(), option.end());
      line.insert(line.end(), way.begin(), way.end());
      const std::string fault = fault_of(line);
      CHECK(fault.starts_with("hanse: " + option.front() + ": is for a live move, and with " + way.front()));
      CHECK(fault.find("leave it out") != std::string::npos);
    }
    std::vector<std::string> automatic = {"migrate", "web", "--to", "b"};
    automatic.insert(automatic.end(), option.begin(), option.end());
    CHECK(parse_command_line(automatic).exit_code == 0);
  }
  const std::vector<std::vector<std::string>> of_new_moves = {
      {"--mode", "live"}, {"--path", "direct"},  {"--streams", "1"}, {"--compress"},
      {"--post-copy"},    {"--keep-source"},     {"--as", "w"},      {"--snapshot", "s"},
      {"--sku", "large"}, {"--deadline", "10m"}, {"--dry-run"},      {"--no-wait"}};
  for (auto option : of_new_moves) {
    const std::string name = option.front();
    CHECK(
        fault_of(option).starts_with("hanse: " + name + ": is for a move that begins; say where to by --to"));
    option.insert(option.end(), {"--bandwidth", "8MB"});
    CHECK(fault_of(option).starts_with("hanse: " + name + ": is for a move that begins"));
  }
}

TEST_CASE("programs get their options") {
  CHECK(parsed<ZoneOptions>({"zone", "--config", "zone.toml", "-v"}).verbose);
  CHECK(parsed<HostOptions>({"host"}).config_path.empty());
  CHECK(parsed<HostOptions>({"host", "--config", "host.toml"}).config_path == "host.toml");
  CHECK(parsed<HostOptions>({"host", "--data-dir", "/d", "-v"}).verbose);
  CHECK(parsed<HostEnrolOptions>({"host", "enrol", "-", "--data-dir", "/d"}).data_directory == "/d");
  CHECK(parsed<HostEnrolOptions>({"host", "enrol", "--token-file", "t"}).token_file == "t");
  const auto shell =
      parsed<TestbedOptions>({"testbed", "shell", "a", "--name", "x", "--", "ip", "-o", "addr"});
  CHECK(shell.action == TestbedAction::shell);
  CHECK(shell.zone == "a");
  CHECK(shell.name == "x");
  CHECK(shell.command == std::vector<std::string>{"ip", "-o", "addr"});
  const auto start = parsed<TestbedOptions>({"testbed", "start", "a", "a-1"});
  CHECK(start.action == TestbedAction::start);
  CHECK(start.zone == "a");
  CHECK(start.host == "a-1");
  const auto up = parsed<TestbedOptions>({"testbed", "--state", "/s", "up", "--keep", "-o", "json"});
  CHECK(up.keep);
  CHECK(up.state_directory == "/s");
  CHECK(up.output == OutputFormat::json);
  CHECK(parsed<TestbedOptions>({"testbed", "up", "--topology", "virt8ra"}).topology == "virt8ra");
  CHECK(parsed<TestbedOptions>({"testbed", "status", "--links"}).links);
  CHECK(parsed<TestbedOptions>({"testbed", "wan", "--config", "w"}).wan_config_path == "w");
}

TEST_CASE("a fleet gets its size and the file of contexts") {
  const auto fleet = parsed<FleetOptions>({"simulate", "fleet", "--hosts", "20000", "--context", "north",
                                           "--address", "127.0.0.1:1", "--address", "127.0.0.2:1"});
  CHECK(fleet.hosts == 20'000);
  CHECK(parsed<FleetOptions>({"simulate", "fleet", "--life", "60"}).mean_life_seconds == 60);
  CHECK(parse_command_line({"simulate", "fleet", "--load", "0"}).exit_code != 0);
  CHECK(fleet.first == 1);
  CHECK(fleet.context == "north");
  CHECK(fleet.addresses == std::vector<std::string>{"127.0.0.1:1", "127.0.0.2:1"});
  CHECK(parse_command_line({"simulate", "fleet", "--hosts", "0"}).exit_code != 0);
}

TEST_CASE("a fleet whose numbers are out of range or whose spans are turned round is refused") {
  const std::vector<std::vector<std::string>> wrong = {
      {"--boot-low", "3000"},  // above the longest
      {"--boot-low", "-1"},           {"--boot-high", "3600001"},   {"--boot-low", "20", "--boot-high", "10"},
      {"--boot-failures", "1000001"}, {"--dirty-low", "60000"},     {"--memory-mib", "0"},
      {"--memory-mib", "-5"},         {"--memory-mib", "67108865"},
  };
  for (std::vector<std::string> options : wrong) {
    const std::string first = options.front();
    options.insert(options.begin(), {"simulate", "fleet"});
    const ParsedLine line = parse_command_line(options);
    CHECK_FALSE(line.command.has_value());
    CHECK(line.exit_code == 2);
    CHECK_MESSAGE(line.text.find(first) != std::string::npos, line.text);
  }
  CHECK(parse_command_line({"simulate", "fleet", "--boot-low", "3000"}).text ==
        "hanse: --boot-low: must not be above --boot-high; see 'hanse simulate fleet --help'\n");
  CHECK(parsed<FleetOptions>({"simulate", "fleet", "--boot-low", "7", "--boot-high", "7"})
            .boot_milliseconds_low == 7);
}

TEST_CASE("global options stand before or behind the command") {
  GlobalOptions global;
  parsed<GetOptions>({"--tenant", "acme", "get", "images", "-o", "yaml", "--context", "b"}, &global);
  CHECK(global.tenant == "acme");
  CHECK(global.output == OutputFormat::yaml);
  CHECK(global.context == "b");
  const auto add = parsed<ContextAddOptions>({"context", "add", "a", "--endpoint", "https://x:1", "--ca-file",
                                              "c", "--token-file", "t", "--tenant", "acme", "--use"});
  CHECK(add.tenant == "acme");
  CHECK(add.use);
}

TEST_CASE("the environment stands in for options that are not given") {
  setenv("HANSE_CONTEXT", "from-environment", 1);
  setenv("HANSE_CONFIG", "/environment.yaml", 1);
  GlobalOptions global;
  parsed<GetOptions>({"get", "images", "--context", "given"}, &global);
  CHECK(global.context == "given");
  CHECK(global.config == "/environment.yaml");
  parsed<ZoneOptions>({"zone", "--config", "z.toml"}, &global);
  CHECK(global.context == "from-environment");
  unsetenv("HANSE_CONTEXT");
  unsetenv("HANSE_CONFIG");
}

TEST_CASE("a wrong command line is refused with exit code 2") {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"frobnicate"},
      {"get"},
      {"get", "images", "-o", "xml"},
      {"apply"},
      {"delete", "instance"},
      {"delete", "instance", "web", "-f", "x"},
      {"migrate", "web"},
      {"migrate", "web", "--to", "b", "--cancel"},
      {"migrate", "web", "--to", "b", "--path", "pigeon"},
      {"image", "import", "x", "--name", "x", "--kernel", "k"},
      {"completion", "powershell"},
  };
  for (const auto& arguments : wrong) {
    const ParsedLine line = parse_command_line(arguments);
    CHECK_FALSE(line.command.has_value());
    CHECK(line.exit_code == 2);
    CHECK(line.text.starts_with("hanse: "));
  }
}

TEST_CASE("a fault names the command that it is of") {
  CHECK(parse_command_line({"frobnicate"}).text ==
        "hanse: 'frobnicate' is no command of 'hanse'; see 'hanse --help'\n");
  CHECK(parse_command_line({"image", "list"}).text ==
        "hanse: 'list' is no command of 'hanse image'; see 'hanse image --help'\n");
  CHECK(parse_command_line({"image"}).text == "hanse: A subcommand is required; see 'hanse image --help'\n");
  CHECK(parse_command_line({"migrate", "web"}).text.ends_with("; see 'hanse migrate --help'\n"));
}

TEST_CASE("help is no fault and hides what is not for people") {
  const ParsedLine all = parse_command_line({"--help"});
  CHECK(all.exit_code == 0);
  CHECK(all.text.find("migrate") != std::string::npos);
  const ParsedLine testbed = parse_command_line({"testbed", "--help"});
  CHECK(testbed.text.find("shell") != std::string::npos);
  CHECK(testbed.text.find("wan") == std::string::npos);
}

}  // namespace
}  // namespace hanse::cli
