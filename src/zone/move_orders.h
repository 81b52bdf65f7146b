// MoveOrders: what the transfers under way want of the machines on this zone's hosts, between the transfer
// coroutines, which give the orders, and the instance reconciler, which puts them into what a host is told.
//
// With them goes the ceiling that a move has while it shares its link with others (transfers/link_shares.h).
//
// In memory only: after a restart the transfers give their orders again before any host may connect. Thread:
// the loop.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model/host_protocol.h"

namespace hanse::zone {

class MoveOrders {
 public:
  // Called when the order of a machine has changed: the instance's key.
  void on_change(std::function<void(const std::string& key)> listener) { listener_ = std::move(listener); }

  // `host` is part of the key: in a move within the zone two hosts have orders for one instance.
  void set(const std::string& instance_key, const std::string& host, std::optional<model::MoveOrder> order) {
    if (order) {
      orders_.insert_or_assign(Key(instance_key, host), std::move(*order));
    } else {
      orders_.erase(Key(instance_key, host));
      ceilings_.erase(Key(instance_key, host));
    }
    if (listener_) listener_(instance_key);
  }
  // From now on that move takes no more than this; nothing: as much as its own limits allow.
  void hold(const std::string& instance_key, const std::string& host, std::optional<BytesPerSecond> ceiling) {
    if (ceiling) {
      ceilings_.insert_or_assign(Key(instance_key, host), *ceiling);
    } else {
      ceilings_.erase(Key(instance_key, host));
    }
    if (listener_) listener_(instance_key);
  }
  std::optional<BytesPerSecond> ceiling(const std::string& instance_key, const std::string& host) const {
    const auto found = ceilings_.find(Key(instance_key, host));
    if (found == ceilings_.end()) return std::nullopt;
    return found->second;
  }
  std::optional<model::MoveOrder> find(const std::string& instance_key, const std::string& host) const {
    const auto found = orders_.find(Key(instance_key, host));
    if (found == orders_.end()) return std::nullopt;
    model::MoveOrder order = found->second;
    if (const auto most = ceiling(instance_key, host); most && !order.committed)
      order.limits.max_rate = std::min(order.limits.max_rate.value_or(*most), *most);
    return order;
  }

 private:
  using Key = std::pair<std::string, std::string>;

  std::function<void(const std::string&)> listener_;
  std::map<Key, model::MoveOrder> orders_;
  std::map<Key, BytesPerSecond> ceilings_;  // of some of them
};

}  // namespace hanse::zone
