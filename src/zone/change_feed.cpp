#include "zone/change_feed.h"

#include <memory>

#include "runtime/sleep.h"

namespace hanse::zone {

void ChangeFeed::announce(const std::string& key) {
  for (const auto& [prefix, listener] : listeners_) {
    if (key.starts_with(prefix)) listener(key);
  }
}

void ChangeFeed::announce_all() {
  for (const auto& listener : start_listeners_) listener();
  for (const auto& [prefix, listener] : listeners_) {
    store::Page page;
    do {
      const std::string after = page.entries.empty() ? std::string() : page.entries.back().key;
      page = store_.list(prefix, after, store::kMaxPageEntries);
      for (const store::Entry& entry : page.entries) listener(entry.key);
    } while (page.more);
  }
}

Task<void> ChangeFeed::run() {
  while (true) {
    // List and watch belong together: nothing may be awaited in between.
    const store::Revision from = store_.revision();
    announce_all();
    Result<std::unique_ptr<store::Watch>> watch = store_.watch("/", from);
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
