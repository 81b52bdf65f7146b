#include "store/history.h"

#include <algorithm>
#include <utility>

namespace hanse::store {
namespace {

std::size_t bytes_of(const ChangeHistory::Kept& change) {
  return change.key.size() + (change.value ? change.value->size() : 0);
}

}  // namespace

void ChangeHistory::restart(Revision start) {
  changes_.clear();
  bytes_ = 0;
  start_ = start;
}

void ChangeHistory::add(Kept change) {
  bytes_ += bytes_of(change);
  changes_.push_back(std::move(change));
}

void ChangeHistory::trim() {
  while (changes_.size() > limits_.changes || bytes_ > limits_.bytes) {
    start_ = changes_.front().revision;
    while (!changes_.empty() && changes_.front().revision == start_) {
      bytes_ -= bytes_of(changes_.front());
      changes_.pop_front();
    }
  }
}

Status ChangeHistory::check_kept(Revision from) const {
  if (from < start_) {
    return fail(
        Code::out_of_range,
        "changes after revision {} are no longer kept, only those after {}; list again and watch from "
        "the revision of that list",
        from, start_);
  }
  return {};
}

std::deque<ChangeHistory::Kept>::const_iterator ChangeHistory::first_after(Revision from) const {
  const auto after = [](Revision revision, const Kept& change) { return revision < change.revision; };
  return std::upper_bound(changes_.begin(), changes_.end(), from, after);
}

std::vector<Change> ChangeHistory::since(Revision from, std::string_view prefix) const {
  std::vector<Change> found;
  for (auto at = first_after(from); at != changes_.end(); ++at) {
    if (!at->key.starts_with(prefix)) continue;
    found.push_back({at->key, at->value ? std::optional(*at->value) : std::nullopt, at->revision});
  }
  return found;
}

std::vector<std::string> ChangeHistory::keys_since(Revision from, std::string_view prefix) const {
  std::vector<std::string> found;
  for (auto at = first_after(from); at != changes_.end(); ++at) {
    if (at->key.starts_with(prefix)) found.push_back(at->key);
  }
  return found;
}

}  // namespace hanse::store
