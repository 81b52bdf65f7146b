#include <cstdio>
#include <doctest/doctest.h>
#include <unistd.h>

#include "cli/fakes_for_test.h"
#include "cli/transfer_text.h"

namespace hanse::cli {
namespace {

using test::Stage;

const std::string kInstance = "/providers/seca.compute/v1/tenants/default/workspaces/default/instances/web";
const std::string kTransfers = "/providers/hanse.migration/v1/tenants/default/workspaces/default/transfers";

json::Value transfer(std::string_view status) {
  return json::parse(fmt::format(
                         R"({{"metadata":{{"name":"t1"}},"spec":{{"instance":"web","targetZone":"b"}},
                             "status":{{"sourceZone":"a",{}}}}})",
                         status))
      .value();
}

const std::string kSending =
    R"("phase":"sending","progress":{"step":"memory","percent":42,"rate":24536678,"remainingSeconds":12})";
const std::string kCompleted =
    R"("phase":"completed","progress":{"step":"done","percent":100},"report":{"blackoutMs":71.2,
    "guestBlackoutMs":74,"totalMs":3420,"prepareMs":400,"seedMs":900,"diskMs":1100,"memoryMs":1600,"switchMs":71.2,
    "imageBytes":0,"seedBytes":3145728,"savedBytes":5242880,"cuts":1,"diskBytes":12582912,"memoryBytes":136314880,"path":"direct"})";

Status migrate_to_end(Stage& stage, const std::string& last_status) {
  stage.zone.on("POST " + kTransfers, json::dump(transfer(R"("phase":"planned")")), 201);
  stage.zone.on_watch(
      kTransfers + "/t1?watch=true",
      {{"1", "put", transfer(kSending)}, {"1", "synced", {}}, {"2", "put", transfer(last_status)}});
  MigrateOptions options;
  options.instance = "web";
  options.target_zone = "b";
  return stage.run(run_migrate(stage.session(), options));
}

TEST_CASE("migrate shows phase, percent, rate and remaining time, and the report at the end") {
  Stage stage;
  CHECK(migrate_to_end(stage, kCompleted));
  CHECK(stage.zone.requests[0] ==
        "POST " + kTransfers + R"( {"spec":{"instance":"web","targetZone":"b","path":"automatic"}})");
  CHECK(stage.terminal.errors ==
        "moving web from a to b: planned\n"
        "moving web from a to b: sending memory, 42 %, 23.4 MiB/s, 12 s left\n");
  CHECK(stage.terminal.output ==
        "web moved from a to b in 3.42 s\n"
        "  blackout  71 ms by QEMU, 74 ms by the guest's clock\n"
        "  time      prepare 400 ms, seed 900 ms, disk 1.10 s, memory 1.60 s, switch 71 ms\n"
        "  bytes     image 0 B, seed 3.0 MiB, disk 12.0 MiB, memory 130 MiB\n"
        "  saved     5.0 MiB of the disks' content, which the target had or which is zero\n"
        "  cuts      1, after which it went on\n"
        "  path      direct\n");
}

TEST_CASE("migrate says once what comes next while a move is held up") {
  Stage stage;
  const std::string waits = R"("phase":"preparing","waitingFor":"b")";
  stage.zone.on("POST " + kTransfers, json::dump(transfer(R"("phase":"planned")")), 201);
  stage.zone.on_watch(kTransfers + "/t1?watch=true", {{"1", "put", transfer(waits)},
                                                      {"2", "put", transfer(waits)},
                                                      {"3", "put", transfer(kSending)},
                                                      {"4", "put", transfer(kCompleted)}});
  CHECK(stage.run(run_migrate(stage.session(), {.instance = "web", .target_zone = "b"})));
  const std::string& said = stage.terminal.errors;
  CHECK(said.find("\n  next  ") == said.rfind("\n  next  "));
  CHECK(said.find("  next      zone 'b' does not answer: it is asked again") != std::string::npos);
}

TEST_CASE("the line of a move that is held says why") {
  const json::Value held = transfer(
      R"("phase":"sending","progress":{"step":"memory","percent":42,"rate":1048576,"ceiling":1048576})");
  CHECK(transfer_line(held) ==
        "moving web from a to b: sending memory, 42 %, 1.0 MiB/s (shares the link with other moves)");
}

TEST_CASE("on a terminal the progress is one line that is cleared at the end") {
  Stage stage;
  stage.terminal.terminal = true;
  CHECK(migrate_to_end(stage, kCompleted));
  CHECK(stage.terminal.errors.ends_with("12 s left\r\x1b[K"));
  CHECK(stage.terminal.errors.find('\n') == std::string::npos);
}

TEST_CASE("how a move ended is in the exit code") {
  const auto code_after = [](const std::string& status) {
    Stage stage;
    const Status result = migrate_to_end(stage, status);
    REQUIRE_FALSE(result.has_value());
    CHECK(stage.terminal.output.empty());
    return traits_of(result.error().code).exit_code;
  };
  CHECK(code_after(R"("phase":"refused","failure":"no capacity")") == 7);
  CHECK(code_after(R"("phase":"rolledBack","failure":"target lost")") == 8);
  CHECK(code_after(R"("phase":"cancelled")") == 10);
}

TEST_CASE("migrate for programs prints the transfer as it ended") {
  Stage stage;
  stage.output = OutputFormat::json;
  CHECK(migrate_to_end(stage, kCompleted));
  CHECK(json::parse(stage.terminal.output).value() == transfer(kCompleted));
}

TEST_CASE("migrate without waiting, and cancel") {
  Stage stage;
  stage.zone.on("POST " + kTransfers, json::dump(transfer(R"("phase":"planned")")), 201);
  MigrateOptions options;
  options.instance = "web";
  options.target_zone = "b";
  options.no_wait = true;
  CHECK(stage.run(run_migrate(stage.session(), options)));
  CHECK(stage.terminal.output == "transfer/t1 created\n");
  options = MigrateOptions();
  options.instance = "web";
  options.cancel = true;
  stage.zone.on("GET " + kInstance, R"({"status":{"transfer":""}})");
  stage.zone.on("GET " + kInstance, R"({"status":{"transfer":"t1"}})");
  stage.zone.on("POST " + kTransfers + "/t1/cancel", json::dump(transfer(R"("phase":"sending")")), 202);
  CHECK(stage.run(run_migrate(stage.session(), options)).error().code == Code::failed_precondition);
  stage.terminal.output.clear();
  CHECK(stage.run(run_migrate(stage.session(), options)));
  CHECK(stage.terminal.output == "transfer/t1 is being cancelled\n");
  CHECK(stage.terminal.errors.find("  next      ") != std::string::npos);
}

TEST_CASE("migrate with limits, and changes of a move under way") {
  Stage stage;
  stage.zone.on("POST " + kTransfers, json::dump(transfer(R"("phase":"planned")")), 201);
  MigrateOptions options{
      .instance = "web", .target_zone = "b", .send = {.max_rate = 2'000'000}, .deadline = "10m"};
  options.send.streams = 4;
  options.send.compress = true;
  options.no_wait = true;
  CHECK(stage.run(run_migrate(stage.session(), options)));
  const auto sent =
      json::parse(stage.zone.requests.back().substr(("POST " + kTransfers + " ").size())).value();
  CHECK(sent.at("spec").at("limits").at("maxRate") == 2'000'000);
  CHECK(sent.at("spec").at("deadlineSeconds") == 600);
  CHECK(json::dump(sent.at("spec").at("streams")) == R"({"count":4,"compression":"zstd","postCopy":false})");
  const auto change = [&stage](const MigrateOptions& wanted, const std::string& body, const char* said) {
    stage.terminal.output.clear();
    stage.zone.on("GET " + kInstance, R"({"status":{"transfer":"t1"}})");
    stage.zone.on("POST " + kTransfers + "/t1/limits", json::dump(transfer(R"("phase":"sending")")), 202);
    CHECK(stage.run(run_migrate(stage.session(), wanted)));
    CHECK(stage.zone.requests.back() == "POST " + kTransfers + "/t1/limits " + body);
    CHECK(stage.terminal.output == std::string("transfer/t1 ") + said + "\n");
  };
  change({.instance = "web", .pause = true}, R"({"paused":true})", "is paused");
  change({.instance = "web", .resume = true}, R"({"paused":false})", "goes on");
  change({.instance = "web", .send = {.max_rate = 0}, .max_blackout_ms = 300},
         R"({"maxRate":0,"maxBlackoutMs":300})", "has new limits");
}

TEST_CASE("migrate --dry-run says what stands against the move, and fails if anything does") {
  Stage stage;
  const std::string forecasts = "POST " + kTransfers.substr(0, kTransfers.rfind('/')) + "/forecasts";
  const MigrateOptions options{.instance = "web", .target_zone = "b", .dry_run = true};
  stage.zone.on(forecasts, R"({"obstacles":[]})");
  stage.zone.on(forecasts,
                R"({"obstacles":[{"zone":"a","reason":"it is stopped"},{"zone":"b","reason":"no room"}]})");
  CHECK(stage.run(run_migrate(stage.session(), options)));
  CHECK(stage.terminal.output == "nothing stands against a move of web to b\n");
  const Status refused = stage.run(run_migrate(stage.session(), options));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "'web' cannot move to 'b' now:\n  zone a: it is stopped\n  zone b: no room");
}

TEST_CASE("migrate --dry-run says what the move would take, or why that is not known") {
  Stage stage;
  const std::string forecasts = "POST " + kTransfers.substr(0, kTransfers.rfind('/')) + "/forecasts";
  const MigrateOptions options{.instance = "web", .target_zone = "b", .dry_run = true};
  stage.zone.on(forecasts, R"({"obstacles":[],"figures":{
      "bytes":{"low":1000000,"likely":2000000,"high":4000000},
      "totalMs":{"low":900,"likely":1200,"high":3000},
      "blackoutMs":{"low":30,"likely":60,"high":120},
      "converges":false,
      "basis":{"memoryBytes":3000000,"dirtyRate":500000,"missingPercent":25,"sampledChunks":64,
               "snapshotBytes":3145728,"rate":10000000,"rateBasis":"probe","roundTripUs":20000}}})");
  stage.zone.on(forecasts, R"({"obstacles":[],"unknown":"the host is busy"})");
  CHECK(stage.run(run_migrate(stage.session(), options)));
  const std::string& said = stage.terminal.output;
  CHECK(said.find("bytes     1.9 MiB (977 KiB to 3.8 MiB)") != std::string::npos);
  CHECK(said.find("blackout  60 ms (30 ms to 120 ms)") != std::string::npos);
  CHECK(said.find("slowed down") != std::string::npos);
  CHECK(said.find("25 % of 64 sampled chunks missing there; 3.0 MiB of snapshots, less what they share; "
                  "9.5 MiB/s by a probe, 20 ms round trip") != std::string::npos);
  stage.terminal.output.clear();
  CHECK(stage.run(run_migrate(stage.session(), options)));
  CHECK(stage.terminal.output.find("not known: the host is busy") != std::string::npos);
}

TEST_CASE("a transfer that waits names its peer") {
  CHECK(transfer_line(transfer(R"("phase":"committed","waitingFor":"zone b")")) ==
        "moving web from a to b: committed, waiting for zone b");
}

TEST_CASE("start, stop and restart") {
  Stage stage;
  const std::string web = R"({"metadata":{"name":"web"}})";
  stage.zone.on("POST " + kInstance + "/restart", web, 202);
  CHECK(stage.run(run_power(stage.session(), PowerOptions{PowerAction::restart, "web"})));
  CHECK(stage.terminal.output == "instance/web is restarting\n");
  stage.terminal.output.clear();
  stage.output = OutputFormat::json;
  stage.zone.on("POST " + kInstance + "/restart", web, 202);
  CHECK(stage.run(run_power(stage.session(), PowerOptions{PowerAction::restart, "web"})));
  CHECK(json::parse(stage.terminal.output).value() == json::parse(web).value());
  CHECK_FALSE(stage.run(run_power(stage.session(), PowerOptions{PowerAction::stop, "web"})));
}

TEST_CASE("logs read the ring to its end and can follow") {
  Stage stage;
  const std::string path = kInstance + "/console";
  stage.zone.on("GET " + path + "?offset=0", R"({"offset":100,"text":"one\r\ntwo\u001b[2J\n"})");
  stage.zone.on("GET " + path + "?offset=113", R"({"offset":113,"text":""})");
  CHECK(stage.run(run_logs(stage.session(), LogsOptions{"web", false})));
  CHECK(stage.terminal.output == "one\ntwo?[2J\n");
  stage.terminal.output.clear();
  stage.zone.on_watch(path + "?offset=113&follow=true",
                      {{"", "output", json::parse(R"({"offset":113,"text":"three\n"})").value()}});
  CHECK(stage.run(run_logs(stage.session(), LogsOptions{"web", true})).error().code == Code::not_found);
  CHECK(stage.terminal.output == "one\ntwo?[2J\nthree\n");
  CHECK(stage.zone.requests.back() == "WATCH " + path + "?offset=119&follow=true after ''");
}

TEST_CASE("the console sends keys until ctrl-] and leaves the terminal as it was") {
  Stage stage;
  const std::string path = kInstance + "/console";
  stage.zone.on("GET " + path + "?offset=0", R"({"offset":0,"text":"login: "})");
  stage.zone.on("POST " + path, "{}");
  stage.zone.on_watch(path + "?offset=7&follow=true", {});
  stage.terminal.keys = {"ro", "ot\x1dxyz", "never"};
  CHECK(stage.run(run_console(stage.session(), ConsoleOptions{"web"})).error().code ==
        Code::failed_precondition);
  stage.terminal.terminal = true;
  CHECK(stage.run(run_console(stage.session(), ConsoleOptions{"web"})));
  CHECK(stage.terminal.output == "login: ");
  CHECK(stage.terminal.raw_changes == "raw normal ");
  const auto& requests = stage.zone.requests;
  CHECK(std::count(requests.begin(), requests.end(), "POST " + path + R"( {"text":"ro"})") == 1);
  CHECK(std::count(requests.begin(), requests.end(), "POST " + path + R"( {"text":"ot"})") == 1);
}

TEST_CASE("tokens are the only thing on standard output") {
  Stage stage;
  stage.zone.on("POST /providers/hanse.authorization/v1/tokens", R"({"token":"abc"})");
  CHECK(stage.run(run_token_create(stage.session(), TokenCreateOptions{"alice", "24h"})));
  CHECK(stage.terminal.output == "abc\n");
  CHECK(stage.zone.requests[0].ends_with(R"({"expiresInSeconds":86400,"subject":"alice"})"));
  CHECK_FALSE(stage.run(run_host_invite(stage.session(), HostInviteOptions{"h1", "soon"})));
  stage.zone.on("POST /providers/hanse.host/v1/invitations", R"({"token":"hanse-host-1,rest"})");
  CHECK(stage.run(run_host_invite(stage.session(), HostInviteOptions{"h1", "1h"})));
  CHECK(stage.terminal.output.ends_with("\nhanse-host-1,rest\n"));
  CHECK(stage.zone.requests.back().ends_with(R"({"expiresInSeconds":3600,"name":"h1"})"));
}

// A file for one test.
struct TemporaryFile {
  explicit TemporaryFile(std::string_view content) {
    const int descriptor = mkstemp(path.data());
    REQUIRE(descriptor >= 0);
    REQUIRE(write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    close(descriptor);
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
  std::string path = "/tmp/hanse_cli_test_XXXXXX";
};

TEST_CASE("image import uploads disk, kernel and initramfs and declares the image") {
  Stage stage;
  const TemporaryFile disk("a disk of more than sixteen bytes");
  const TemporaryFile kernel("kernel");
  const std::string blobs = "/providers/hanse.storage/v1/blobs";
  const std::string image = "/providers/seca.storage/v1/tenants/default/images/witness";
  stage.zone.on("UPLOAD " + blobs + "?role=disk&format=auto",
                R"({"digest":"sha256:d","size":33,"virtualSizeMib":256})");
  stage.zone.on("UPLOAD " + blobs + "?role=kernel&format=raw", R"({"digest":"sha256:k","size":6})");
  stage.zone.on("UPLOAD " + blobs + "?role=initramfs&format=raw", R"({"digest":"sha256:i","size":6})");
  stage.zone.on("PUT " + image, "{}", 201);
  ImageImportOptions options;
  options.file = disk.path;
  options.name = "witness";
  options.kernel = kernel.path;
  options.initramfs = kernel.path;
  options.command_line = "console=ttyS0";
  CHECK(stage.run(run_image_import(stage.session(), options)));
  CHECK(stage.terminal.output == "image/witness created\n");
  CHECK(stage.zone.requests[0] ==
        "UPLOAD " + blobs + "?role=disk&format=auto 33 a disk of more than sixteen bytes");
  CHECK(stage.zone.requests.back() ==
        "PUT " + image +
            R"( {"metadata":{"name":"witness"},"spec":{"virtualSizeMib":256,)"
            R"("architecture":"x86_64","blobs":[{"role":"disk","digest":"sha256:d","size":33},)"
            R"({"role":"kernel","digest":"sha256:k","size":6},)"
            R"({"role":"initramfs","digest":"sha256:i","size":6}],"commandLine":"console=ttyS0"}})");
}

TEST_CASE("image add-boot uploads a kernel and adds it to what the image has; once more changes nothing") {
  Stage stage;
  const TemporaryFile kernel("kernel");
  const std::string image = "/providers/seca.storage/v1/tenants/default/images/witness";
  const std::string boot =
      R"({"architecture":"aarch64","blobs":[{"role":"kernel","digest":"sha256:k","size":6}],"commandLine":"quiet"})";
  stage.zone.on("UPLOAD /providers/hanse.storage/v1/blobs?role=kernel&format=raw",
                R"({"digest":"sha256:k","size":6})");
  stage.zone.on("GET " + image, R"({"labels":{"a":"b"},"spec":{"virtualSizeMib":256}})");
  stage.zone.on("PUT " + image, "{}");
  const ImageAddBootOptions options{
      .name = "witness", .architecture = "aarch64", .kernel = kernel.path, .command_line = "quiet"};
  CHECK(stage.run(run_image_add_boot(stage.session(), options)));
  const std::string put =
      "PUT " + image + R"( {"labels":{"a":"b"},"spec":{"virtualSizeMib":256,"otherBoots":[)" + boot + "]}}";
  CHECK(stage.zone.requests.back() == put);
  CHECK(stage.terminal.output == "image/witness boots on aarch64 too\n");
  stage.zone.on("GET " + image,
                R"({"labels":{"a":"b"},"spec":{"virtualSizeMib":256,"otherBoots":[)" + boot + "]}}");
  CHECK(stage.run(run_image_add_boot(stage.session(), options)));
  CHECK(stage.zone.requests.back() == put);
}

TEST_CASE("nothing is sent of an image whose files are not all there, or that is none") {
  Stage stage;
  const TemporaryFile disk("no image");
  ImageImportOptions options;
  options.file = disk.path;
  options.name = "x";
  options.kernel = "/nonexistent/kernel";
  options.initramfs = disk.path;
  CHECK(stage.run(run_image_import(stage.session(), options)).error().code == Code::not_found);
  options.name = "../x";
  CHECK(stage.run(run_image_import(stage.session(), options)).error().code == Code::invalid_argument);
  CHECK(stage.zone.requests.empty());
  options.name = "x";
  options.kernel.clear();
  options.initramfs.clear();
  CHECK(stage.run(run_image_import(stage.session(), options)).error().code == Code::data_loss);
  CHECK(stage.zone.requests.size() == 1);
}

}  // namespace
}  // namespace hanse::cli
