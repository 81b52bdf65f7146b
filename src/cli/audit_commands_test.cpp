// hanse audit ls, verify and head over a log that a test may tamper with.
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "cli/audit_pages.h"
#include "cli/command_line.h"
#include "cli/fakes_for_test.h"
#include "io/openssl_hashing.h"
#include "io/openssl_signatures.h"
#include "zone/audit/audit_chain.h"

namespace hanse::cli {
namespace {

using zone::AuditRecord;
using zone::SignedAuditHead;

const std::string kPath = kAuditPath;

struct AuditStage : test::Stage {
  io::OpensslHashing hashing{loop, loop};
  io::OpensslSignatures signatures;
  SigningKey key = signatures.make_key().value();
  std::vector<AuditRecord> records;

  AuditStage() {
    zone::AuditAnchor head{0, zone::kNoAuditHash};
    for (int i = 1; i <= 5; ++i) {
      AuditRecord record{
          .time = "2026-01-01T00:00:00.000Z",
          .caller = {zone::AuditCallerKind::user, "alice", "hanse://zone/north", "192.0.2.9:4000"},
          .method = "PUT",
          .path = "/providers/x",
          .resource = "instances/default/default/web-" + std::to_string(i),
          .revision = 10 + i,
          .status = 201,
          .request_id = "r1"};
      zone::seal(hashing, head, record);
      head = anchor_of(record);
      records.push_back(std::move(record));
    }
  }
  SignedAuditHead head_at(std::size_t index) {
    SignedAuditHead head{"north", records[index].sequence, records[index].hash, "2026-01-01T00:00:00.000Z",
                         key.public_key};
    head.signature = signatures.sign(key.key_pem, signed_text(head)).value();
    return head;
  }
  // As the zone answers from now on.
  void serve(const SignedAuditHead& head) {
    zone.on("GET " + kPath + "/head", json::dump(to_json(head)));
    zone.on("GET " + kPath + "?limit=1000", page(0, 3, "3"));
    zone.on("GET " + kPath + "?limit=1000&skipToken=3", page(3, records.size(), ""));
  }
  std::string page(std::size_t begin, std::size_t end, const std::string& token) {
    std::string items;
    for (std::size_t i = begin; i < end && i < records.size(); ++i)
      items += (items.empty() ? "" : ",") + json::to_text(records[i]);
    return R"({"items":[)" + items + R"(],"metadata":{"skipToken":")" + token + R"("}})";
  }
  Status verify(const std::string& head = "") {
    return run(run_audit_verify(session(), {hashing, signatures}, {head}));
  }
};

TEST_CASE_FIXTURE(AuditStage, "a whole log: how many records, and where it ends") {
  serve(head_at(4));
  CHECK(verify());
  CHECK(terminal.output == "the audit log is whole: 5 records, from 1 to 5\nhead  " + records[4].hash + "\n");
  terminal.output.clear();
  output = OutputFormat::json;
  CHECK(verify());
  const json::Value view = json::parse(terminal.output).value();
  CHECK(view.at("count") == 5);
  CHECK(view.at("fault") == "");
  CHECK(view.at("head").at("sequence") == 5);
}

TEST_CASE_FIXTURE(AuditStage, "the first fault is told, with exit code 13") {
  const SignedAuditHead head = head_at(4);
  SUBCASE("altered") {
    records[2].caller.name = "mallory";
    serve(head);
    const Status verified = verify();
    CHECK(verified.error().message ==
          "the audit log is not whole: record 3 was altered: its hash does not fit what it says");
    CHECK(traits_of(verified.error().code).exit_code == 13);
    CHECK(terminal.output.empty());
  }
  SUBCASE("removed") {
    records.erase(records.begin() + 1);
    serve(head);
    CHECK(verify().error().message.find("records are missing up to record 2") != std::string::npos);
  }
  SUBCASE("cut off below the head that the zone signs") {
    records.pop_back();
    serve(head);
    CHECK(verify().error().message.find("the log ends at record 4") != std::string::npos);
  }
  SUBCASE("a head that the zone did not sign") {
    SignedAuditHead other = head;
    other.sequence = 4;
    serve(other);
    CHECK(verify().error().message.find("is not what zone 'north' has signed") != std::string::npos);
  }
  SUBCASE("for programs") {
    output = OutputFormat::json;
    records[2].status = 200;
    serve(head);
    CHECK_FALSE(verify());
    CHECK(json::parse(terminal.output).value().at("fault").get_string().find("record 3") !=
          std::string_view::npos);
  }
}

TEST_CASE_FIXTURE(AuditStage, "a head that was kept shows that the end was cut off, or that all is new") {
  files.content["kept.json"] = json::dump_pretty(to_json(head_at(3)));
  SUBCASE("unchanged") {
    serve(head_at(4));
    CHECK(verify("kept.json"));
    CHECK(terminal.output.ends_with("kept  4 of 2026-01-01T00:00:00.000Z: it is in the log, unchanged\n"));
  }
  SUBCASE("from standard input") {
    terminal.input = files.content["kept.json"];
    serve(head_at(4));
    CHECK(verify("-"));
  }
  SUBCASE("cut off") {
    records.resize(3);
    serve(head_at(2));
    CHECK(verify());
    CHECK(
        verify("kept.json").error().message.find("the log ends at record 3, but the kept head is record 4") !=
        std::string::npos);
  }
  SUBCASE("written anew") {
    zone::AuditAnchor head{0, zone::kNoAuditHash};
    for (AuditRecord& record : records) {
      record.caller.name = "bob";
      zone::seal(hashing, head, record);
      head = anchor_of(record);
    }
    serve(head_at(4));
    CHECK(verify());
    CHECK(verify("kept.json").error().message.find("record 4 is not the one of the kept head") !=
          std::string::npos);
  }
  SUBCASE("another key, another zone, no head") {
    serve(head_at(4));
    key = signatures.make_key().value();
    files.content["other.json"] = json::dump(to_json(head_at(3)));
    CHECK(verify("other.json").error().message.find("another key") != std::string::npos);
    SignedAuditHead south = head_at(3);
    south.zone = "south";
    south.signature = signatures.sign(key.key_pem, signed_text(south)).value();
    files.content["south.json"] = json::dump(to_json(south));
    CHECK(verify("south.json").error().message.find("is of zone 'south'") != std::string::npos);
    files.content["none.json"] = "{";
    CHECK(verify("none.json").error().message.find("hanse audit head -o json") != std::string::npos);
    files.content["altered.json"] = files.content["kept.json"];
    files.content["altered.json"].replace(files.content["altered.json"].find("north"), 5, "morth");
    CHECK(verify("altered.json").error().code == Code::data_loss);
    CHECK(verify("missing.json").error().code == Code::not_found);
  }
}

TEST_CASE_FIXTURE(AuditStage, "the last records as a table") {
  zone.on("GET " + kPath + "/head", json::dump(to_json(head_at(4))));
  zone.on("GET " + kPath + "?limit=1000&skipToken=3", page(3, 5, ""));
  AuditListOptions options;
  options.last = 2;
  CHECK(run(run_audit_list(session(), options)));
  CHECK(
      terminal.output ==
      "RECORD  TIME                      CALLER      METHOD  RESOURCE                         STATUS  "
      "REVISION\n"
      "4       2026-01-01T00:00:00.000Z  user alice  PUT     instances/default/default/web-4  201     14\n"
      "5       2026-01-01T00:00:00.000Z  user alice  PUT     instances/default/default/web-5  201     15\n");
  terminal.output.clear();
  output = OutputFormat::wide;
  CHECK(run(run_audit_list(session(), options)));
  CHECK(terminal.output.find("192.0.2.9:4000  hanse://zone/north  r1       /providers/x") !=
        std::string::npos);
  terminal.output.clear();
  output = OutputFormat::json;
  CHECK(run(run_audit_list(session(), options)));
  CHECK(json::parse(terminal.output).value().at("items").get_array().size() == 2);
}

TEST_CASE_FIXTURE(AuditStage, "filters go to the zone, and the last of what they choose is shown") {
  const std::string query = "?limit=1000&subject=alice&resource=instances%2Fdefault&since=";
  zone.on("GET " + kPath + query + "2025-12-31T22%3A00%3A00.000Z", page(0, 5, ""));
  AuditListOptions options{"alice", "instances/default", "2h", 1, false};
  CHECK(run(run_audit_list(session(), options)));
  CHECK(terminal.output.find("web-5") != std::string::npos);
  CHECK(terminal.output.find("web-4") == std::string::npos);
  options.since = "2026-01-01T00:00:00Z";
  zone.on("GET " + kPath + query + "2026-01-01T00%3A00%3A00Z", page(0, 0, ""));
  CHECK(run(run_audit_list(session(), options)));
  CHECK(terminal.errors == "there are no such records in the audit log\n");
  options.since = "yesterday";
  CHECK(run(run_audit_list(session(), options)).error().message.find("--since must be") == 0);
}

TEST_CASE_FIXTURE(AuditStage, "records are shown as they come") {
  zone.on("GET " + kPath + "/head", json::dump(to_json(head_at(4))));
  zone.on_watch(kPath + "?watch=true&skipToken=4",
                {{"5", "put", to_json(records[4])}, {"5", "synced", {}}, {"6", "put", to_json(records[0])}});
  AuditListOptions options;
  options.last = 1;
  options.watch = true;
  CHECK_FALSE(run(run_audit_list(session(), options)));  // the fake zone has gone
  CHECK(terminal.output.find("RECORD") == 0);
  CHECK(terminal.output.find("web-5") < terminal.output.find("web-1"));
}

TEST_CASE_FIXTURE(AuditStage, "the head, for people and to be kept") {
  zone.on("GET " + kPath + "/head", json::dump(to_json(head_at(4))));
  CHECK(run(run_audit_head(session())));
  CHECK(terminal.output.find("record     5\nhash       " + records[4].hash) != std::string::npos);
  terminal.output.clear();
  output = OutputFormat::json;
  CHECK(run(run_audit_head(session())));
  CHECK(json::from_json<SignedAuditHead>(json::parse(terminal.output).value()).value() == head_at(4));
}

TEST_CASE("the command line has them") {
  const auto parsed = [](std::vector<std::string> arguments) {
    ParsedLine line = parse_command_line(std::move(arguments));
    REQUIRE(line.command);
    return *line.command;
  };
  const auto list = std::get<AuditListOptions>(
      parsed({"audit", "ls", "--subject", "bob", "--since", "2h", "--last", "7", "-w"}));
  CHECK(list.subject == "bob");
  CHECK(list.since == "2h");
  CHECK(list.last == 7);
  CHECK(list.watch);
  CHECK(std::get<AuditVerifyOptions>(parsed({"audit", "verify", "--head", "x"})).head == "x");
  CHECK(std::holds_alternative<AuditHeadOptions>(parsed({"audit", "head"})));
  CHECK(parse_command_line({"audit", "ls", "--last", "-1"}).exit_code == 2);
  CHECK(parse_command_line({"audit"}).exit_code == 2);
}

}  // namespace
}  // namespace hanse::cli
