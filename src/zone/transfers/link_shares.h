// LinkShares: the moves that this zone's hosts send share each link fairly (migration/fair_share.h). A link
// is the way to a peer, or within the zone to a host. From what the hosts tell, it sets a ceiling for each
// move.
//
// In memory only. Lifecycle: run() for as long as the zone; while less than two moves are under way it
// sleeps. A host that lost its zone keeps to the last ceiling until it hears of it again. Thread: the loop.
// Failure: none.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/task.h"
#include "migration/fair_share.h"
#include "model/transfer_limits.h"
#include "runtime/runtime.h"
#include "zone/host_sessions.h"
#include "zone/move_orders.h"

namespace hanse::zone {

struct SendingMove {
  std::string transfer;
  std::string link;
  std::string instance_key;
  std::string host;  // that sends
  std::string uid;
  model::TransferLimits limits;
};

class LinkShares {
 public:
  LinkShares(Runtime& runtime, HostSessions& hosts, MoveOrders& orders);

  // `moves` are those whose hosts send now; `changes` is notified when there are others.
  Task<void> run(std::function<std::vector<SendingMove>()> moves, Signal& changes);

 private:
  // What one move has sent, by the words of its host.
  struct Flow {
    std::string instance_key;
    Bytes sent;
    MonotonicTime told_at;
    Bytes counted;  // at the last look
    std::optional<MonotonicTime> counted_at;
    double rate = 0;  // bytes a second, smoothed
    bool measured = false;

    void take(Bytes bytes, MonotonicTime now);
    void measure(MonotonicTime now);
  };
  using Key = std::pair<std::string, std::string>;  // host, uid
  struct Link {
    std::vector<std::string> transfers;
    migration::FairShare share;
  };

  void note(const std::string& host, const std::string& uid);
  void look(const std::vector<SendingMove>& moves);
  void share(const std::string& name, const std::vector<const SendingMove*>& moves);
  void hold(const std::string& instance_key, const std::string& host, std::optional<BytesPerSecond> ceiling);

  Runtime& runtime_;
  Logger log_;
  HostSessions& hosts_;
  MoveOrders& orders_;
  std::map<Key, Flow> flows_;
  std::map<std::string, Link> links_;
};

}  // namespace hanse::zone
