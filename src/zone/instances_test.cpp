// An instance from its declaration to its end, in a whole zone with a host that obeys.

#include <algorithm>
#include <doctest/doctest.h>

#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

using model::PowerState;
using model::ResourceState;

struct InstancesFixture : test::ZoneFixture {
  std::unique_ptr<test::ScriptedHost> host;

  InstancesFixture() {
    add_host_record("h1");
    add_sku();
    add_image();
  }
  void connect(const std::string& boot_id = "boot-1") {
    host = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h1", boot_id);
    pass(Seconds{1});
  }
  void create(const std::string& name) {
    REQUIRE(wait(zone->frontends().instances.put(instance(name), std::nullopt)));
    pass(Seconds{3});
  }
  std::string uid(const std::string& name) { return get(name).metadata.uid; }
};

TEST_CASE_FIXTURE(InstancesFixture, "an instance is placed, given its disk, told to the host and runs") {
  connect();
  create("web");
  const model::Instance web = get("web");
  CHECK(web.status.state == ResourceState::active);
  CHECK(web.status.power_state == PowerState::running);
  CHECK(web.status.host == "h1");
  CHECK(web.status.block_storages == std::vector<std::string>{"web-boot"});
  CHECK(web.spec.machine_type == "pc-q35-10.0");
  CHECK(web.spec.cpu_model == "qemu64");
  const model::MachineSpec& machine = host->desired.at(uid("web")).machine;
  CHECK(machine.memory_mib == MiB{192});
  CHECK(machine.disks.at(0).size_mib == MiB{256});
  CHECK(machine.disks.at(0).base_digest.starts_with("sha256:"));
}

TEST_CASE_FIXTURE(InstancesFixture, "an image's boots are added to and not changed, once it is here") {
  add_image();
  model::Image image = **zone->tables().images.get({.tenant = "default", .name = "witness"});
  REQUIRE(image.status.state == model::ResourceState::active);
  const auto put_with = [&](const std::string& content) {
    model::Image wanted = image;
    const model::Blob kernel{model::BlobRole::kernel, "sha256:" + test::FakeHashing::digest_of(content), {3}};
    wanted.spec.other_boots = {{.architecture = "aarch64", .blobs = {kernel}}};
    return wait(zone->frontends().images.put(wanted, std::nullopt));
  };
  // While it lacks a part nothing can boot with it, and a wrong digest can be put right.
  REQUIRE(put_with("lost"));
  pass(Seconds{1});
  const std::string digest = "sha256:" + test::FakeHashing::digest_of("arm");
  world.files.content[zone->images().blobs().path_of(digest)] = "arm";
  REQUIRE(put_with("arm"));
  pass(Seconds{5});
  REQUIRE((**zone->tables().images.get({.tenant = "default", .name = "witness"})).status.state ==
          model::ResourceState::active);
  CHECK(put_with("another").error().sources.front().pointer == "/spec/otherBoots");
  CHECK_FALSE(wait(zone->frontends().images.put(image, std::nullopt)));
}

TEST_CASE_FIXTURE(InstancesFixture, "a new instance has an SKU of an architecture on which its image boots") {
  add_image();
  model::InstanceSku arm;
  arm.metadata = {.name = "arm", .tenant = "default"};
  arm.spec = {.vcpu = {1}, .memory_mib = {192}, .architecture = "aarch64"};
  REQUIRE(wait(zone->frontends().instance_skus.put(arm, std::nullopt)));
  model::Instance wanted = instance("web");
  wanted.spec.sku_ref = "skus/arm";
  const auto refused = wait(zone->frontends().instances.put(wanted, std::nullopt));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().sources.front().pointer == "/spec/skuRef");
  CHECK(refused.error().message.find("image add-boot witness --architecture aarch64") != std::string::npos);
  // One whose image comes later waits for one that boots.
  wanted.spec.boot_volume.source_image_ref = "images/later";
  REQUIRE(wait(zone->frontends().instances.put(wanted, std::nullopt)));
  add_image("later");
  pass(Seconds{40});
  CHECK(get("web").status.block_storages.empty());
  CHECK(get("web").status.conditions.front().message.find("add-boot later") != std::string::npos);
}

TEST_CASE_FIXTURE(InstancesFixture, "it, its disk and its host are one write") {
  connect();
  host->obey = false;
  const auto made = wait(zone->frontends().instances.put(instance("web"), std::nullopt));
  REQUIRE(made);
  CHECK(made->created);
  CHECK(made->resource.status.host == "h1");
  CHECK(made->resource.status.state == ResourceState::creating);
  pass(Seconds{3});
  CHECK(get("web") == made->resource);
  const auto disk = zone->frontends().block_storages.get(id("web-boot"));
  REQUIRE(disk);
  CHECK((*disk)->metadata.resource_version == get("web").metadata.resource_version);
}

TEST_CASE_FIXTURE(InstancesFixture, "a disk of its name that is another's is left alone, and it says so") {
  connect();
  create("web");
  model::BlockStorage other = **zone->frontends().block_storages.get(id("web-boot"));
  other.metadata.name = "db-boot";
  REQUIRE(wait(zone->tables().block_storages.create(other)));
  create("db");
  CHECK(get("db").status.host.empty());
  CHECK(get("db").status.conditions.front().reason == "StorageNotReady");
}

TEST_CASE_FIXTURE(InstancesFixture, "a start is written when it lasts, and not when it is over at once") {
  connect();
  host->obey = false;
  create("web");
  const std::int64_t before = get("web").metadata.resource_version;
  model::MachineObserved seen{.uid = uid("web"), .power_state = PowerState::starting};
  host->observe(seen);
  pass(Millis{300});
  CHECK(get("web").metadata.resource_version == before);
  seen.power_state = PowerState::running;
  host->observe(seen);
  pass(Millis{100});
  CHECK(get("web").status.power_state == PowerState::running);
  CHECK(get("web").metadata.resource_version == before + 1);

  seen.power_state = PowerState::starting;
  host->observe(seen);
  pass(Millis{300});
  CHECK(get("web").status.power_state == PowerState::running);
  pass(Millis{300});
  CHECK(get("web").status.power_state == PowerState::starting);
}

TEST_CASE_FIXTURE(InstancesFixture, "without a host it waits and says why, and goes on when one comes") {
  create("web");
  CHECK(get("web").status.host.empty());
  CHECK(get("web").status.conditions.front().reason == "NoHost");
  connect();
  pass(Seconds{5});
  CHECK(get("web").status.power_state == PowerState::running);
}

TEST_CASE_FIXTURE(InstancesFixture, "a host takes no more than it has room for") {
  connect();
  add_sku("large", 700);
  for (const char* name : {"one", "two"}) {
    model::Instance large = instance(name);
    large.spec.sku_ref = "skus/large";
    REQUIRE(wait(zone->frontends().instances.put(large, std::nullopt)));
  }
  pass(Seconds{5});
  const int placed = (get("one").status.host == "h1" ? 1 : 0) + (get("two").status.host == "h1" ? 1 : 0);
  CHECK(placed == 1);
}

TEST_CASE_FIXTURE(InstancesFixture, "stop, start and restart reach the host") {
  connect();
  create("web");
  REQUIRE(wait(zone->instance_actions().stop(id("web"))));
  pass(Seconds{2});
  CHECK(get("web").status.power_state == PowerState::stopped);
  REQUIRE(wait(zone->instance_actions().restart(id("web"))));
  pass(Seconds{2});
  CHECK(get("web").status.power_state == PowerState::running);
  CHECK(host->desired.at(uid("web")).restart_generation == 1);
  CHECK(wait(zone->instance_actions().read_console(id("web"), 5)).value().text == "console");
}

TEST_CASE_FIXTURE(InstancesFixture, "a deleted instance goes only after its host has let go of it") {
  connect();
  create("web");
  const std::string machine = uid("web");
  host->obey = false;
  REQUIRE(wait(zone->frontends().instances.request_deletion(id("web"))));
  pass(Seconds{5});
  CHECK(get("web").status.state == ResourceState::deleting);
  CHECK(host->desired.at(machine).goal == model::MachineGoal::absent);
  // An old word that the machine does not exist is no answer to the order.
  host->observe({.uid = machine, .generation = 1, .exists = false});
  pass(Seconds{5});
  CHECK(zone->tables().instances.get(id("web")));
  host->observe({.uid = machine, .generation = host->desired.at(machine).generation, .exists = false});
  pass(Seconds{5});
  CHECK_FALSE(zone->tables().instances.get(id("web")));
  CHECK_FALSE(zone->tables().block_storages.get(id("web-boot")));
}

TEST_CASE_FIXTURE(InstancesFixture,
                  "a zone that restarts tells its hosts the same, and starts nothing twice") {
  connect();
  create("web");
  const model::MachineDesired before = host->desired.at(uid("web"));
  host.reset();
  restart();
  connect("boot-1");
  pass(Seconds{3});
  model::MachineDesired after = host->desired.at(uid("web"));
  after.generation = before.generation;
  CHECK(after == before);
  CHECK(get("web").status.host == "h1");
}

TEST_CASE_FIXTURE(InstancesFixture,
                  "a host is told once that it has heard of all its machines, after the last of them") {
  connect();
  create("one");
  create("two");
  host.reset();
  connect("boot-1");
  const std::vector<model::HostFrame> first(host->frames.begin(), host->frames.begin() + 4);
  CHECK(first == std::vector{model::HostFrame::welcome, model::HostFrame::desired, model::HostFrame::desired,
                             model::HostFrame::synced});
  create("three");
  CHECK(std::ranges::count(host->frames, model::HostFrame::synced) == 1);
}

TEST_CASE_FIXTURE(InstancesFixture, "a second agent with the identity of a connected host is refused") {
  connect("boot-1");
  test::ScriptedHost copy(world.runtime, zone->hosts(), "h1", "boot-2");
  pass(Seconds{2});
  CHECK(copy.ended);
  CHECK_FALSE(host->ended);
  CHECK(zone->hosts().hello("h1")->boot_id == "boot-1");
}

TEST_CASE_FIXTURE(InstancesFixture, "a silent host is found gone, and its record says so") {
  connect();
  CHECK((*zone->tables().hosts.get({.name = "h1"}))->status.state == ResourceState::active);
  CHECK((*zone->tables().hosts.get({.name = "h1"}))->status.inventory.memory_mib == MiB{1024});
  pass(Seconds{60});
  CHECK_FALSE(zone->hosts().connected("h1"));
  CHECK((*zone->tables().hosts.get({.name = "h1"}))->status.state == ResourceState::pending);
}

TEST_CASE_FIXTURE(InstancesFixture,
                  "what an instance refers to must be there, and only its power may change") {
  model::Instance unknown = instance("web");
  unknown.spec.sku_ref = "skus/none";
  CHECK(wait(zone->frontends().instances.put(unknown, std::nullopt)).error().sources.at(0).pointer ==
        "/spec/skuRef");
  connect();
  create("web");
  model::Instance changed = instance("web");
  changed.spec.user_data = "other";
  CHECK(wait(zone->frontends().instances.put(changed, std::nullopt)).error().sources.at(0).pointer ==
        "/spec");
  changed = instance("web");
  changed.spec.power = model::Power::stopped;
  CHECK_FALSE(wait(zone->frontends().instances.put(changed, std::nullopt)).value().created);
  pass(Seconds{2});
  CHECK(get("web").status.power_state == PowerState::stopped);
  // What the zone has chosen where the manifest leaves it open is for good.
  CHECK(get("web").spec.cpu_model == "qemu64");
  CHECK(get("web").spec.machine_type == "pc-q35-10.0");
  changed.spec.cpu_model = "EPYC";
  const auto other = wait(zone->frontends().instances.put(changed, std::nullopt));
  REQUIRE_FALSE(other);
  CHECK(other.error().sources.at(0).pointer == "/spec/cpuModel");
}

struct TwoHosts : InstancesFixture {
  std::unique_ptr<test::ScriptedHost> other;

  TwoHosts() {
    add_host_record("h2");
    connect();
    model::Instance wanted = instance("web");
    wanted.spec.failover = model::Failover::restart;
    REQUIRE(wait(zone->frontends().instances.put(wanted, std::nullopt)));
    pass(Seconds{3});
    other = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h2", "boot-2");
    pass(Seconds{1});
    REQUIRE(get("web").status.host == "h1");
    pass_connected(2);
    connect();
    host->send(model::HostFrame::ping, to_json(model::HostPing{.sequence = 1}));
    pass(Seconds{1});
    REQUIRE(std::count(host->frames.begin(), host->frames.end(), model::HostFrame::lease) == 1);
  }
  // Its session ends without its pings.
  void pass_connected(int tens_of_seconds) {
    for (int i = 0; i < tens_of_seconds; ++i) {
      other = std::make_unique<test::ScriptedHost>(world.runtime, zone->hosts(), "h2", "boot-2");
      pass(Seconds{10});
    }
  }
  std::vector<std::string> left() {
    return (*zone->tables().hosts.get({.name = "h1"}))->status.left_machines;
  }
};

TEST_CASE_FIXTURE(TwoHosts,
                  "a lost host's instance restarts on another once no lease is left, and only there") {
  const std::string machine = uid("web");
  CHECK(host->desired.at(machine).leased);
  host.reset();
  pass_connected(5);
  CHECK(get("web").status.host == "h1");  // it may run there still
  pass_connected(4);
  CHECK(get("web").status.host == "h2");
  CHECK(get("web").status.epoch == Epoch{2});
  CHECK(get("web").status.power_state == PowerState::running);
  CHECK(left() == std::vector<std::string>{machine});

  connect();  // the lost one is back with its old copy
  CHECK(host->desired.at(machine).goal == model::MachineGoal::absent);
  pass(Seconds{5});
  CHECK(left().empty());
  CHECK(get("web").status.host == "h2");
}

TEST_CASE_FIXTURE(TwoHosts, "a host that is back in time keeps its instance") {
  host.reset();
  pass_connected(5);
  connect();
  pass_connected(1);
  CHECK(get("web").status.host == "h1");
  CHECK(get("web").status.epoch == Epoch{1});
  CHECK(left().empty());
}

}  // namespace
}  // namespace hanse::zone
