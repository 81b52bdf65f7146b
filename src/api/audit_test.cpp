// What requests leave in the audit log, and who may read it.
#include <algorithm>
#include <doctest/doctest.h>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "io/openssl_hashing.h"
#include "tests/api/api_service.h"
#include "tests/support/slow_disk.h"
#include "zone/audit/audit_chain.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;
using zone::AuditCallerKind;
using zone::AuditRecord;

const std::string kAudit = "/providers/hanse.observatory/v1/audit";

struct Audited : ApiService {
  std::vector<AuditRecord> records() {
    std::vector<AuditRecord> all;
    zone::AuditQuery query{.limit = 1000};
    for (bool more = true; more;) {
      const zone::AuditPage page = run(audit.list(query)).value();
      for (const auto& item : page.items) all.push_back(zone::parse_audit_record(item.text).value());
      more = page.more;
      query.after = page.last;
    }
    return all;
  }
  AuditRecord last() { return records().back(); }
  std::string text() {
    std::string all;
    for (const auto& [path, content] : world.files.content) {
      if (path.starts_with("/zone/audit/")) all += content;
    }
    return all;
  }
  http::Request request_as(const std::string& subject, const std::string& method, const std::string& target,
                           const std::string& body = "") {
    http::Request asked = request(As::nobody, method, target, body);
    asked.headers.set("Authorization", "Bearer " + authentication.make_token(subject, Seconds{3600}).value());
    return asked;
  }
  void assign(const std::string& role, const std::string& scope, int status) {
    const std::string body =
        R"({"spec":{"subs":["alice"],"scopes":[)" + scope + R"(],"roles":[")" + role + R"("]}})";
    REQUIRE(ask(As::user, "PUT", "/providers/seca.authorization/v1/tenants/default/role-assignments/of-alice",
                body)
                .status == status);
  }
};

TEST_CASE_FIXTURE(Audited, "a write of a user is on record: who, what, where from, and what came of it") {
  http::Request asked = request(As::user, "PUT", test::kSkus + "/small", test::kSmallSku);
  asked.remote_address = "192.0.2.99:41000";
  asked.headers.set("X-Request-Id", "r-17\n");
  const Answer made = ask(std::move(asked));
  REQUIRE(made.status == 201);
  const AuditRecord record = last();
  CHECK(record.caller == zone::AuditCaller{AuditCallerKind::user, "admin", "", "192.0.2.99:41000"});
  CHECK(record.method == "PUT");
  CHECK(record.path == test::kSkus + "/small");
  CHECK(record.resource == "skus/default/small");
  CHECK(std::to_string(record.revision) == made.text("/metadata/resourceVersion"));
  CHECK(record.status == 201);
  CHECK(record.request_id == "r-17?");
  CHECK(record.time.starts_with("2026-01-01T00:00:00."));
  REQUIRE(ask(As::user, "DELETE", test::kSkus + "/small").status == 202);
  CHECK(last().method == "DELETE");
  CHECK(last().status == 202);
  CHECK(last().revision > record.revision);
  CHECK(records().size() == 3);  // with the start
}

TEST_CASE_FIXTURE(Audited, "reading leaves no record") {
  ask(As::user, "GET", test::kSkus);
  ask(As::nobody, "GET", test::kSkus);
  ask(As::user, "HEAD", test::kSkus);
  CHECK(records().size() == 1);
}

TEST_CASE_FIXTURE(Audited, "hosts and peers are named as what they are") {
  CHECK(ask(As::host, "POST", "/providers/hanse.host/v1/hosts/h1/renewals", R"({"requestPem":"request"})")
            .status == 200);
  CHECK(last().caller.kind == AuditCallerKind::host);
  CHECK(last().caller.name == "h1");
  CHECK(last().resource == "hosts/h1");
  CHECK(ask(As::peer, "DELETE", "/providers/hanse.placement/v1/reservations/r1").status == 204);
  CHECK(last().caller.kind == AuditCallerKind::peer);
  CHECK(last().caller.name == "south");
  CHECK(last().resource == "reservations/r1");
  CHECK(
      ask(As::peer, "POST", "/providers/hanse.migration/v1/incoming/move-1/grant", R"({"grant":{"epoch":2}})")
          .status == 200);
  CHECK(last().resource == "incoming/move-1");
}

TEST_CASE_FIXTURE(Audited, "a transfer is named by what it was given, an action by what it acts on") {
  const Answer made =
      ask(As::user, "POST", test::kTransfers, R"({"spec":{"instance":"web","targetZone":"south"}})");
  REQUIRE(made.status == 201);
  CHECK(last().resource == "transfers/default/default/" + made.text("/metadata/name"));
  CHECK(last().revision > 0);
  ask(As::user, "POST", test::kInstances + "/web/start");
  CHECK(last().resource == "instances/default/default/web");
  CHECK(last().status == 404);
}

TEST_CASE_FIXTURE(Audited, "tokens, codes and invitations are on record without what must stay secret") {
  const std::string people = "/providers/hanse.authorization/v1/";
  const Answer token = ask(As::user, "POST", people + "tokens", R"({"subject":"bob"})");
  CHECK(last().resource == "tokens/bob");
  const Answer code = ask(As::user, "POST", people + "login-codes", R"({"subject":"carol"})");
  CHECK(last().resource == "login-codes/carol");
  const Answer login =
      ask(As::nobody, "POST", people + "logins", R"({"code":")" + code.text("/code") + R"("})");
  REQUIRE(login.status == 201);
  CHECK(last().resource == "logins/carol");
  CHECK(last().caller.kind == AuditCallerKind::anonymous);
  const Answer host = ask(As::user, "POST", "/providers/hanse.host/v1/invitations", R"({"name":"h9"})");
  REQUIRE(host.status == 201);
  CHECK(last().resource == "invitations/h9");
  ask(request_as("dave", "POST", people + "tokens", R"({"subject":"secret-of-a-body"})"));
  CHECK(last().status == 403);
  CHECK(last().caller.name == "dave");
  CHECK(last().caller.issuer == "hanse://zone/north");

  const std::string all = text();
  CHECK(all.find("tokens/bob") != std::string::npos);
  for (const std::string& secret :
       {token.text("/token"), code.text("/code"), login.text("/token"), host.text("/token"),
        std::string(test::kAdminToken), std::string("secret-of-a-body"), std::string("Bearer")}) {
    REQUIRE(secret.size() > 4);
    CHECK(all.find(secret) == std::string::npos);
  }
}

TEST_CASE_FIXTURE(Audited, "refusals are on record, but a stranger cannot fill it") {
  CHECK(ask(As::nobody, "PUT", test::kSkus + "/small", test::kSmallSku).status == 401);
  CHECK(last().status == 401);
  CHECK(last().caller.kind == AuditCallerKind::anonymous);
  for (int i = 0; i < 100; ++i) ask(As::nobody, "DELETE", test::kSkus + "/small");
  CHECK(records().size() == 1 + kStrangeRefusalBurst);
  // Those who are known have room of their own, and their records say what is missing.
  const http::Request by_dave = request_as("dave", "DELETE", test::kSkus + "/small");
  CHECK(ask(by_dave).status == 403);
  CHECK(last().unrecorded == 101 - kStrangeRefusalBurst);
  CHECK(last().status == 403);
  for (int i = 0; i < 400; ++i) ask(by_dave);
  // A few more, as time passes.
  constexpr int kMost = 1 + kStrangeRefusalBurst + kKnownRefusalBurst + 10;
  CHECK(records().size() <= kMost);
  // What was let through is never left out.
  REQUIRE(ask(As::user, "PUT", test::kSkus + "/small", test::kSmallSku).status == 201);
  CHECK(last().status == 201);
  std::int64_t refusals = 0;
  for (const AuditRecord& record : records()) refusals += record.unrecorded + (record.status >= 400 ? 1 : 0);
  CHECK(refusals == 502);
}

TEST_CASE("refusals are made up for as time passes") {
  RefusalLimit limit(3, Seconds{10});
  MonotonicTime now;
  for (int i = 0; i < 3; ++i) CHECK(limit.take(now));
  CHECK_FALSE(limit.take(now));
  CHECK_FALSE(limit.take(now + Seconds{9}));
  CHECK(limit.take(now + Seconds{10}));
  CHECK_FALSE(limit.take(now + Seconds{10}));
  for (int i = 0; i < 3; ++i) CHECK(limit.take(now + Seconds{1000}));
  CHECK_FALSE(limit.take(now + Seconds{1000}));
}

// Whoever adds a route that leaves no record has to say so here.
TEST_CASE_FIXTURE(Audited, "each route that is no GET is put on record, but for these") {
  const std::set<std::string> expected{
      "POST /providers/hanse.federation/v1/exchanges",
      "POST /providers/hanse.migration/v1/forecasts",
      "POST /providers/hanse.migration/v1/incoming/{transfer}/wait",
      "POST /providers/hanse.migration/v1/probes",
      "POST /providers/hanse.migration/v1/tenants/{tenant}/workspaces/{workspace}/forecasts",
      "POST /providers/hanse.placement/v1/leases"};
  std::set<std::string> found;
  for (const Route& route : api->routes()) {
    if (!route.name.starts_with("GET ") && !route.audited) found.insert(route.name);
  }
  CHECK(found == expected);
  ask(As::peer, "POST", "/providers/hanse.federation/v1/exchanges", "{}");
  CHECK(records().size() == 1);
}

// An API whose audit log is on a disk of its own.
struct OnSlowDisk : Audited {
  test::SlowDisk disk{world.loop};
  Runtime runtime{world.loop, world.loop,      world.random, world.network,
                  disk,       world.processes, world.loop,   world.log};
  zone::AuditLog log{runtime, hashing, {"north", "/audit"}};
  std::unique_ptr<Api> slow;

  OnSlowDisk() {
    REQUIRE(run(log.start(0)));
    slow = std::make_unique<Api>(parts(authentication, log));
  }
  void pass(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  http::Request put_small() { return request(As::user, "PUT", test::kSkus + "/small", test::kSmallSku); }
};

TEST_CASE_FIXTURE(OnSlowDisk, "a write is answered when its record is on the disk, and not before") {
  std::optional<int> answered;
  const auto keep = [](Task<http::Reply> task, std::optional<int>& out) -> Task<void> {
    out = (co_await std::move(task)).response.status;
  };
  REQUIRE(scope.spawn(keep(slow->handle(put_small()), answered)));
  const int syncs = disk.syncs;
  while (!store->get("/instance-skus/default/small")) pass(Millis{1});
  pass(Millis{5});
  CHECK_FALSE(answered);
  CHECK(disk.syncs == syncs);
  settle();
  CHECK(answered == 201);
  CHECK(disk.durable.content.at("/audit/00000000000000000001.log").find("skus/default/small") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(OnSlowDisk, "while the log cannot be written, writes are refused and reads are answered") {
  disk.full = true;
  // The first one finds out when it was done already, and is told so.
  const http::Reply first = run(slow->handle(put_small()));
  CHECK(first.response.status == 503);
  CHECK(first.response.body.find("this was done and answered with 201") != std::string::npos);
  const http::Reply second =
      run(slow->handle(request(As::user, "PUT", test::kSkus + "/other", test::kSmallSku)));
  CHECK(second.response.status == 503);
  CHECK(second.response.headers.contains("Retry-After"));
  CHECK(second.response.body.find("the zone's audit log cannot be written") != std::string::npos);
  CHECK_FALSE(tables.instance_skus.get({.tenant = "default", .name = "other"}));
  CHECK(run(slow->handle(request(As::user, "GET", test::kSkus))).response.status == 200);
  disk.full = false;
  pass(zone::kAuditMendPause);
  CHECK(run(slow->handle(put_small())).response.status == 200);
  CHECK(log.head().sequence == 2);
}

TEST_CASE_FIXTURE(Audited, "the log comes in pages, filtered, and as a stream that can be resumed") {
  for (int i = 1; i <= 5; ++i) {
    const std::string name = "s" + std::to_string(i);
    REQUIRE(ask(As::user, "PUT", test::kSkus + "/" + name, test::kSmallSku).status == 201);
  }
  const Answer page = ask(As::user, "GET", kAudit + "?limit=4");
  CHECK(page.body.at("items").get_array().size() == 4);
  CHECK(page.text("/items/0/method") == "START");
  CHECK(page.text("/metadata/skipToken") == "4");
  const Answer rest = ask(As::user, "GET", kAudit + "?limit=4&skipToken=4");
  CHECK(rest.body.at("items").get_array().size() == 2);
  CHECK(rest.text("/metadata/skipToken").empty());
  CHECK(ask(As::user, "GET", kAudit + "?resource=skus/default/s3").text("/items/0/sequence") == "4");
  CHECK(ask(As::user, "GET", kAudit + "?subject=north").text("/items/0/method") == "START");
  CHECK(ask(As::user, "GET", kAudit + "?since=2027-01-01T00:00:00Z").text("/items") == "[]");

  test::CollectingWriter writer;
  watch(writer, kAudit + "?watch=true", "4");
  REQUIRE(writer.sent.size() == 3);
  CHECK(writer.sent[0].id == "5");
  CHECK(writer.sent[2].event == "synced");
  REQUIRE(ask(As::user, "DELETE", test::kSkus + "/s1").status == 202);
  settle();
  REQUIRE(writer.sent.size() == 4);
  CHECK(writer.sent[3].id == "7");
  CHECK(writer.sent[3].data.at("method") == "DELETE");
}

TEST_CASE_FIXTURE(Audited, "a wrong parameter is named") {
  const auto source = [this](const std::string& query) {
    const Answer answer = ask(As::user, "GET", kAudit + query);
    CHECK(answer.status == 400);
    return answer.text("/sources/0/parameter");
  };
  CHECK(source("?since=yesterday") == "since");
  CHECK(source("?skipToken=x") == "skipToken");
  CHECK(source("?skipToken=-1") == "skipToken");
  CHECK(source("?limit=0") == "limit");
  CHECK(source("?who=alice") == "who");
  http::Request asked = request(As::user, "GET", kAudit + "?watch=true");
  asked.headers.set("Last-Event-ID", "a");
  CHECK(ask(std::move(asked)).text("/sources/0/parameter") == "Last-Event-ID");
}

TEST_CASE_FIXTURE(Audited, "the head is signed by the zone's identity") {
  REQUIRE(ask(As::user, "PUT", test::kSkus + "/small", test::kSmallSku).status == 201);
  const Answer answer = ask(As::user, "GET", kAudit + "/head");
  REQUIRE(answer.status == 200);
  const auto head = json::from_json<zone::SignedAuditHead>(answer.body).value();
  CHECK(head.zone == "north");
  CHECK(head.sequence == 2);
  CHECK(head.hash == last().hash);
  CHECK(head.identity_key == identity.identity_key());
  CHECK(zone::is_signed(signatures, head));
}

TEST_CASE_FIXTURE(Audited, "the log is for auditors of the whole zone") {
  const auto status = [this](const std::string& path) {
    return ask(request_as("alice", "GET", path)).status;
  };
  const std::string everywhere = R"({"tenants":["*"]})";
  CHECK(status(kAudit) == 403);
  assign("viewer", everywhere, 201);
  CHECK(status(kAudit) == 403);
  assign("operator", everywhere, 200);
  CHECK(status(kAudit) == 403);
  assign("auditor", "{}", 200);
  CHECK(status(kAudit) == 403);
  assign("auditor", everywhere, 200);
  CHECK(status(kAudit) == 200);
  CHECK(status(kAudit + "/head") == 200);
  CHECK(status(test::kSkus) == 403);
  assign("admin", everywhere, 200);
  CHECK(status(kAudit) == 200);
  CHECK(ask(As::host, "GET", kAudit).status == 403);
  CHECK(ask(As::peer, "GET", kAudit).status == 403);
  CHECK(ask(As::nobody, "GET", kAudit).status == 401);
}

}  // namespace
}  // namespace hanse::api
