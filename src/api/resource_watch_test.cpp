#include "api/resource_watch.h"

#include <doctest/doctest.h>
#include <string>

#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::ApiService;
using test::As;
using test::CollectingWriter;
using test::kSkus;
using test::kSmallSku;

void put(ApiService& service, const std::string& name, const std::string& labels = "{}") {
  const std::string body = R"({"spec":{"vcpu":1,"memoryMib":256},"labels":)" + labels + "}";
  const int status = service.ask(As::user, "PUT", kSkus + "/" + name, body).status;
  REQUIRE((status == 200 || status == 201));
}

void erase(ApiService& service, const std::string& name) {
  const auto record = service.tables.instance_skus.get({.tenant = "default", .name = name});
  REQUIRE(record);
  REQUIRE(service.run(service.tables.instance_skus.erase(*record)));
}

TEST_CASE("a watch shows what is there, then what happens") {
  ApiService service;
  put(service, "a");
  put(service, "b");
  CollectingWriter writer;
  service.watch(writer, kSkus + "?watch=true");
  CHECK(writer.summary() == "put a, put b, synced");
  put(service, "c");
  put(service, "a", R"({"x":"y"})");
  erase(service, "b");
  service.settle();
  CHECK(writer.summary() == "put a, put b, synced, put c, put a, delete b");
  CHECK(writer.sent.back().id == std::to_string(service.store->revision()));
  // The revision that a change has is the one that a read shows.
  CHECK(writer.sent[4].id == service.ask(As::user, "GET", kSkus + "/a").text("/metadata/resourceVersion"));
  CHECK(writer.sent[4].data.at("metadata").at("resourceVersion").get_int64() ==
        std::stoll(writer.sent[4].id));
}

TEST_CASE("a watch resumes behind the last event") {
  ApiService service;
  put(service, "a");
  CollectingWriter first;
  service.watch(first, kSkus + "?watch=true");
  CHECK(first.sent[0].id.empty());  // a listing that breaks off begins anew
  const std::string synced = first.sent[1].id;
  put(service, "b");
  erase(service, "a");
  CollectingWriter second;
  service.watch(second, kSkus + "?watch=true", synced);
  CHECK(second.summary() == "put b, delete a");
  put(service, "c");
  service.settle();
  CHECK(second.summary() == "put b, delete a, put c");
}

TEST_CASE("a watch that cannot resume begins anew") {
  ApiService service;
  put(service, "a");
  for (const char* id : {"999999", "yesterday"}) {
    CollectingWriter writer;
    service.watch(writer, kSkus + "?watch=true", id);
    CHECK(writer.summary() == "put a, synced");
  }
}

TEST_CASE("one transaction has its id at its last event") {
  ApiService service;
  CollectingWriter writer;
  service.watch(writer, kSkus + "?watch=true");
  model::InstanceSku first;
  first.metadata = {.name = "a", .tenant = "default"};
  model::InstanceSku second = first;
  second.metadata.name = "b";
  const auto& table = service.tables.instance_skus;
  REQUIRE(service.run(service.store->transact({.writes = {table.write_of(first), table.write_of(second)}})));
  service.settle();
  CHECK(writer.summary() == "synced, put a, put b");
  CHECK(writer.sent[1].id.empty());
  CHECK_FALSE(writer.sent[2].id.empty());
}

TEST_CASE("a watch of one resource sees only that, also its end") {
  ApiService service;
  put(service, "web");
  CollectingWriter writer;
  service.watch(writer, kSkus + "/web?watch=true");
  const std::string synced = writer.sent.back().id;
  put(service, "web-1");
  erase(service, "web");
  service.settle();
  CHECK(writer.summary() == "put web, synced, delete web");
  CollectingWriter resumed;
  service.watch(resumed, kSkus + "/web?watch=true", synced);
  CHECK(resumed.summary() == "delete web");
}

TEST_CASE("what leaves the selection is deleted for the watcher") {
  ApiService service;
  put(service, "a", R"({"tier":"web"})");
  put(service, "b");
  CollectingWriter writer;
  service.watch(writer, kSkus + "?watch=true&labels=tier%3Dweb");
  put(service, "a", R"({"tier":"data"})");
  service.settle();
  CHECK(writer.summary() == "put a, synced, delete a");
}

TEST_CASE("a caller has a bounded number of watches, and gets them back") {
  ApiService service;
  std::vector<http::Reply> open;
  for (std::size_t i = 0; i < kMaxWatchesPerCaller; ++i) {
    open.push_back(service.reply(service.request(As::user, "GET", kSkus + "?watch=true")));
    REQUIRE(open.back().events);
  }
  const test::Answer refused = service.ask(As::user, "GET", kSkus + "?watch=true");
  CHECK(refused.status == 429);
  CHECK(refused.headers.get("Retry-After") == "1");
  open.pop_back();
  CHECK(service.reply(service.request(As::user, "GET", kSkus + "?watch=true")).events);
}

TEST_CASE("events are watched and listed, newest last") {
  ApiService service;
  const std::string path = "/providers/hanse.observatory/v1/events";
  service.events.add("instance", "default/default/web", "Started", "it runs");
  service.events.add("host", "h1", "Connected", "it is here");
  CollectingWriter writer;
  service.watch(writer, path + "?watch=true");
  service.events.add("host", "h1", "Lost", "it is gone");
  service.settle();
  REQUIRE(writer.sent.size() == 4);
  CHECK(writer.sent[2].event == "synced");
  CHECK(writer.sent[3].data.at("reason") == "Lost");

  CollectingWriter resumed;
  service.watch(resumed, path + "?watch=true&kind=host&name=h1", writer.sent[1].id);
  CHECK(resumed.summary() == "put h1, synced");
  CollectingWriter of_an_earlier_run;
  service.watch(of_an_earlier_run, path + "?watch=true", "0badcafe.99");
  CHECK(of_an_earlier_run.sent.size() == 4);

  const test::Answer page = service.ask(As::user, "GET", path + "?limit=2");
  CHECK(page.text("/items/0/reason") == "Started");
  const test::Answer rest =
      service.ask(As::user, "GET", path + "?limit=2&skipToken=" + page.text("/metadata/skipToken"));
  CHECK(rest.text("/items/0/reason") == "Lost");
  CHECK(rest.text("/metadata/skipToken").empty());
}

TEST_CASE("a transfer's progress is listed, got and watched") {
  ApiService service;
  const std::string path = test::kTransfers;
  const test::Answer made =
      service.ask(As::user, "POST", path, R"({"spec":{"instance":"web","targetZone":"south"}})");
  CHECK(made.status == 201);
  const std::string name = made.text("/metadata/name");
  CollectingWriter writer;
  service.watch(writer, path + "/" + name + "?watch=true");
  service.transfers.show(name, 40);
  service.settle();
  CHECK(writer.summary() == "put " + name + ", synced, put " + name);
  CHECK(writer.sent.back().data.at("status").at("progress").at("percent") == 40);
  CHECK(service.ask(As::user, "GET", path + "/" + name).text("/status/progress/percent") == "40");
  CHECK(service.ask(As::user, "GET", path).text("/items/0/status/progress/percent") == "40");
  CHECK(service.ask(As::user, "POST", path + "/" + name + "/cancel").status == 202);
  CHECK(service.transfers.asked.back() == "cancel " + name);
  const std::string forecasts = path.substr(0, path.rfind('/')) + "/forecasts";
  const test::Answer forecast =
      service.ask(As::user, "POST", forecasts, R"({"spec":{"instance":"web","targetZone":"south"}})");
  CHECK(forecast.text("/obstacles/0/reason") == "it has no room");
  CHECK(service.transfers.asked.back() == "forecast web");
  const std::string limits = path + "/" + name + "/limits";
  CHECK(service.ask(As::user, "POST", limits, R"({"paused":true,"maxRate":2000000})").status == 202);
  CHECK(service.transfers.asked.back() == "limit " + name + R"( {"paused":true,"maxRate":2000000})");
  CHECK(service.ask(As::user, "POST", limits, R"({"maxRate":"fast"})").status == 400);
}

}  // namespace
}  // namespace hanse::api
