// bench_capacity [HOSTS [PLACEMENTS]]: what a placement costs in a zone's HostCapacity, with two instances a
// host in its tables, beside adding all of them up for each placement. Prints a JSON object. The store is in
// memory and not measured. Some hosts are connected; all are in the tables and the index.
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <optional>

#include "base/scope.h"
#include "bench/placement/measure.h"
#include "codec/frames.h"
#include "store/open.h"
#include "tests/support/test_runtime.h"
#include "zone/change_feed.h"
#include "zone/host_capacity.h"
#include "zone/zone_version.h"

namespace hanse::bench {

namespace {

constexpr std::size_t kConnected = 1000;
constexpr std::size_t kInstancesPerHost = 2;
constexpr std::size_t kWritesPerTransaction = 500;
constexpr VcpuCount kVcpu{2};
constexpr MiB kMemory{4096};

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  out.emplace(co_await std::move(task));
}

Task<void> send(Stream& stream, std::string bytes) {
  const Status sent = co_await stream.write(as_bytes(bytes));
  if (!sent) give_up(sent.error().message);
}

std::string host_name(std::size_t number) {
  return fmt::format("host-{:06}", number);
}

model::Inventory inventory() {
  return {.vcpu = {64},
          .memory_mib = {262'144},
          .architecture = "x86_64",
          .cpu_models = {"qemu64"},
          .machine_types = {"pc-q35-10.0"}};
}

model::Instance instance(std::size_t number, const std::string& host) {
  model::Instance instance;
  instance.metadata = {.name = fmt::format("vm-{:07}", number),
                       .tenant = "default",
                       .workspace = "default",
                       .uid = fmt::format("uid-{}", number)};
  instance.spec.sku_ref = "skus/small";
  instance.status.host = host;
  return instance;
}

// Time passes only as far as is needed, so that no host is found silent.
class World {
 public:
  template <class T>
  T finished(Task<T> task) {
    std::optional<T> out;
    Scope scope;
    if (!scope.spawn(keep(std::move(task), out))) give_up("the scope is full");
    runtime.loop.run(Micros{1});
    if (!out) give_up("a task does not end");
    return std::move(*out);
  }
  void write(std::vector<store::Write> writes) {
    const auto written = finished(store->transact({.writes = std::move(writes)}));
    if (!written) give_up(written.error().message);
  }
  void connect(const std::string& name) {
    auto [zone_end, host_end] = test::make_stream_pair(runtime.loop);
    model::HostHello hello{
        .name = name, .version = zone::kVersion, .boot_id = "boot", .stream_address = "10.0.0.9"};
    hello.inventory = inventory();
    const auto type = static_cast<std::uint8_t>(model::HostFrame::hello);
    const auto frame = codec::encode_frame({type, 1, json::dump(to_json(hello))});
    if (!frame || !streams.spawn(sessions.serve(name, std::move(zone_end)))) give_up("a host cannot connect");
    if (!streams.spawn(send(*host_end, std::string(*frame)))) give_up("a host cannot connect");
    ends.push_back(std::move(host_end));
  }

  test::TestRuntime runtime;
  std::unique_ptr<store::Store> store = finished(store::open_memory(runtime.runtime)).value();
  zone::Tables tables{*store};
  zone::HostSessions sessions{runtime.runtime, "helsinki", zone::kVersion};
  zone::HostCapacity capacity{tables, sessions};
  std::vector<std::unique_ptr<Stream>> ends;
  Scope streams{4 * kConnected};  // declared last: destroyed first
};

void fill_tables(World& world, std::size_t hosts) {
  std::vector<store::Write> writes;
  const auto add = [&](store::Write write) {
    writes.push_back(std::move(write));
    if (writes.size() == kWritesPerTransaction) world.write(std::exchange(writes, {}));
  };
  model::InstanceSku sku;
  sku.metadata = {.name = "small", .tenant = "default"};
  sku.spec = {.vcpu = kVcpu, .memory_mib = kMemory};
  add(world.tables.instance_skus.write_of(sku));
  for (std::size_t number = 0; number < hosts; ++number) {
    model::Host host;
    host.metadata = {.name = host_name(number), .uid = host_name(number)};
    host.status.inventory = inventory();
    add(world.tables.hosts.write_of(host));
  }
  for (std::size_t number = 0; number < hosts * kInstancesPerHost; ++number)
    add(world.tables.instances.write_of(instance(number, host_name(number % hosts))));
  world.write(std::move(writes));
}

// What one placement needs at least when nothing is kept: all instances of the zone, and their SKUs.
double sum_up_micros(const World& world) {
  const double begin = processor_seconds();
  std::map<std::string, std::int64_t> used;
  const auto instances = world.tables.instances.all();
  for (const auto& record : *instances) {
    const auto sku = world.tables.instance_skus.get(
        {.tenant = record->metadata.tenant, .name = model::reference_name(record->spec.sku_ref)});
    used[record->status.host] += (*sku)->spec.memory_mib.value;
  }
  if (used.empty()) give_up("there are no instances");
  return 1e6 * (processor_seconds() - begin);
}

struct PlacementMicros {
  double reserve = 0;
  double release = 0;  // with the news of the record
};

PlacementMicros place(World& world, std::size_t first, std::size_t count) {
  PlacementMicros micros;
  const placement::HostRequest request{.vcpu = kVcpu, .memory = kMemory, .cpu_model = "qemu64"};
  for (std::size_t number = first; number < first + count; ++number) {
    model::Instance placed = instance(number, "");
    const double begin = processor_seconds();
    const auto host = world.capacity.reserve(placed, request);
    micros.reserve += 1e6 * (processor_seconds() - begin) / static_cast<double>(count);
    if (!host) give_up(host.error().message);
    placed.status.host = *host;
    store::Write record = world.tables.instances.write_of(placed);
    const std::string key = record.key;
    world.write({std::move(record)});
    const double written = processor_seconds();
    world.capacity.release(placed.metadata.uid);
    world.capacity.instance_changed(key);
    micros.release += 1e6 * (processor_seconds() - written) / static_cast<double>(count);
  }
  return micros;
}

struct Load {
  double seconds = 0;
  double longest_slice_ms = 0;  // what else the zone has to do waits so long
};

// As the change feed tells of all there is: in slices, each record decoded for the first time.
Load load(World& world) {
  Load load;
  const auto tell = [&](const zone::KindTraits& kind, const auto& changed) {
    std::vector<std::string> keys;
    for (bool more = true; more;) {
      const double begin = processor_seconds();
      const std::string after = keys.empty() ? std::string() : keys.back();
      keys.clear();
      more = world.store->visit(zone::prefix_of(kind, {}), after, zone::ChangeFeed::kSlice,
                                [&keys](const store::EntryView& entry) { keys.emplace_back(entry.key); });
      for (const std::string& key : keys) changed(key);
      const double seconds = processor_seconds() - begin;
      load.seconds += seconds;
      load.longest_slice_ms = std::max(load.longest_slice_ms, 1e3 * seconds);
    }
  };
  tell(zone::KindOf<model::Instance>::kTraits,
       [&](const std::string& key) { world.capacity.instance_changed(key); });
  tell(zone::KindOf<model::Host>::kTraits, [&](const std::string& key) { world.capacity.host_changed(key); });
  world.capacity.all_told();
  return load;
}

void run(std::size_t hosts, std::size_t placements) {
  World world;
  fill_tables(world, hosts);
  const std::size_t connected = std::min(hosts, kConnected);
  for (std::size_t number = 0; number < connected; ++number)
    world.connect(host_name(number * hosts / connected));
  world.runtime.loop.run(Micros{1});
  const Load loaded = load(world);
  if (!world.capacity.room({.vcpu = {1}, .memory = {1}})) give_up("the tables cannot be read");
  const double sum_up = sum_up_micros(world);  // of records that have just been read
  const PlacementMicros micros = place(world, hosts * kInstancesPerHost, placements);
  fmt::print(
      R"({{"hosts": {}, "reserve_us": {:.2f}, "release_us": {:.2f}, "load_s": {:.3f}, "load_slice_ms": {:.2f}, "sum_up_us": {:.0f}}})"
      "\n",
      hosts, micros.reserve, micros.release, loaded.seconds, loaded.longest_slice_ms, sum_up);
}

}  // namespace
}  // namespace hanse::bench

int main(int count, char** arguments) {
  const std::size_t hosts = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 100'000;
  const std::size_t placements = count > 2 ? std::strtoul(arguments[2], nullptr, 10) : 5'000;
  if (count > 3 || hosts < 10 || placements < 1 || placements > 20 * hosts) {
    fmt::print(stderr,
               "usage: bench_capacity [HOSTS [PLACEMENTS]], with 10 hosts or more and 20 placements each\n");
    return 2;
  }
  hanse::bench::run(hosts, placements);
  return 0;
}
