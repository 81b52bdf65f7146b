#include <doctest/doctest.h>

#include "testbed/status_report.h"

namespace hanse::testbed {
namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

StatusReport two_zones() {
  return {.name = "test",
          .phase = TestbedPhase::running,
          .wan = {.name = "wan", .pid = 3, .running = true},
          .zones = {{.name = "lulea",
                     .provider = "isljus",
                     .member_state = "SE",
                     .city = "Lulea",
                     .endpoint = "https://10.78.1.1:8443",
                     .zone = {"lulea", 17, true},
                     .hosts = {{"lulea-1", 18, true}, {"lulea-2", 19, false}},
                     .guests = 2},
                    {.name = "lyon", .zone = {"lyon", 20, false}, .hosts = {{"lyon-1", 0, false}}}},
          .links = {{.from = "lulea", .to = "lyon", .delay_ms = 10, .mbit = 200, .bytes = 2'000'000},
                    {.from = "lyon", .to = "lulea", .delay_ms = 10, .mbit = 200}}};
}

StatusReport with_links(std::size_t pairs) {
  StatusReport report = two_zones();
  report.links.clear();
  for (std::size_t i = 0; i < pairs; ++i) {
    const double delay_ms = 3.5 + static_cast<double>(i);
    report.links.push_back({.from = "a", .to = "b", .delay_ms = delay_ms, .bytes = 500'000});
    report.links.push_back({.from = "b", .to = "a", .delay_ms = delay_ms, .dropped_loss = 1});
  }
  return report;
}

TEST_CASE("a zone is one line with its place, state, hosts, guests and endpoint") {
  const std::string text = status_table(two_zones(), {});
  CHECK(has(text, "testbed test, running, WAN running (pid 3)\n"));
  CHECK(has(text,
            "ZONE   PROVIDER  CITY   COUNTRY  STATE    HOSTS                     GUESTS  ENDPOINT\n"
            "lulea  isljus    Lulea  SE       running  lulea-1, lulea-2 (ended)  2       "
            "https://10.78.1.1:8443\n"));
  CHECK(has(text, "lyon-1 (not started)"));
  CHECK_FALSE(has(text, "pid 17"));
}

TEST_CASE("process ids are shown to who asks for them") {
  const std::string text = status_table(two_zones(), {.process_ids = true});
  CHECK(has(text, "running (pid 17)"));
  CHECK(has(text, "lulea-1 (pid 18)"));
  CHECK(has(text, "lulea-2 (ended)"));
}

TEST_CASE("few links have a line each, many are one line") {
  CHECK(has(status_table(two_zones(), {}), "lulea -> lyon  20 ms       200 Mbit/s  0 %   2.0 MB  0\n"));
  CHECK(has(status_table(with_links(3), {}), "a -> b"));
  const std::string many = status_table(with_links(4), {});
  CHECK_FALSE(has(many, "a -> b"));
  CHECK(has(many, "4 links: round trip 7.0 ms to 13.0 ms, no limit, 2.0 MB sent, 4 packets dropped\n"));
  CHECK(has(status_table(with_links(4), {.each_link = true}), "a -> b  13 ms"));
}

TEST_CASE("a cut link is named among many") {
  StatusReport report = with_links(4);
  report.links[5].cut = true;
  CHECK(has(status_table(report, {}), "cut: b -> a\n"));
}

TEST_CASE("a WAN that tells nothing of its links is no fault of the table") {
  StatusReport report = two_zones();
  report.links.clear();
  report.wan.running = false;
  const std::string text = status_table(report, {});
  CHECK(has(text, "WAN ended"));
  CHECK_FALSE(has(text, "LINK"));
}

}  // namespace
}  // namespace hanse::testbed
