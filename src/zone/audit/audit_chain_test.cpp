// The chain: what was altered, removed, inserted, exchanged or cut off is found.
#include "zone/audit/audit_chain.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "io/openssl_hashing.h"
#include "io/openssl_signatures.h"
#include "tests/support/manual_loop.h"

namespace hanse::zone {
namespace {

struct Chained {
  test::ManualLoop loop;
  io::OpensslHashing hashing{loop, loop};
  std::vector<AuditRecord> records;
  std::vector<std::string> lines;

  void add(AuditRecord record) {
    const AuditAnchor head = records.empty() ? AuditAnchor{0, kNoAuditHash} : anchor_of(records.back());
    lines.push_back(seal(hashing, head, record));
    records.push_back(std::move(record));
  }
  explicit Chained(int count = 10) {
    for (int i = 1; i <= count; ++i) {
      add({.time = "2026-01-01T00:00:00.000Z",
           .caller = {.kind = AuditCallerKind::user, .name = "alice", .issuer = "hanse://zone/north"},
           .method = "PUT",
           .resource = "instances/default/default/web-" + std::to_string(i),
           .revision = i * 3,
           .status = 201});
    }
  }
  // Empty: the log is whole.
  std::string fault(const std::vector<AuditAnchor>& expected = {}) {
    AuditChain chain(hashing);
    for (const AuditAnchor& place : expected) chain.expect(place);
    for (const AuditRecord& record : records) chain.add(record);
    chain.finish();
    return chain.fault().value_or("");
  }
};

TEST_CASE("a line is the JSON of its record, and its hash that of the line without it") {
  Chained log(1);
  CHECK(log.lines[0] == json::to_text(log.records[0]));
  CHECK(parse_audit_record(log.lines[0]).value() == log.records[0]);
  const std::string& line = log.lines[0];
  const std::string bare = line.substr(0, line.find(R"(,"hash":)")) + "}";
  const auto sha256 = log.hashing.sha256();
  sha256->update(std::as_bytes(std::span(bare)));
  CHECK(log.records[0].hash == sha256->finish());
  CHECK(log.records[0].previous == kNoAuditHash);
}

// Written by this version: what is on disks must stay readable, and its hash the same.
TEST_CASE("a record of version 1 is read as it was written") {
  Chained log(0);
  const std::string line =
      R"({"sequence":1,"time":"2026-01-01T00:00:00.000Z","caller":{"kind":"peer","name":"south","issuer":"",)"
      R"("address":"192.0.2.20:40000"},"method":"PRUNE","path":"","resource":"audit","revision":7,"status":0,)"
      R"("requestId":"a\"b","unrecorded":2,"pruned":{"sequence":9,"hash":"x"},)"
      R"("previous":"0000000000000000000000000000000000000000000000000000000000000000",)"
      R"("hash":"53144fdea38557794362eb00ca0310ae5c9087fbc6aa7c741cac3836f5dd5da1"})";
  const AuditRecord record = parse_audit_record(line).value();
  CHECK(record.hash == expected_hash(log.hashing, record));
  CHECK(json::to_text(record) == line);
}

TEST_CASE("a whole log has no fault") {
  Chained log;
  CHECK(log.fault().empty());
  CHECK(log.fault({anchor_of(log.records[4]), anchor_of(log.records[9])}).empty());
  CHECK(Chained(0).fault().empty());
}

TEST_CASE("any altered field is found") {
  const auto found = [](auto change) {
    Chained log;
    change(log.records[4]);
    return log.fault().find("record 5 was altered") == 0;
  };
  CHECK(found([](AuditRecord& record) { record.time = "2026-01-01T00:00:00.001Z"; }));
  CHECK(found([](AuditRecord& record) { record.caller.name = "bob"; }));
  CHECK(found([](AuditRecord& record) { record.caller.kind = AuditCallerKind::host; }));
  CHECK(found([](AuditRecord& record) { record.caller.issuer.clear(); }));
  CHECK(found([](AuditRecord& record) { record.caller.address = "192.0.2.1"; }));
  CHECK(found([](AuditRecord& record) { record.method = "DELETE"; }));
  CHECK(found([](AuditRecord& record) { record.path = "/x"; }));
  CHECK(found([](AuditRecord& record) { record.resource += "1"; }));
  CHECK(found([](AuditRecord& record) { ++record.revision; }));
  CHECK(found([](AuditRecord& record) { record.status = 403; }));
  CHECK(found([](AuditRecord& record) { record.request_id = "1"; }));
  CHECK(found([](AuditRecord& record) { ++record.unrecorded; }));
  CHECK(found([](AuditRecord& record) { record.pruned = AuditAnchor{}; }));
  CHECK(found([](AuditRecord& record) { record.previous = kNoAuditHash; }));
  CHECK(found([](AuditRecord& record) { record.hash = kNoAuditHash; }));
}

TEST_CASE("a record that is altered and sealed again does not fit the next one") {
  Chained log;
  log.records[4].caller.name = "bob";
  seal(log.hashing, anchor_of(log.records[3]), log.records[4]);
  CHECK(log.fault().find("record 6 does not follow record 5") == 0);
}

TEST_CASE("a removed, an inserted and a reordered record are found") {
  Chained removed;
  removed.records.erase(removed.records.begin() + 4);
  CHECK(removed.fault() == "records are missing up to record 5, and none says that they were pruned");

  Chained first;
  first.records.erase(first.records.begin());
  CHECK(first.fault() == "records are missing up to record 1, and none says that they were pruned");

  Chained inserted;
  AuditRecord copy = inserted.records[4];
  inserted.records.insert(inserted.records.begin() + 5, copy);
  CHECK(inserted.fault().find("record 5 comes behind record 5") == 0);
  seal(inserted.hashing, anchor_of(inserted.records[4]), inserted.records[5]);
  CHECK(inserted.fault().find("record 6 comes behind record 6") == 0);

  Chained reordered;
  std::swap(reordered.records[4], reordered.records[5]);
  CHECK(reordered.fault().find("record 5 comes behind record 6") == 0);
}

TEST_CASE("a log that is cut off, or written anew, is found by a head that was kept") {
  Chained log;
  const AuditAnchor kept = anchor_of(log.records[9]);
  log.records.resize(7);
  CHECK(log.fault().empty());
  CHECK(log.fault({kept}) == "the log ends at record 7, but the kept head is record 10: its end was cut off");

  Chained anew;
  anew.records.clear();
  for (int i = 0; i < 20; ++i) anew.add({.method = "PUT", .resource = "harmless"});
  CHECK(anew.fault().empty());
  CHECK(anew.fault({kept}) == "record 10 is not the one of the kept head: the log was written anew");
}

TEST_CASE("what was pruned may be missing when the log says so, and nothing else") {
  Chained log;
  log.add({.method = kAuditPrune, .pruned = anchor_of(log.records[3])});
  const AuditAnchor third = anchor_of(log.records[2]);
  const AuditAnchor fourth = anchor_of(log.records[3]);
  std::vector<AuditRecord> all = log.records;
  log.records.assign(all.begin() + 4, all.end());
  CHECK(log.fault().empty());
  CHECK(log.fault({fourth}).empty());
  CHECK(log.fault({{4, kNoAuditHash}}) == "record 4, which was pruned, is not the one of the kept head");
  // One that is older than the anchor can be compared with nothing.
  AuditChain chain(log.hashing);
  chain.expect(third);
  for (const AuditRecord& record : log.records) chain.add(record);
  chain.finish();
  CHECK_FALSE(chain.fault());
  CHECK(chain.pruned_places() == std::vector<AuditAnchor>{third});

  log.records.assign(all.begin() + 5, all.end());
  CHECK(log.fault() == "records are missing up to record 5, and none says that they were pruned");
  // While the log was read: the first records were there, those behind them not any more.
  log.records.assign(all.begin() + 4, all.end());
  log.records.insert(log.records.begin(), all.begin(), all.begin() + 2);
  CHECK(log.fault().empty());
}

TEST_CASE("a head is signed as a whole") {
  io::OpensslSignatures signatures;
  const SigningKey key = signatures.make_key().value();
  SignedAuditHead head{"north", 7, kNoAuditHash, "2026-01-01T00:00:00.000Z", key.public_key};
  head.signature = signatures.sign(key.key_pem, signed_text(head)).value();
  CHECK(is_signed(signatures, head));
  const auto refuses = [&](auto change) {
    SignedAuditHead altered = head;
    change(altered);
    return !is_signed(signatures, altered);
  };
  CHECK(refuses([](SignedAuditHead& one) { one.zone = "south"; }));
  CHECK(refuses([](SignedAuditHead& one) { ++one.sequence; }));
  CHECK(refuses([](SignedAuditHead& one) { one.hash[3] = '1'; }));
  CHECK(refuses([](SignedAuditHead& one) { one.time.clear(); }));
  CHECK(refuses([&](SignedAuditHead& one) { one.identity_key = signatures.make_key()->public_key; }));
}

TEST_CASE("the resource is what the path names") {
  const std::string place = "/providers/seca.compute/v1/tenants/t/workspaces/w/";
  CHECK(audit_resource(place + "instances/web") == "instances/t/w/web");
  CHECK(audit_resource(place + "instances/web/restart") == "instances/t/w/web");
  CHECK(audit_resource("/providers/seca.workspace/v1/tenants/t/workspaces/w") == "workspaces/t/w");
  CHECK(audit_resource("/providers/seca.storage/v1/tenants/t/images/i") == "images/t/i");
  CHECK(audit_resource("/providers/hanse.host/v1/hosts/h1/renewals") == "hosts/h1");
  CHECK(audit_resource("/providers/hanse.federation/v1/policy") == "policy");
  CHECK(audit_resource("/elsewhere") == "/elsewhere");
  CHECK(audit_resource("").empty());
}

TEST_CASE("texts of callers are cut, and printable") {
  CHECK(audit_text("a\nb\x7f\xc3\xa4", 10) == "a?b???");
  CHECK(audit_text("abcdef", 3) == "abc");
}

}  // namespace
}  // namespace hanse::zone
