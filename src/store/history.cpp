#include "store/history.h"

#include <algorithm>
#include <utility>

namespace hanse::store {
namespace {

std::size_t bytes_of(const Change& change) {
  return change.key.size() + (change.value ? change.value->size() : 0);
}

}  // namespace

void ChangeHistory::restart(Revision start) {
  changes_.clear();
  bytes_ = 0;
  start_ = start;
}

void ChangeHistory::add(Change change) {
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

std::vector<Change> ChangeHistory::since(Revision from, std::string_view prefix) const {
  std::vector<Change> found;
  const auto after = [](Revision revision, const Change& change) { return revision < change.revision; };
  for (auto at = std::upper_bound(changes_.begin(), changes_.end(), from, after); at != changes_.end();
       ++at) {
    if (at->key.starts_with(prefix)) found.push_back(*at);
  }
  return found;
}

}  // namespace hanse::store
