#include "testbed/peer_offers.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

namespace hanse::testbed {
namespace {

std::string missing(const std::string& peers, std::int64_t memory_mib = 1024) {
  ZonePlan other{.topology = {.name = "lyon"}};
  other.hosts.push_back({.topology = {.name = "lyon-1", .memory_mib = memory_mib}});
  const Status known = check_peer_offers(boost::json::parse(peers), {other});
  return known ? std::string() : known.error().message;
}

std::string lyon(const std::string& status) {
  return R"({"items": [{"metadata": {"name": "oslo"}}, {"metadata": {"name": "lyon"}, "status": )" + status +
         "}]}";
}

TEST_CASE("what a zone does not know of another is told") {
  CHECK(missing("{}") == "it does not list zone 'lyon' yet");
  CHECK(missing(R"({"items": []})") == "it does not list zone 'lyon' yet");
  CHECK(missing(lyon(R"({"reachable": false})")) == "it has not reached zone 'lyon' yet");
  CHECK(missing(lyon(R"({"reachable": true})")) == "it does not know yet what zone 'lyon' offers");
  const std::string full = lyon(R"({"reachable": true, "digest": {"flavours": [{"fits": 0}]}})");
  CHECK(missing(full) == "it does not know yet of the hosts of zone 'lyon'");
  CHECK(missing(full, 64).empty());
  CHECK(missing(lyon(R"({"reachable": true, "digest": {"flavours": [{"fits": 0}, {"fits": 2}]}})")).empty());
}

}  // namespace
}  // namespace hanse::testbed
