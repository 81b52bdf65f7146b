// The log on a disk that is slow, fails, and forgets at a crash what was not synced.
#include "zone/audit/audit_log.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "io/openssl_hashing.h"
#include "tests/support/slow_disk.h"
#include "tests/support/test_runtime.h"
#include "zone/audit/audit_chain.h"

namespace hanse::zone {
namespace {

struct Logged {
  test::TestRuntime world;
  test::SlowDisk disk{world.loop};
  Runtime runtime{world.loop, world.loop,      world.random, world.network,
                  disk,       world.processes, world.loop,   world.log};
  io::OpensslHashing hashing{world.loop, world.loop};
  AuditOptions options{"north", "/zone/audit", {}, 8};
  std::unique_ptr<AuditLog> log;

  Logged() { start(); }
  void start() {
    log = std::make_unique<AuditLog>(runtime, hashing, options);
    REQUIRE(run(log->start(5)));
  }
  void crash(std::size_t torn = 0) {
    log.reset();
    disk.crash(torn);
    start();
  }
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out;
    Scope scope;
    REQUIRE(scope.spawn(keep(std::move(task), out)));
    world.loop.run(Seconds{30});
    REQUIRE(out.has_value());
    return std::move(*out);
  }
  template <class T>
  static Task<void> keep(Task<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
  }
  static AuditRecord put(const std::string& name) {
    return {.caller = {.kind = AuditCallerKind::user, .name = "alice"},
            .method = "PUT",
            .resource = "instances/default/default/" + name,
            .status = 201};
  }
  void pass(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  // After the pause between two attempts.
  Status mend() {
    pass(kAuditMendPause);
    return run(log->ready());
  }
  Status add(const std::string& name) { return run(log->add(put(name))); }
  std::vector<AuditRecord> records(AuditFilter filter = {}) {
    std::vector<AuditRecord> found;
    AuditQuery query{.filter = std::move(filter), .limit = 3};
    for (bool more = true; more;) {
      const AuditPage page = run(log->list(query)).value();
      CHECK(page.items.size() <= 3);
      for (const AuditItem& item : page.items) found.push_back(parse_audit_record(item.text).value());
      more = page.more;
      CHECK((!more || page.last > query.after));
      query.after = page.last;
    }
    return found;
  }
  // "START, PUT a, PUT b"
  std::string summary() {
    std::string text;
    for (const AuditRecord& record : records()) {
      text += (text.empty() ? "" : ", ") + record.method;
      if (record.method == "PUT") text += " " + record.resource.substr(record.resource.rfind('/') + 1);
    }
    return text;
  }
  std::string fault() {
    AuditChain chain(hashing);
    chain.expect(log->head());
    for (const AuditRecord& record : records()) chain.add(record);
    chain.finish();
    return chain.fault().value_or("");
  }
};

TEST_CASE_FIXTURE(Logged, "what was acknowledged is there after a crash, and the chain goes on") {
  REQUIRE(add("a"));
  REQUIRE(add("b"));
  crash();
  REQUIRE(add("c"));
  CHECK(summary() == "START, PUT a, PUT b, START, PUT c");
  CHECK(fault().empty());
  CHECK(records()[0].revision == 5);
  CHECK(records()[1].time.starts_with("2026-01-01T00:00:00"));
}

TEST_CASE_FIXTURE(Logged, "nobody is told of a record that is not on the disk") {
  std::optional<Status> told;
  Scope scope;
  REQUIRE(add("a"));
  REQUIRE(scope.spawn(keep(log->add(put("b")), told)));
  // Appended, not yet synced.
  const int appends = disk.appends;
  while (disk.appends == appends) pass(Millis{1});
  CHECK_FALSE(told);
  CHECK(log->head().sequence == 2);
  SUBCASE("and nothing of it is left") {
    crash();
  }
  SUBCASE("or a torn piece, which is dropped") {
    crash(20);
  }
  CHECK(summary() == "START, PUT a, START");
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "a whole record that nobody was told of may stay") {
  REQUIRE(add("a"));
  Scope scope;
  std::optional<Status> told;
  REQUIRE(scope.spawn(keep(log->add(put("b")), told)));
  const int appends = disk.appends;
  while (disk.appends == appends) pass(Millis{1});
  crash(10'000);
  CHECK(summary() == "START, PUT a, PUT b, START");
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "a first append that is torn leaves an empty log") {
  log.reset();
  disk.durable.content.clear();
  disk.durable.content["/zone/audit/00000000000000000001.log"] = R"({"sequence":1,)";
  start();
  CHECK(summary() == "START");
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "records that come together share one sync") {
  options.segment_records = 1000;
  start();
  const int before = disk.syncs;
  std::vector<std::optional<Status>> told(200);
  Scope scope;
  for (auto& one : told) REQUIRE(scope.spawn(keep(log->add(put("x")), one)));
  world.loop.run(Seconds{1});
  for (const auto& one : told) REQUIRE((one && *one));
  CHECK(disk.syncs == before + 1);
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "too many that wait are refused") {
  std::vector<std::optional<Status>> told(kMaxPendingAudit + 1);
  Scope scope;
  for (auto& one : told) REQUIRE(scope.spawn(keep(log->add(put("x")), one)));
  REQUIRE(told.back());
  CHECK(told.back()->error().code == Code::resource_exhausted);
  CHECK_FALSE(told.front());
}

TEST_CASE_FIXTURE(Logged, "while the disk is full nothing is accepted; afterwards the chain goes on") {
  REQUIRE(add("a"));
  disk.full = true;
  CHECK(add("b").error().code == Code::unavailable);
  CHECK(run(log->ready()).error().message.find("the disk is full") != std::string::npos);
  CHECK(add("b").error().code == Code::unavailable);
  CHECK(log->head().sequence == 2);
  disk.full = false;
  CHECK_FALSE(run(log->ready()));  // not so soon
  CHECK(mend());
  REQUIRE(add("c"));
  CHECK(summary() == "START, PUT a, PUT c");
  CHECK(fault().empty());
  crash();
  CHECK(summary() == "START, PUT a, PUT c, START");
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "after a sync that failed the end is written anew before the log goes on") {
  REQUIRE(add("a"));
  disk.failing_sync = true;
  CHECK_FALSE(add("b"));
  disk.failing_sync = false;
  REQUIRE(mend());
  REQUIRE(add("c"));
  CHECK(summary() == "START, PUT a, PUT b, PUT c");
  crash();
  CHECK(summary() == "START, PUT a, PUT b, PUT c, START");
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "a zone with a full disk starts, and reads") {
  REQUIRE(add("a"));
  log.reset();
  disk.full = true;
  start();
  CHECK_FALSE(run(log->ready()));
  disk.full = false;
  CHECK(mend());
  REQUIRE(add("b"));
  CHECK(summary() == "START, PUT a, PUT b");
}

TEST_CASE_FIXTURE(Logged, "what was changed on the disk is found") {
  for (int i = 1; i <= 20; ++i) REQUIRE(add(std::to_string(i)));
  log.reset();
  std::string& segment = disk.durable.content.at("/zone/audit/00000000000000000001.log");
  const std::size_t line = segment.find("default/3");
  SUBCASE("a byte") {
    segment.replace(line, 9, "default/4");
    start();
    CHECK(fault().find("record 4 was altered") == 0);
  }
  SUBCASE("a line") {
    const std::size_t begin = segment.rfind('\n', line) + 1;
    segment.erase(begin, segment.find('\n', begin) + 1 - begin);
    start();
    CHECK(fault().find("records are missing up to record 4") == 0);
  }
  SUBCASE("a segment") {
    disk.durable.content.erase("/zone/audit/00000000000000000009.log");
    start();
    CHECK(fault().find("records are missing up to record 16") == 0);
  }
  SUBCASE("a line that is none any more is told as such") {
    segment[line] = '"';
    start();
    CHECK(run(log->list({})).error().code == Code::data_loss);
  }
}

TEST_CASE_FIXTURE(Logged, "the oldest go, in whole segments, and the chain can still be checked") {
  for (int i = 1; i <= 30; ++i) REQUIRE(add(std::to_string(i)));
  const std::vector<AuditRecord> all = records();
  log.reset();
  options.config.keep_records = 12;
  start();
  world.loop.run(Seconds{1});
  CHECK(summary().find("START, PUT 1,") == std::string::npos);
  CHECK(summary().ends_with("START, PRUNE"));
  CHECK(fault().empty());
  const std::vector<AuditRecord> kept = records();
  CHECK(kept.size() >= 12);
  CHECK(kept.size() <= 12 + 8 + 1);
  const AuditAnchor pruned = kept.back().pruned.value();
  CHECK(pruned == anchor_of(all.at(static_cast<std::size_t>(pruned.sequence) - 1)));
  CHECK(kept.front().sequence == pruned.sequence + 1);
  CHECK(disk.durable.content.size() <= 4);
  // Pages that were asked for before go on.
  CHECK(run(log->list({.after = 2})).value().items.at(0).place == kept.front().sequence);

  for (int i = 1; i <= 50; ++i) REQUIRE(add(std::to_string(i)));
  CHECK(fault().empty());
  CHECK(records().size() <= 12 + 8 + 2);
}

TEST_CASE_FIXTURE(Logged, "what is older than the days that are kept goes") {
  options.config.keep_days = 2;
  start();
  REQUIRE(add("a"));
  for (int day = 0; day < 5; ++day) {
    pass(Seconds{24 * 3600});
    REQUIRE(add("day-" + std::to_string(day)));
  }
  world.loop.run(Seconds{2 * 3600});
  CHECK(summary().find("day-0") == std::string::npos);
  CHECK(summary().find("day-4") != std::string::npos);
  CHECK(fault().empty());
}

TEST_CASE_FIXTURE(Logged, "filters choose by caller, resource and time") {
  for (int i = 1; i <= 20; ++i) REQUIRE(add(std::to_string(i)));
  pass(Seconds{60});
  const std::string later = to_rfc3339(world.loop.wall_now());
  REQUIRE(run(log->add({.caller = {.kind = AuditCallerKind::peer, .name = "south"},
                        .method = "PUT",
                        .resource = "instances/default/default/1-2",
                        .status = 201})));
  CHECK(records().size() == 22);
  CHECK(records({.subject = "south"}).size() == 1);
  CHECK(records({.subject = "sout"}).empty());
  CHECK(records({.resource = "instances/default"}).size() == 21);
  CHECK(records({.resource = "instances/default/default/1"}).size() == 1);
  CHECK(records({.subject = "alice", .resource = "instances/default/default/7"}).size() == 1);
  CHECK(records({.since = later}).size() == 1);
}

}  // namespace
}  // namespace hanse::zone
