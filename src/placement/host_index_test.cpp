// The index against choose_host, which looks at every host: after any history both choose the same.
#include "placement/host_index.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "placement/planner.h"

namespace hanse::placement {
namespace {

HostCandidate host(std::string name, std::int64_t vcpu, std::int64_t memory) {
  return {.name = std::move(name),
          .free_vcpu = {vcpu},
          .free_memory = {memory},
          .cpu_models = {"qemu64"},
          .machine_types = {"pc-q35-10.0"}};
}

std::string chosen(HostIndex& index, const HostRequest& request) {
  const auto slot = index.choose(request);
  return slot ? index.name(*slot) : "";
}

// The same hosts twice: in the index, and as the list that choose_host takes.
struct Twins {
  HostIndex index;
  std::map<std::string, HostCandidate> hosts;

  std::vector<HostCandidate> all() const {
    std::vector<HostCandidate> list;
    for (const auto& [name, candidate] : hosts) list.push_back(candidate);
    return list;
  }
};

enum class Act { put, remove, take, give, ready, choose, count };

// One step of a history; each act reads what it needs of it. The ranges are small, so that ties are common,
// and reach over the borders of columns.
struct Step {
  Act act;
  int host;
  std::int64_t vcpu;
  std::int64_t memory;
  int capability;
  bool flag;
  std::uint64_t avoided;  // a bit for each host
};

// For the history that a failure is shrunk to.
std::ostream& operator<<(std::ostream& out, const Step& step) {
  return out << fmt::format("{{act {}, host {}, {} vCPU, {} MiB, capability {}, flag {}, avoided {:x}}}",
                            static_cast<int>(step.act), step.host, step.vcpu, step.memory, step.capability,
                            step.flag, step.avoided);
}

rc::Gen<Step> any_step() {
  return rc::gen::build<Step>(
      rc::gen::set(&Step::act, rc::gen::weightedElement<Act>({{4, Act::put},
                                                              {1, Act::remove},
                                                              {4, Act::take},
                                                              {2, Act::give},
                                                              {1, Act::ready},
                                                              {8, Act::choose},
                                                              {2, Act::count}})),
      rc::gen::set(&Step::host, rc::gen::inRange(0, 40)), rc::gen::set(&Step::vcpu, rc::gen::inRange(0, 6)),
      rc::gen::set(&Step::memory, rc::gen::oneOf(rc::gen::inRange(0, 5), rc::gen::inRange(1020, 1030),
                                                 rc::gen::inRange(0, 5'000'000))),
      rc::gen::set(&Step::capability, rc::gen::inRange(0, 8)), rc::gen::set(&Step::flag),
      rc::gen::set(&Step::avoided));
}

std::string name_of(int number) {
  return "host-" + std::to_string(number);
}

HostRequest request_of(const Step& step) {
  return {.architecture = (step.capability & 1) != 0 ? "arm64" : "x86_64",
          .vcpu = {step.vcpu},
          .memory = {step.memory},
          .host = step.host == 0 ? name_of(1) : "",
          .cpu_model = (step.capability & 2) != 0 ? "max" : "",
          .machine_type = (step.capability & 4) != 0 ? "pc-q35-10.0" : ""};
}

void put(Twins& twins, const Step& step) {
  HostCandidate candidate = host(name_of(step.host), step.vcpu, step.memory);
  candidate.schedulable = step.flag;
  if ((step.capability & 1) != 0) candidate.architecture = "arm64";
  if ((step.capability & 2) != 0) candidate.cpu_models.emplace_back("max");
  if ((step.capability & 4) != 0) candidate.machine_types.clear();
  twins.hosts.insert_or_assign(candidate.name, candidate);
  twins.index.put(candidate);
}

void change(Twins& twins, const Step& step) {
  const auto known = twins.hosts.find(name_of(step.host));
  const auto slot = twins.index.find(name_of(step.host));
  RC_ASSERT((known != twins.hosts.end()) == slot.has_value());
  if (!slot) return;
  HostCandidate& candidate = known->second;
  if (step.act == Act::ready) {
    candidate.ready = step.flag;
    twins.index.set_ready(*slot, step.flag);
    return;
  }
  const std::int64_t sign = step.act == Act::take ? -1 : 1;
  candidate.free_vcpu += VcpuCount{sign * step.vcpu};
  candidate.free_memory += MiB{sign * step.memory};
  if (sign < 0) {
    twins.index.take(*slot, VcpuCount{step.vcpu}, MiB{step.memory});
  } else {
    twins.index.give(*slot, VcpuCount{step.vcpu}, MiB{step.memory});
  }
}

void compare_choice(Twins& twins, const Step& step) {
  const HostRequest request = request_of(step);
  RC_ASSERT(chosen(twins.index, request) == choose_host(request, twins.all()).chosen);
  std::vector<HostSlot> avoid;
  std::vector<HostCandidate> allowed;
  for (const auto& [name, candidate] : twins.hosts) {
    const auto number = std::stoi(name.substr(name.find('-') + 1));
    if ((step.avoided >> number & 1) != 0) {
      avoid.push_back(twins.index.find(name).value_or(kNoHost));
    } else {
      allowed.push_back(candidate);
    }
  }
  std::sort(avoid.begin(), avoid.end());
  const auto slot = twins.index.choose(request, avoid);
  RC_ASSERT((slot ? twins.index.name(*slot) : "") == choose_host(request, allowed).chosen);
}

void compare_room(Twins& twins, const Step& step) {
  HostRequest request = request_of(step);
  request.host.clear();
  request.vcpu += VcpuCount{1};
  request.memory += MiB{1};
  HostRoom expected;
  for (HostCandidate candidate : twins.all()) {
    std::int64_t instances = 0;
    if (choose_host(request, {candidate}).chosen == candidate.name)
      instances = std::min(candidate.free_vcpu.value / request.vcpu.value,
                           candidate.free_memory.value / request.memory.value);
    expected.instances += instances;
    expected.hosts += instances > 0 ? 1 : 0;
  }
  const HostRoom room = twins.index.room(request);
  RC_ASSERT(room.instances == expected.instances);
  RC_ASSERT(room.hosts == expected.hosts);
}

void run(Twins& twins, const Step& step) {
  switch (step.act) {
    case Act::put:
      return put(twins, step);
    case Act::remove:
      twins.hosts.erase(name_of(step.host));
      return twins.index.remove(name_of(step.host));
    case Act::choose:
      return compare_choice(twins, step);
    case Act::count:
      return compare_room(twins, step);
    default:
      return change(twins, step);
  }
}

TEST_CASE("after any history the index chooses what the planner chooses") {
  CHECK(rc::check("HostIndex equals choose_host", [] {
    Twins twins;
    for (const Step& step : *rc::gen::scale(4.0, rc::gen::container<std::vector<Step>>(any_step())))
      run(twins, step);
  }));
}

TEST_CASE("of hosts with the same free capacity the first by name is chosen, one after the other") {
  HostIndex index;
  for (const int number : {4, 1, 3, 0, 2, 5}) index.put(host(name_of(number), 1, 512));
  for (int number = 0; number < 6; ++number) {
    const HostSlot slot = index.choose({.vcpu = {1}, .memory = {512}}).value_or(kNoHost);
    REQUIRE(slot != kNoHost);
    CHECK(index.name(slot) == name_of(number));
    index.take(slot, VcpuCount{1}, MiB{512});
  }
  CHECK(chosen(index, {.vcpu = {1}, .memory = {512}}).empty());
}

TEST_CASE("best fit crosses columns, and passes over memory that has no vCPU left beside it") {
  HostIndex index;
  index.put(host("stranded", 0, 4096));
  index.put(host("wide", 4, 4100));
  index.put(host("huge", 64, 4'000'000));
  CHECK(chosen(index, {.vcpu = {1}, .memory = {4096}}) == "wide");
  CHECK(chosen(index, {.vcpu = {5}, .memory = {4096}}) == "huge");
  CHECK(chosen(index, {.vcpu = {0}, .memory = {4096}}) == "stranded");
  CHECK(chosen(index, {.vcpu = {65}, .memory = {1}}).empty());
}

TEST_CASE("a host that shrank below what is on it takes nothing until enough is given back") {
  HostIndex index;
  const HostSlot slot = index.put(host("small", 1, 512));
  index.take(slot, VcpuCount{2}, MiB{256});
  CHECK(index.candidate(slot).free_vcpu == VcpuCount{-1});
  CHECK(chosen(index, {.vcpu = {0}, .memory = {1}}).empty());
  index.give(slot, VcpuCount{2}, MiB{256});
  CHECK(chosen(index, {.vcpu = {1}, .memory = {512}}) == "small");
}

TEST_CASE("a slot is given to another host after its own has gone") {
  HostIndex index;
  const HostSlot slot = index.put(host("old", 1, 512));
  index.remove("old");
  index.remove("old");
  CHECK(index.size() == 0);
  CHECK(index.put(host("new", 1, 512)) == slot);
  CHECK_FALSE(index.find("old"));
  CHECK(index.first(5).at(0).name == "new");
}

}  // namespace
}  // namespace hanse::placement
