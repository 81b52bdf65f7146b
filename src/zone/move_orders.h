// MoveOrders: what the transfers under way want of the machines on this zone's hosts, between the transfer
// coroutines, which give the orders, and the instance reconciler, which puts them into what a host is told.
//
// In memory only: after a restart the transfers give their orders again before any host may connect. Thread:
// the loop.
#pragma once

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

  void set(const std::string& instance_key, std::optional<model::MoveOrder> order) {
    if (order) {
      orders_.insert_or_assign(instance_key, std::move(*order));
    } else {
      orders_.erase(instance_key);
    }
    if (listener_) listener_(instance_key);
  }
  std::optional<model::MoveOrder> find(const std::string& instance_key) const {
    const auto found = orders_.find(instance_key);
    if (found == orders_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::function<void(const std::string&)> listener_;
  std::map<std::string, model::MoveOrder> orders_;
};

}  // namespace hanse::zone
