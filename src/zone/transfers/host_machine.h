// HostMachine: the moving machine at one host, as the transfer sees it through this zone's host sessions and
// move orders.
//
// The host is one of the two of a move within the zone, else the instance's own, which changes only while it
// does not move. Thread: the loop.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "migration/ports.h"
#include "zone/host_sessions.h"
#include "zone/move_orders.h"

namespace hanse::zone {

class HostMachine final : public migration::MovingMachine {
 public:
  HostMachine(HostSessions& hosts, MoveOrders& orders, std::string host, std::string uid,
              std::string instance_key)
      : hosts_(hosts),
        orders_(orders),
        host_(std::move(host)),
        uid_(std::move(uid)),
        key_(std::move(instance_key)) {}

  void order(std::optional<model::MoveOrder> order) override { orders_.set(key_, host_, std::move(order)); }
  std::optional<model::MachineObserved> observed() const override {
    auto observed = hosts_.observed(host_, uid_);
    if (observed && observed->move) observed->move->progress.ceiling = orders_.ceiling(key_, host_);
    return observed;
  }
  std::string absent_host() const override { return hosts_.connected(host_) ? std::string() : host_; }
  const std::string& host() const { return host_; }
  Signal& changes() override { return hosts_.changes(); }

 private:
  HostSessions& hosts_;
  MoveOrders& orders_;
  std::string host_;
  std::string uid_;
  std::string key_;
};

}  // namespace hanse::zone
