#include "host/outgoing_frames.h"

#include <boost/json.hpp>
#include <utility>

#include "host/host_frames.h"

namespace hanse::host {

void OutgoingFrames::add(model::MachineObserved observed) {
  const auto [place, added] = observed_.try_emplace(observed.uid);
  if (added) order_.push_back(observed.uid);
  place->second = std::move(observed);
}

bool OutgoingFrames::add(model::HostResponse response) {
  if (responses_.size() >= kMaxResponses) return false;
  responses_.push_back(std::move(response));
  return true;
}

Result<std::optional<std::string>> OutgoingFrames::next() {
  if (!responses_.empty()) {
    const model::HostResponse response = std::move(responses_.front());
    responses_.pop_front();
    return encode(model::HostFrame::response, to_json(response));
  }
  if (order_.empty()) return std::nullopt;
  const auto node = observed_.extract(order_.front());
  order_.pop_front();
  return encode_text(model::HostFrame::observed, json::to_text(node.mapped()));
}

void OutgoingFrames::clear() {
  responses_.clear();
  order_.clear();
  observed_.clear();
}

}  // namespace hanse::host
