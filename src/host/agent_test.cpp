#include "host/agent.h"

#include <doctest/doctest.h>

#include "host/fakes_for_test.h"
#include "tests/support/fake_driver.h"
#include "tests/support/fake_hashing.h"

namespace hanse::host {
namespace {

using model::MachineGoal;
using model::PowerState;
using test_support::FakeZone;
using test_support::TextCertificates;
using test_support::wanted;

struct AgentFixture {
  FakeZone zone;
  test::TestRuntime& world = zone.world;
  TextCertificates certificates{world.loop};
  test::FakeHashing hashing{world.files};
  store::NoChunks chunks;
  SnapshotStore snapshots{world.runtime, hashing, ":memory:"};
  test::FakeDriver driver{world.loop};
  HostConfig config{.name = "h1",
                    .zone_endpoint = test::kService,
                    .data_dir = "/data",
                    .stream_address = "10.0.0.1",
                    .guest_user = ""};
  std::unique_ptr<Agent> agent;
  std::optional<Status> ended;
  std::unique_ptr<Scope> scope;

  AgentFixture() {
    IdentityFiles files(world.files, identity_folder(config.data_dir));
    const std::string certificate = certificates.certificate("hanse://zone/a/host/h1", Seconds{86400});
    REQUIRE(test::complete(world.loop, files.keep({.certificate_pem = certificate,
                                                   .key_pem = "key",
                                                   .ca_pem = "ca",
                                                   .zone_endpoint = to_string(test::kService)})));
    zone.service.start();
  }
  void start() {
    stop();
    agent = std::make_unique<Agent>(world.runtime, certificates, hashing, chunks, snapshots, driver, config,
                                    "0.1");
    scope = std::make_unique<Scope>();
    REQUIRE(scope->spawn(test::keep(agent->run(), ended)));
    zone.run(Seconds{5});
  }
  void stop() {
    scope.reset();
    agent.reset();
    zone.run(Seconds{1});
  }
};

TEST_CASE("an agent connects as itself and runs what its zone wants") {
  AgentFixture host;
  host.zone.desired = {wanted("m1", MachineGoal::running)};
  host.start();
  REQUIRE(host.zone.hellos.size() == 1);
  CHECK(host.zone.certificates[0].starts_with("certificate hanse://zone/a/host/h1 "));
  CHECK(host.zone.hellos[0].name == "h1");
  CHECK(host.zone.hellos[0].version == "0.1");
  CHECK(host.zone.hellos[0].stream_address == "10.0.0.1");
  CHECK(host.zone.hellos[0].boot_id.size() == 32);
  REQUIRE(host.zone.last("m1") != nullptr);
  CHECK(host.zone.last("m1")->power_state == PowerState::running);
}

TEST_CASE("an agent that restarts tells of its machines, stops none, and has another boot id") {
  AgentFixture host;
  host.zone.desired = {wanted("m1", MachineGoal::running)};
  host.start();
  host.stop();
  const std::size_t calls = host.driver.calls().size();
  host.zone.observed.clear();
  host.start();
  REQUIRE(host.zone.hellos.size() == 2);
  CHECK(host.zone.hellos[0].boot_id != host.zone.hellos[1].boot_id);
  REQUIRE_FALSE(host.zone.observed.empty());
  CHECK(host.zone.observed[0].power_state == PowerState::running);
  CHECK(host.driver.calls().size() == calls);
}

TEST_CASE("an agent that loses its zone keeps its machines and goes on with what it was told") {
  AgentFixture host;
  host.zone.desired = {wanted("m1", MachineGoal::running)};
  host.start();
  host.zone.service.server.reset();
  host.zone.run(Seconds{120});
  CHECK_FALSE(host.agent->link().connected());
  CHECK_FALSE(host.driver.calls_of("stop"));
  host.driver.set_run_state("m1", RunState::stopped);
  host.zone.run(Seconds{60});
  CHECK(host.driver.observe("m1")->run_state == RunState::running);
  host.zone.observed.clear();
  host.zone.service.restart();
  host.zone.run(Seconds{60});
  REQUIRE(host.zone.last("m1") != nullptr);
}

TEST_CASE("consoles are read through the stream") {
  AgentFixture host;
  host.zone.desired = {wanted("m1", MachineGoal::running)};
  host.start();
  host.driver.consoles["m1"] = "login:";
  host.zone.say(model::HostFrame::request, to_json(model::HostRequest{.id = 3, .uid = "m1"}));
  host.zone.run(Seconds{1});
  REQUIRE(host.zone.responses.size() == 1);
  CHECK(host.zone.responses[0].text == "login:");
}

TEST_CASE("a second agent on the same folder ends, and touches nothing") {
  AgentFixture host;
  host.start();
  const auto second = std::make_unique<Agent>(host.world.runtime, host.certificates, host.hashing,
                                              host.chunks, host.snapshots, host.driver, host.config, "0.1");
  const auto refused = test::complete(host.world.loop, second->run());
  REQUIRE(refused);
  CHECK(refused->error().code == Code::already_exists);
  CHECK(host.agent->link().connected());
  CHECK(host.zone.hellos.size() == 1);
}

TEST_CASE("image files that neither the zone's machines nor the driver's use go when there are too many") {
  AgentFixture host;
  const auto digest = [](char letter) { return "sha256:" + std::string(64, letter); };
  const auto path = [](char letter) { return "/data/blobs/sha256-" + std::string(64, letter); };
  for (const char letter : {'a', 'b', 'c'}) host.world.files.content[path(letter)] = "file";
  model::MachineDesired machine = wanted("m1", MachineGoal::stopped);
  machine.machine.disks = {{.uid = "d1", .size_mib = {1}, .base_digest = digest('a')}};
  host.zone.desired = {machine};
  host.driver.blobs = std::set{digest('b')};
  host.start();
  host.zone.run(Seconds{120});
  CHECK(host.world.files.content.contains(path('c')));
  host.config.image_cache_limit = {};
  host.start();
  host.zone.run(Seconds{120});
  CHECK(host.world.files.content.contains(path('a')));
  CHECK(host.world.files.content.contains(path('b')));
  CHECK_FALSE(host.world.files.content.contains(path('c')));
}

TEST_CASE("what a driver has to know comes from configuration and identity") {
  AgentFixture host;
  const auto facts =
      test::complete(host.world.loop, prepare_host(host.world.runtime, host.certificates, host.config));
  REQUIRE(facts);
  REQUIRE(*facts);
  HostConfig bare = host.config;
  bare.name.clear();
  bare.zone_endpoint = {};
  const HostConfig config = with_identity(bare, **facts);
  CHECK(config.name == "h1");
  CHECK(config.zone_endpoint == test::kService);
  bare.zone_endpoint = {.host = "elsewhere", .port = 1};
  CHECK(with_identity(bare, **facts).zone_endpoint.host == "elsewhere");
  const qemu::QemuOptions options = qemu_options(config, **facts);
  CHECK(options.zone == "a");
  CHECK(options.host == "h1");
  CHECK(options.data_dir == "/data");
  CHECK(options.blob_dir == "/data/blobs");
  CHECK(options.stream_ports.first == 49152);
  CHECK_FALSE(options.guest_user);
}

}  // namespace
}  // namespace hanse::host
