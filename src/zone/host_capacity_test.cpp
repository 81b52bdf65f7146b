// HostCapacity against a recomputation from all records, as it is told of one change after the other.
#include "zone/host_capacity.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "placement/explanation.h"
#include "placement/planner.h"
#include "store/open.h"
#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

constexpr int kHosts = 5;
constexpr int kInstances = 8;
constexpr int kSkus = 3;

struct Held {
  std::string host;
  placement::HostRequest request;
  std::string workload;
};

// Tables, connected hosts, and the capacity under test. Changes are told as the feed tells them.
struct HostCapacityFixture {
  test::TestRuntime world;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<Tables> tables;
  std::unique_ptr<HostSessions> hosts;
  std::unique_ptr<HostCapacity> capacity;
  std::map<std::string, std::unique_ptr<test::ScriptedHost>> connected;
  std::map<std::string, Held> held;  // reservations by uid

  HostCapacityFixture() {
    store = finished(store::open_memory(world.runtime)).value();
    tables = std::make_unique<Tables>(*store);
    hosts = std::make_unique<HostSessions>(world.runtime, "helsinki", kVersion);
    capacity = std::make_unique<HostCapacity>(*tables, *hosts);
    tell_all();
  }
  ~HostCapacityFixture() { connected.clear(); }

  // Little time passes, so that no host is found silent.
  template <class T>
  T finished(Task<T> task) {
    return store::test_support::run(world.loop, std::move(task), Micros{1});
  }

  template <class T>
  void write(const T& resource) {
    store::Transaction transaction;
    const auto& table = [&]() -> const auto& {
      if constexpr (std::is_same_v<T, model::Host>) return tables->hosts;
      if constexpr (std::is_same_v<T, model::Instance>) return tables->instances;
      if constexpr (std::is_same_v<T, model::InstanceSku>) return tables->instance_skus;
    }();
    transaction.writes.push_back(table.write_of(resource));
    REQUIRE(finished(store->transact(std::move(transaction))));
  }
  // As the feed does when it begins.
  void tell_all() {
    capacity->forget();
    REQUIRE(capacity->room({}).error().code == Code::unavailable);
    const auto keys_of = [&](const KindTraits& kind) {
      return store->list(prefix_of(kind, {}), "", store::kMaxPageEntries).entries;
    };
    for (const auto& entry : keys_of(KindOf<model::Instance>::kTraits)) capacity->instance_changed(entry.key);
    for (const auto& entry : keys_of(KindOf<model::Host>::kTraits)) capacity->host_changed(entry.key);
    capacity->all_told();
  }
  void erase(const std::string& key) {
    store::Transaction transaction{.writes = {{key, std::nullopt}}};
    REQUIRE(finished(store->transact(std::move(transaction))));
  }
  void connect(const std::string& name) {
    if (connected.contains(name)) return;
    connected[name] = std::make_unique<test::ScriptedHost>(world.runtime, *hosts, name);
    world.loop.run(Micros{1});
    REQUIRE(hosts->connected(name));
  }
  void disconnect(const std::string& name) {
    connected.erase(name);
    world.loop.run(Micros{1});
    REQUIRE_FALSE(hosts->connected(name));
  }
};

model::Host host(int number, std::int64_t vcpu, std::int64_t memory) {
  model::Host host;
  host.metadata = {.name = fmt::format("host-{}", number), .uid = fmt::format("host-{}", number)};
  host.status.inventory = {
      .vcpu = {vcpu}, .memory_mib = {memory}, .architecture = "x86_64", .cpu_models = {"qemu64"}};
  return host;
}

model::InstanceSku sku(int number, std::int64_t vcpu, std::int64_t memory) {
  model::InstanceSku sku;
  sku.metadata = {.name = fmt::format("sku-{}", number), .tenant = "default"};
  sku.spec = {.vcpu = {vcpu}, .memory_mib = {memory}};
  return sku;
}

model::Instance instance(int number, int sku_number, const std::string& host = "") {
  model::Instance instance;
  instance.metadata = {.name = fmt::format("web-{}", number),
                       .tenant = "default",
                       .workspace = "default",
                       .uid = fmt::format("uid-{}", number)};
  instance.spec.sku_ref = fmt::format("skus/sku-{}", sku_number);
  instance.status.host = host;
  if (number % 2 == 0) instance.status.workload = fmt::format("helsinki/default/default/web#{}", number);
  return instance;
}

template <class T>
std::string key(const T& resource) {
  return key_of(KindOf<T>::kTraits, id_of(resource.metadata));
}

std::string workload_of(const model::Instance& instance) {
  return instance.status.workload.substr(0, instance.status.workload.find('#'));
}

// The slow truth: every host less every instance.
std::vector<placement::HostCandidate> recomputed(const HostCapacityFixture& fixture,
                                                 const std::string& workload) {
  std::map<std::string, placement::HostCandidate> hosts;
  const auto host_records = fixture.tables->hosts.all().value();
  for (const auto& record : host_records) {
    const std::string& name = record->metadata.name;
    hosts[name] = {.name = name,
                   .architecture = record->status.inventory.architecture,
                   .ready = fixture.hosts->connected(name),
                   .schedulable = record->spec.schedulable && !record->metadata.deleted_at,
                   .free_vcpu = record->status.inventory.vcpu,
                   .free_memory = record->status.inventory.memory_mib,
                   .cpu_models = record->status.inventory.cpu_models};
  }
  const auto take = [&](const std::string& host, VcpuCount vcpu, MiB memory, const std::string& of) {
    const auto found = hosts.find(host);
    if (found == hosts.end()) return;
    found->second.free_vcpu = found->second.free_vcpu - vcpu;
    found->second.free_memory = found->second.free_memory - memory;
    if (!workload.empty() && of == workload) found->second.replicas += 1;
  };
  const auto instance_records = fixture.tables->instances.all().value();
  for (const auto& record : instance_records) {
    if (fixture.held.contains(record->metadata.uid)) continue;
    const auto found = fixture.tables->instance_skus.get(
        {.tenant = "default", .name = model::reference_name(record->spec.sku_ref)});
    const model::InstanceSkuSpec size = found ? (*found)->spec : model::InstanceSkuSpec{};
    take(record->status.host, size.vcpu, size.memory_mib, workload_of(*record));
    if (record->status.other_host)
      take(*record->status.other_host, size.vcpu, size.memory_mib, workload_of(*record));
  }
  for (const auto& [uid, held] : fixture.held)
    take(held.host, held.request.vcpu, held.request.memory, held.workload);
  std::vector<placement::HostCandidate> all;
  for (auto& [name, candidate] : hosts) all.push_back(std::move(candidate));
  return all;
}

enum class Act {
  host,
  host_gone,
  instance,
  instance_gone,
  sku,
  sku_gone,
  connection,
  missed,
  reserve,
  release
};

struct Step {
  Act act;
  int host;
  int instance;
  int sku;
  std::int64_t size;
  bool flag;
};

std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << fmt::format("{{act {}, host {}, instance {}, sku {}, size {}, flag {}}}",
                            static_cast<int>(step.act), step.host, step.instance, step.sku, step.size,
                            step.flag);
}

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(rc::gen::set(&Step::act, rc::gen::weightedElement<Act>({{4, Act::host},
                                                                                      {1, Act::host_gone},
                                                                                      {4, Act::instance},
                                                                                      {1, Act::instance_gone},
                                                                                      {3, Act::sku},
                                                                                      {1, Act::sku_gone},
                                                                                      {3, Act::connection},
                                                                                      {1, Act::missed},
                                                                                      {6, Act::reserve},
                                                                                      {3, Act::release}})),
                              rc::gen::set(&Step::host, rc::gen::inRange(0, kHosts)),
                              rc::gen::set(&Step::instance, rc::gen::inRange(0, kInstances)),
                              rc::gen::set(&Step::sku, rc::gen::inRange(0, kSkus)),
                              rc::gen::set(&Step::size, rc::gen::inRange(1, 9)), rc::gen::set(&Step::flag));
}

void change_records(HostCapacityFixture& fixture, const Step& step) {
  const std::string host_name = fmt::format("host-{}", step.host);
  model::Host changed_host = host(step.host, step.size, 4 * step.size);
  changed_host.spec.schedulable = step.flag || step.size > 2;
  model::Instance changed = instance(step.instance, step.sku, step.flag ? host_name : "");
  // Now and then it is in a move within the zone.
  if (step.flag && step.size % 2 == 0)
    changed.status.other_host = fmt::format("host-{}", (step.host + 1) % kHosts);
  const model::InstanceSku changed_sku = sku(step.sku, step.size / 3, step.size);
  switch (step.act) {
    case Act::host:
      fixture.write(changed_host);
      return fixture.capacity->host_changed(key(changed_host));
    case Act::host_gone:
      fixture.erase(key(changed_host));
      return fixture.capacity->host_changed(key(changed_host));
    case Act::instance:
      fixture.write(changed);
      return fixture.capacity->instance_changed(key(changed));
    case Act::instance_gone:
      fixture.erase(key(changed));
      return fixture.capacity->instance_changed(key(changed));
    case Act::sku:
      fixture.write(changed_sku);
      return fixture.capacity->sku_changed(key(changed_sku));
    case Act::sku_gone:
      fixture.erase(key(changed_sku));
      return fixture.capacity->sku_changed(key(changed_sku));
    case Act::connection:
      return step.flag ? fixture.connect(host_name) : fixture.disconnect(host_name);
    default:  // some news were lost, and the feed begins again
      fixture.erase(key(changed));
      return fixture.tell_all();
  }
}

void reserve(HostCapacityFixture& fixture, const Step& step) {
  const model::Instance placed = instance(step.instance, step.sku);
  const placement::HostRequest request{.vcpu = {step.size / 3},
                                       .memory = {step.size},
                                       .host = step.sku == 0 ? "host-1" : "",
                                       .spread_by_host = step.flag};
  fixture.held.erase(placed.metadata.uid);
  auto hosts = recomputed(fixture, workload_of(placed));
  if (step.flag) std::erase_if(hosts, [](const auto& candidate) { return candidate.replicas > 0; });
  const std::string expected = placement::choose_host(request, hosts).chosen;
  const auto chosen = fixture.capacity->reserve(placed, request);
  RC_ASSERT(chosen.value_or("") == expected);
  if (chosen) fixture.held[placed.metadata.uid] = {*chosen, request, workload_of(placed)};
}

void compare_room(HostCapacityFixture& fixture) {
  const placement::HostRequest request{.vcpu = {1}, .memory = {1}};
  placement::HostRoom expected;
  for (const placement::HostCandidate& host : recomputed(fixture, "")) {
    if (!host.ready || !host.schedulable || host.architecture != request.architecture) continue;
    const std::int64_t instances = std::min(host.free_vcpu.value, host.free_memory.value);
    expected.instances += std::max<std::int64_t>(instances, 0);
    expected.hosts += instances > 0 ? 1 : 0;
  }
  const auto room = fixture.capacity->room(request);
  RC_ASSERT(room.has_value());
  RC_ASSERT(room->instances == expected.instances);
  RC_ASSERT(room->hosts == expected.hosts);
}

TEST_CASE("whatever changes, capacity is that of a recomputation from all records") {
  CHECK(rc::check("HostCapacity equals all hosts less all instances", [] {
    HostCapacityFixture fixture;
    for (const Step& step : *rc::gen::container<std::vector<Step>>(any_step())) {
      if (step.act == Act::reserve) {
        reserve(fixture, step);
      } else if (step.act == Act::release) {
        fixture.capacity->release(fmt::format("uid-{}", step.instance));
        fixture.held.erase(fmt::format("uid-{}", step.instance));
      } else {
        change_records(fixture, step);
      }
      compare_room(fixture);
    }
  }));
}

TEST_CASE_FIXTURE(HostCapacityFixture,
                  "a place that is released before the news of its record has come is not free") {
  write(host(1, 2, 512));
  write(sku(1, 2, 512));
  connect("host-1");
  tell_all();
  REQUIRE(capacity->reserve(instance(1, 1), {.vcpu = {2}, .memory = {512}}));
  write(instance(1, 1, "host-1"));
  capacity->release("uid-1");
  CHECK_FALSE(capacity->reserve(instance(2, 1), {.vcpu = {2}, .memory = {512}}));
  erase(key(instance(1, 1)));
  capacity->instance_changed(key(instance(1, 1)));
  CHECK(capacity->reserve(instance(2, 1), {.vcpu = {2}, .memory = {512}}).value() == "host-1");
}

TEST_CASE_FIXTURE(HostCapacityFixture, "a refusal says of the first hosts why, and how many more there are") {
  for (int number = 0; number < 7; ++number) write(host(number, 2, 512));
  connect("host-2");
  tell_all();
  const auto refused = capacity->reserve(instance(1, 1), {.vcpu = {4}, .memory = {256}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::resource_exhausted);
  CHECK(refused.error().message ==
        "nothing can take instance 'default/default/web-1': host-0: the host is not connected; host-1: the "
        "host is not connected; host-2: it has 2 vCPU and 512 MiB free and 4 vCPU and 256 MiB are needed; "
        "host-3: the host is not connected; host-4: the host is not connected; and 2 more");
  const auto named = capacity->reserve(instance(1, 1), {.vcpu = {4}, .memory = {1}, .host = "host-6"});
  CHECK(named.error().message ==
        "nothing can take instance 'default/default/web-1': host-6: the host is not connected");
}

TEST_CASE_FIXTURE(HostCapacityFixture,
                  "while a record cannot be read nothing is placed, since it may take room") {
  write(host(1, 2, 512));
  connect("host-1");
  tell_all();
  const std::string bad = key(instance(1, 1));
  store::Transaction transaction{.writes = {{bad, "no record"}}};
  REQUIRE(finished(store->transact(std::move(transaction))));
  capacity->instance_changed(bad);
  CHECK(capacity->reserve(instance(2, 1), {.vcpu = {1}, .memory = {1}}).error().code == Code::data_loss);
  erase(bad);
  capacity->instance_changed(bad);
  CHECK(capacity->reserve(instance(2, 1), {.vcpu = {1}, .memory = {1}}));
}

TEST_CASE_FIXTURE(HostCapacityFixture,
                  "of more hosts than are shown the one that a replica would get is among them") {
  for (int number = 0; number < 7; ++number) write(host(number, 2, 512));
  write(host(5, 2, 256));
  for (const char* name : {"host-0", "host-5", "host-6"}) connect(name);
  tell_all();
  const placement::HostRequest request{.vcpu = {1}, .memory = {128}};
  const auto shown = capacity->shown_hosts(request, "", 3).value();
  REQUIRE(shown.hosts.size() == 3);
  CHECK(shown.hosts.back().name == "host-5");
  CHECK(shown.others.all == 4);
  CHECK(shown.others.qualifying == 1);
  const auto explained = placement::explain(request, shown.hosts, shown.others);
  CHECK(explained.chosen == "host-5");
  CHECK(explained.omitted == 4);
  CHECK(explained.why ==
        "'host-5' fits best: of 3 hosts that could take it, it has the least free, 256 MiB and 2 vCPU");
  CHECK(capacity->reserve(instance(1, 1), request).value() == explained.chosen);
  // One that is named is shown, whether it fits or not.
  const placement::HostRequest named{.vcpu = {9}, .memory = {1}, .host = "host-6"};
  const auto shown_named = capacity->shown_hosts(named, "", 3).value();
  CHECK(shown_named.hosts.back().name == "host-6");
  CHECK(placement::explain(named, shown_named.hosts, shown_named.others).why ==
        "none of 7 hosts qualifies; nearest is 'host-6', with capacity against it");
}

TEST_CASE_FIXTURE(HostCapacityFixture, "snapshots that are on their way to a host take room on its disk") {
  for (int number = 1; number <= 2; ++number) {
    write(host(number, 8, 4096));
    capacity->host_changed(key(host(number, 8, 4096)));
    connect(fmt::format("host-{}", number));
  }
  const auto with_snapshot = [](int number) {
    model::Instance moving = instance(number, 1);
    moving.status.snapshots = {
        {.name = "a", .uid = "a", .state = model::SnapshotState::ready, .size = to_bytes(MiB{6'000})}};
    return moving;
  };
  model::Instance moving = with_snapshot(1);
  const placement::HostRequest request = move_request(moving, sku(1, 1, 128), Bytes());
  const auto chosen = capacity->reserve(moving, request);
  REQUIRE(chosen);
  CHECK(capacity->reserve(with_snapshot(3), request).value() != *chosen);
  const auto refusal = [&] {
    const auto refused = capacity->reserve(with_snapshot(5), request);
    return refused ? *refused : refused.error().message;
  };
  CHECK(refusal().find("it has 2976 MiB of disk free and 7024 MiB are needed") != std::string::npos);
  moving.status.host = *chosen;
  moving.status.incoming = true;
  write(moving);
  capacity->release(moving.metadata.uid);
  CHECK(refusal().find("it has 4000 MiB of disk free") != std::string::npos);
  moving.status.incoming = false;
  write(moving);
  capacity->instance_changed(key(moving));
  CHECK(capacity->reserve(with_snapshot(5), request).value() == *chosen);
}

}  // namespace
}  // namespace hanse::zone
