#include "testbed/peer_offers.h"

#include <algorithm>
#include <boost/json.hpp>

namespace hanse::testbed {
namespace {

const json::Value* find_at(const json::Value& value, std::string_view pointer) {
  boost::system::error_code missing;
  return value.find_pointer(pointer, missing);
}

const json::Value* find_peer(const json::Value& peers, const std::string& name) {
  const json::Value* items = find_at(peers, "/items");
  if (items == nullptr || !items->is_array()) return nullptr;
  const auto& all = items->get_array();
  const auto found = std::find_if(all.begin(), all.end(), [&](const json::Value& peer) {
    const json::Value* known = find_at(peer, "/metadata/name");
    return known != nullptr && known->is_string() && known->get_string() == std::string_view(name);
  });
  return found == all.end() ? nullptr : &*found;
}

bool has_room(const json::Value& digest) {
  const json::Value* flavours = find_at(digest, "/flavours");
  if (flavours == nullptr || !flavours->is_array()) return false;
  return std::any_of(flavours->get_array().begin(), flavours->get_array().end(),
                     [](const json::Value& flavour) {
                       const json::Value* fits = find_at(flavour, "/fits");
                       return fits != nullptr && fits->is_int64() && fits->get_int64() > 0;
                     });
}

bool should_have_room(const ZonePlan& zone) {
  return std::any_of(zone.hosts.begin(), zone.hosts.end(),
                     [](const HostPlan& host) { return host.topology.memory_mib >= kLeastHostMemoryMib; });
}

}  // namespace

Status check_peer_offers(const json::Value& peers, const std::vector<ZonePlan>& others) {
  for (const ZonePlan& other : others) {
    const std::string& name = other.topology.name;
    const json::Value* peer = find_peer(peers, name);
    if (peer == nullptr) return fail(Code::unavailable, "it does not list zone '{}' yet", name);
    const json::Value* reachable = find_at(*peer, "/status/reachable");
    if (reachable == nullptr || *reachable != json::Value(true))
      return fail(Code::unavailable, "it has not reached zone '{}' yet", name);
    const json::Value* digest = find_at(*peer, "/status/digest");
    if (digest == nullptr || !digest->is_object())
      return fail(Code::unavailable, "it does not know yet what zone '{}' offers", name);
    if (should_have_room(other) && !has_room(*digest))
      return fail(Code::unavailable, "it does not know yet of the hosts of zone '{}'", name);
  }
  return {};
}

}  // namespace hanse::testbed
