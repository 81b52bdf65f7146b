#include "simulator/world.h"

#include <utility>

namespace hanse::simulator {
namespace {

constexpr std::uint32_t kSilentCrash = 400'000;  // per million

}  // namespace

Process& World::add_process(ProcessOptions options, ProcessFactory factory) {
  const std::string name = options.name;
  const auto owner = static_cast<OwnerId>(processes_.size() + 1);
  auto process = std::make_unique<Process>(core_, fabric_, owner, std::move(options), std::move(factory));
  Process& added = *processes_.emplace(name, std::move(process)).first->second;
  added.start();
  return added;
}

std::vector<std::string> World::process_names() const {
  std::vector<std::string> names;
  for (const auto& [name, process] : processes_) names.push_back(name);
  return names;
}

void World::crash(const std::string& name, std::optional<bool> silently) {
  const bool vanish = silently.value_or(core_.random.chance(kSilentCrash));
  if (core_.events.running_owner() == kWorldOwner) return process(name).crash(vanish);
  // Not inside a task that would destroy itself.
  core_.events.schedule(kWorldOwner, Nanos{0}, [this, name, vanish] { process(name).crash(vanish); });
}

void World::crash_all() {
  for (const auto& [name, process] : processes_) process->crash(true);
}

void World::restart(const std::string& name) {
  process(name).start();
}

void World::partition(const std::string& a, const std::string& b) {
  core_.note("world", fmt::format("cuts {} from {}", a, b));
  core_.links.cut(a, b);
}

void World::heal(const std::string& a, const std::string& b) {
  core_.note("world", fmt::format("joins {} and {}", a, b));
  core_.links.mend(a, b);
  fabric_.link_mended(a, b);
}

void World::at(Nanos when, std::function<void()> action) {
  core_.events.schedule(kWorldOwner, when - now(), std::move(action));
}

void World::add_invariant(std::string name, Invariant holds) {
  invariants_.emplace_back(std::move(name), std::move(holds));
}

bool World::run_until(Nanos end) {
  while (!violation_ && step(end)) continue;
  return !violation_;
}

bool World::run_until_idle(Nanos limit) {
  const Nanos end = now() + limit;
  while (!violation_ && core_.events.pending() > 0 && step(end)) continue;
  return !violation_;
}

bool World::run_until_true(const std::function<bool()>& condition, Nanos limit) {
  const Nanos end = now() + limit;
  while (!violation_ && !condition() && step(end)) continue;
  return !violation_ && condition();
}

bool World::step(Nanos end) {
  if (!core_.events.step(end)) return false;
  check_invariants();
  return true;
}

void World::check_invariants() {
  if (core_.events.livelocked())
    violation_ = Violation{"progress", "time stands still: events follow each other without delay", now()};
  for (const auto& [name, holds] : invariants_) {
    if (violation_) return;
    std::optional<std::string> wrong = holds();
    if (!wrong) continue;
    core_.note("world", fmt::format("invariant '{}' is violated: {}", name, *wrong));
    violation_ = Violation{name, std::move(*wrong), now()};
  }
}

}  // namespace hanse::simulator
