#include "testbed/wan/wan_switch.h"

#include <algorithm>
#include <utility>

namespace hanse::testbed {

WanSwitch::WanSwitch(std::vector<std::string> port_names, FrameSink& sink, Random& random)
    : port_names_(std::move(port_names)), sink_(sink) {
  const std::size_t pairs = port_names_.size() * port_names_.size();
  links_.reserve(pairs);
  for (std::size_t i = 0; i < pairs; ++i) links_.push_back(Link{LinkModel({}, random), {}});
}

Result<std::size_t> WanSwitch::port_of(std::string_view name) const {
  const auto found = std::find(port_names_.begin(), port_names_.end(), name);
  if (found != port_names_.end()) return static_cast<std::size_t>(found - port_names_.begin());
  return fail(Code::not_found, "the WAN has no port '{}'; it has {}", name, fmt::join(port_names_, ", "));
}

void WanSwitch::set_link(std::size_t from, std::size_t to, const LinkParameters& parameters) {
  at(from, to).model.change(parameters);
  at(to, from).model.change(parameters);
}

void WanSwitch::receive(std::size_t port, FrameBytes frame, MonotonicTime now) {
  // What is due goes first, so that a frame that is forwarded at once overtakes nothing.
  deliver_due(now);
  const std::optional<FrameAddresses> addresses = addresses_of(frame);
  if (!addresses) return;
  addresses_.learn(addresses->source, port);
  const std::optional<std::size_t> target =
      is_group(addresses->destination) ? std::nullopt : addresses_.find(addresses->destination);
  if (target) {
    if (*target != port) forward(port, *target, frame, now);
    return;
  }
  for (std::size_t other = 0; other < port_names_.size(); ++other)
    if (other != port) forward(port, other, frame, now);
}

void WanSwitch::forward(std::size_t from, std::size_t to, FrameBytes frame, MonotonicTime now) {
  Link& link = at(from, to);
  const Bytes size = wire_size(frame);
  const Bytes kept{static_cast<std::int64_t>(frame.size())};
  if (in_flight_ + kept > kMaxBytesInFlight) {
    ++link.statistics.dropped_queue;
    return;
  }
  const bool immediate = link.model.immediate(now);
  const Passage passage = link.model.send(now, size);
  if (!passage.passes) {
    ++(passage.dropped == DropReason::cut    ? link.statistics.dropped_cut
       : passage.dropped == DropReason::loss ? link.statistics.dropped_loss
                                             : link.statistics.dropped_queue);
    return;
  }
  ++link.statistics.frames;
  link.statistics.bytes += size.value;
  if (immediate) return sink_.deliver(to, frame);
  in_flight_ += kept;
  travelling_.push(
      Travelling{passage.arrival, ++last_sequence_, to, std::vector<std::byte>(frame.begin(), frame.end())});
}

void WanSwitch::deliver_due(MonotonicTime now) {
  while (!travelling_.empty() && travelling_.top().arrival <= now) {
    const Travelling& next = travelling_.top();
    in_flight_ = in_flight_ - Bytes{static_cast<std::int64_t>(next.frame.size())};
    sink_.deliver(next.port, next.frame);
    travelling_.pop();
  }
}

std::optional<MonotonicTime> WanSwitch::next_due() const {
  return travelling_.empty() ? std::nullopt : std::optional(travelling_.top().arrival);
}

}  // namespace hanse::testbed
