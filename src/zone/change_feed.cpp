#include "zone/change_feed.h"

#include <memory>

#include "runtime/sleep.h"

namespace hanse::zone {

void ChangeFeed::announce(const std::string& key) {
  for (const auto& [prefix, listener] : listeners_) {
    if (key.starts_with(prefix)) listener(key);
  }
}

Task<void> ChangeFeed::announce_all() {
  for (const auto& listener : start_listeners_) listener();
  for (const auto& [prefix, listener] : listeners_) {
    std::vector<std::string> keys;
    for (bool more = true; more;) {
      const std::string after = keys.empty() ? std::string() : keys.back();
      keys.clear();
      more = store_.visit(prefix, after, kSlice,
                          [&keys](const store::EntryView& entry) { keys.emplace_back(entry.key); });
      for (const std::string& key : keys) listener(key);
      if (more) co_await yield_to_loop(runtime_.scheduler);
    }
  }
  for (const auto& listener : complete_listeners_) listener();
  completions_.notify();
}

Task<void> ChangeFeed::complete() {
  co_await completions_.changed_since(0);
}

Task<void> ChangeFeed::run() {
  while (true) {
    // What changes while all is listed comes by the watch afterwards, once more or for the first time.
    Result<std::unique_ptr<store::Watch>> watch = store_.watch("/", store_.revision());
    co_await announce_all();
    while (watch) {
      const auto changes = co_await (*watch)->next_keys();
      if (!changes) {
        log_.warning("reading all of the store again: {}", changes.error().message);
        break;
      }
      for (const std::string& key : *changes) announce(key);
    }
    co_await sleep_for(runtime_.scheduler, Millis{100});
  }
}

}  // namespace hanse::zone
