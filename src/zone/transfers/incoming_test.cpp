// What a target says to a request that it cannot or must not take: nothing is kept of one that is refused.
#include "zone/transfers/incoming.h"

#include <cstdint>
#include <doctest/doctest.h>
#include <limits>

#include "zone/transfers/incoming_for_test.h"

namespace hanse::zone {
namespace {

using test_support::GrantedFixture;
using test_support::IncomingFixture;

// An image of the request's disk, with or without what boots it on the other architecture.
model::Image other_image(bool boots) {
  model::Image image;
  image.metadata = {.name = "witness", .tenant = "default"};
  image.spec = {.blobs = {{model::BlobRole::disk, "sha256:" + test::FakeHashing::digest_of("disk"), {4}}},
                .virtual_size_mib = {256}};
  if (boots) {
    const model::Blob kernel{model::BlobRole::kernel, "sha256:" + test::FakeHashing::digest_of("arm"), {3}};
    image.spec.other_boots = {{.architecture = "aarch64", .blobs = {kernel}}};
  }
  return image;
}

TEST_CASE_FIXTURE(IncomingFixture, "a machine that this zone cannot run is refused with the reason") {
  check_refusal(Code::resource_exhausted, "2048 MiB are needed",
                [](IncomingRequest& asked) { asked.sku.spec.memory_mib = {2048}; });
  check_refusal(Code::resource_exhausted, "5 vCPU",
                [](IncomingRequest& asked) { asked.sku.spec.vcpu = {5}; });
  check_refusal(Code::resource_exhausted, "CPU model EPYC-Turin",
                [](IncomingRequest& asked) { asked.instance.spec.cpu_model = "EPYC-Turin"; });
  check_refusal(Code::resource_exhausted, "machine type pc-q35-11.0",
                [](IncomingRequest& asked) { asked.instance.spec.machine_type = "pc-q35-11.0"; });
}

TEST_CASE_FIXTURE(IncomingFixture, "a refusal that a warm move would not meet names the mode") {
  IncomingRequest stranger = request();
  stranger.instance.spec.cpu_model = "EPYC-Turin";
  auto refused = wait(zone->transfers().prepare_incoming("warsaw", stranger));
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().sources.size() == 1);
  CHECK(refused.error().sources.front().pointer == "/mode");
  stranger = request();
  stranger.sku.spec.vcpu = {5};
  refused = wait(zone->transfers().prepare_incoming("warsaw", stranger));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().sources.empty());
}

TEST_CASE_FIXTURE(IncomingFixture, "disks for which no host has room stand against the move") {
  ForecastRequest asked{.incoming = request(), .disk_bytes = Bytes{std::int64_t{1} << 30}};
  CHECK(wait(zone->transfers().forecast_incoming("warsaw", asked))->obstacles.empty());
  asked.disk_bytes = Bytes{std::int64_t{1} << 50};
  const auto answer = wait(zone->transfers().forecast_incoming("warsaw", asked));
  REQUIRE(answer->obstacles.size() == 1);
  CHECK(answer->obstacles.front().reason.find("MiB of disk") != std::string::npos);
}

TEST_CASE_FIXTURE(IncomingFixture, "a machine that boots here is given hardware that a host has") {
  IncomingRequest stranger = request();
  stranger.mode = model::TransferMode::cold;
  stranger.instance.spec.cpu_model = "EPYC-Turin";
  stranger.instance.spec.machine_type = "pc-q35-9.2";
  const auto forecast = wait(zone->transfers().forecast_incoming("warsaw", {.incoming = stranger}));
  REQUIRE(forecast);
  CHECK(forecast->obstacles.empty());
  CHECK(forecast->hardware == model::Hardware{.machine_type = "pc-q35-9.2", .cpu_model = "qemu64"});
  REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", stranger)));
  pass(Seconds{1});
  CHECK(get("web").spec.cpu_model == "qemu64");
  CHECK(get("web").spec.machine_type == "pc-q35-9.2");
  CHECK(host->desired["i-1"].machine.cpu_model == "qemu64");
  CHECK(zone->transfers().get(id("t-1"))->status.hardware == forecast->hardware);
}

TEST_CASE_FIXTURE(IncomingFixture,
                  "a forecast tells how much of the image is missing, whatever it is called here") {
  IncomingRequest wanted = request();
  wanted.block_storages[0].spec.source_image_ref = "images/other";
  wanted.images = {other_image(false)};
  wanted.images[0].metadata.name = "other";
  const auto missing = [&] {
    return wait(zone->transfers().forecast_incoming("warsaw", {.incoming = wanted}))->image_bytes;
  };
  CHECK(missing() == Bytes{4});
  add_image();
  CHECK(missing() == Bytes{0});
  wanted.images[0].spec.blobs[0].digest = "sha256:../../x";
  CHECK(wait(zone->transfers().forecast_incoming("warsaw", {.incoming = wanted})).error().code ==
        Code::invalid_argument);
}

TEST_CASE_FIXTURE(IncomingFixture,
                  "a machine whose memory a snapshot keeps stays on the hardware that it has") {
  check_refusal(Code::resource_exhausted, "remove it with 'hanse snapshot delete web asleep'",
                [](IncomingRequest& asked) {
                  asked.mode = model::TransferMode::cold;
                  asked.instance.spec.cpu_model = "EPYC-Turin";
                  asked.instance.status.snapshots = {
                      {.name = "asleep", .uid = "s-1", .memory = true, .state = model::SnapshotState::ready}};
                });
  CHECK(zone->capacity().free_on("h1")->vcpu == VcpuCount{4});
}

TEST_CASE_FIXTURE(IncomingFixture, "a machine goes to another architecture where its image boots there") {
  add_host_record("arm");
  const test::ScriptedHost arm(world.runtime, zone->hosts(), "arm", "boot-1",
                               [](model::Inventory& inventory) {
                                 inventory.architecture = "aarch64";
                                 inventory.cpu_models = {"cortex-a53", "cortex-a72"};
                                 inventory.machine_types = {"virt-9.2", "virt-10.0"};
                               });
  pass(Seconds{1});
  const auto go = [](IncomingRequest& asked, bool boots) {
    asked.mode = model::TransferMode::cold;
    asked.instance.spec.cpu_model = "qemu64";
    asked.instance.spec.machine_type = "pc-q35-10.0";
    asked.sku.spec.architecture = "aarch64";
    asked.block_storages[0].spec.source_image_ref = "images/witness";
    asked.images = {other_image(boots)};
  };
  const std::string remedy = "hanse image add-boot witness --architecture aarch64";
  check_refusal(Code::failed_precondition, remedy, [&](IncomingRequest& asked) { go(asked, false); });
  // The image that is here already counts, and no peer changes it.
  add_image();
  check_refusal(Code::failed_precondition, remedy, [&](IncomingRequest& asked) { go(asked, true); });
  REQUIRE(wait(zone->frontends().images.put(other_image(true), std::nullopt)));
  IncomingRequest good = request();
  go(good, true);
  REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", good)));
  pass(Seconds{1});
  const model::Instance here = get("web");
  CHECK(here.status.host == "arm");
  CHECK(here.spec.machine_type == "virt-10.0");
  CHECK(here.spec.cpu_model == "cortex-a72");
  REQUIRE(arm.desired.contains("i-1"));
  REQUIRE(arm.desired.at("i-1").machine.boot_blobs.size() == 1);
  CHECK(arm.desired.at("i-1").machine.boot_blobs[0].size == Bytes{3});
}

TEST_CASE_FIXTURE(IncomingFixture, "the streams that the source wants are those that the host opens") {
  IncomingRequest wanted = request();
  wanted.streams = {.count = 2, .compression = model::Compression::zstd};
  REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", wanted)));
  pass(Seconds{1});
  REQUIRE(host->desired.contains("i-1"));
  REQUIRE(host->desired["i-1"].move);
  CHECK(host->desired["i-1"].move->streams == wanted.streams);
}

TEST_CASE_FIXTURE(IncomingFixture, "a forecast names all that stands against it, and keeps nothing") {
  IncomingRequest wanted = request();
  CHECK(wait(zone->transfers().forecast_incoming("warsaw", {.incoming = wanted}))->obstacles.empty());
  wanted.sku.spec.vcpu = {200};  // more than the policy gives a peer, and than any host has
  CHECK(wait(zone->transfers().forecast_incoming("warsaw", {.incoming = wanted}))->obstacles.size() == 2);
  CHECK(zone->tables().instances.all()->empty());
  CHECK(zone->capacity().free_on("h1")->vcpu == VcpuCount{4});
}

TEST_CASE_FIXTURE(IncomingFixture,
                  "a source whose zone restarted has other keys, so what was prepared is given up") {
  IncomingRequest asked = request();
  REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", asked)));
  CHECK(wait(zone->transfers().prepare_incoming("warsaw", asked))->phase == model::TransferPhase::preparing);
  asked.ca_pem += "another";
  const auto view = wait(zone->transfers().prepare_incoming("warsaw", asked));
  REQUIRE(view);
  CHECK(view->phase == model::TransferPhase::rolling_back);
  CHECK(view->failure == "zone 'warsaw' restarted while this one prepared");
}

TEST_CASE_FIXTURE(IncomingFixture, "a zone of another minor version is refused, of the same not") {
  check_refusal(Code::unimplemented, "bring both to the same minor version",
                [](IncomingRequest& asked) { asked.version = "99.0.0"; });
  IncomingRequest patched = request();
  patched.version = patched.version.substr(0, patched.version.rfind('.')) + ".77";
  CHECK(wait(zone->transfers().prepare_incoming("warsaw", patched)).has_value());
  const auto transfers = zone->tables().transfers.all().value();
  REQUIRE(transfers.size() == 1);
  CHECK(transfers[0]->metadata.uid.size() == model::kUidDigits);
}

TEST_CASE_FIXTURE(IncomingFixture, "what a peer sends is checked like any input") {
  check_refusal(Code::invalid_argument, "'../../etc/passwd' is not allowed",
                [](IncomingRequest& asked) { asked.instance.metadata.uid = "../../etc/passwd"; });
  check_refusal(Code::invalid_argument, "'t/../..' is not allowed",
                [](IncomingRequest& asked) { asked.transfer = "t/../.."; });
  check_refusal(Code::invalid_argument, "a/b",
                [](IncomingRequest& asked) { asked.instance.metadata.name = "a/b"; });
  check_refusal(Code::invalid_argument, "'../disk' is not allowed",
                [](IncomingRequest& asked) { asked.block_storages[0].metadata.uid = "../disk"; });
  check_refusal(Code::invalid_argument, "block storages",
                [](IncomingRequest& asked) { asked.block_storages.clear(); });
  check_refusal(Code::invalid_argument, "sourceEpoch",
                [](IncomingRequest& asked) { asked.source_epoch = {0}; });
  check_refusal(Code::invalid_argument, "sourceEpoch", [](IncomingRequest& asked) {
    asked.source_epoch = {std::numeric_limits<std::int64_t>::max()};
  });
  check_refusal(Code::invalid_argument, "caPem", [](IncomingRequest& asked) { asked.ca_pem.clear(); });
  check_refusal(Code::invalid_argument, "SKU",
                [](IncomingRequest& asked) { asked.sku.metadata.name = "other"; });
}

TEST_CASE_FIXTURE(IncomingFixture, "nobody speaks of the transfer of another, or takes its name") {
  REQUIRE(wait(zone->transfers().prepare_incoming("warsaw", request())));
  IncomingRequest same_name = request();
  same_name.instance.metadata.workspace = "other";
  same_name.instance.metadata.uid = "i-2";
  same_name.block_storages[0].metadata.uid = "b-2";
  for (const char* peer : {"warsaw", "lyon"}) {
    CAPTURE(peer);
    IncomingRequest asked = same_name;
    const auto answer = wait(zone->transfers().prepare_incoming(peer, asked));
    // The peer whose it is hears of that one again, and no other is made.
    if (answer) CHECK(answer->phase == model::TransferPhase::preparing);
    if (!answer) CHECK(answer.error().code == Code::already_exists);
    CHECK(answer.has_value() == (std::string(peer) == "warsaw"));
  }
  CHECK(zone->tables().instances.all()->size() == 1);
  CHECK(zone->transfers().get(id("t-1"))->status.phase == model::TransferPhase::preparing);
  CHECK(wait(zone->transfers().grant_incoming("lyon", "t-1", {.grant = {.epoch = {2}}})).error().code ==
        Code::not_found);
  CHECK(wait(zone->transfers().abort_incoming("lyon", "t-1")).error().code == Code::not_found);
  CHECK(zone->transfers().outcome("lyon", "t-1").error().code == Code::not_found);
}

TEST_CASE_FIXTURE(GrantedFixture, "a grant that its source has not signed is none") {
  const model::TransferGrant good = signed_by_warsaw();
  model::TransferGrant altered = good;
  altered.signature.back() = altered.signature.back() == '0' ? '1' : '0';
  for (const model::TransferGrant& bad : {model::TransferGrant{{2}, "", ""}, altered,
                                          model::TransferGrant{{3}, good.identity_key, good.signature}}) {
    CAPTURE(bad.signature);
    const auto answer = wait(zone->transfers().grant_incoming("warsaw", "t-1", {.grant = bad}));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == Code::unauthenticated);
    CHECK(phase() == model::TransferPhase::sending);
    CHECK(get("web").status.incoming);
  }
}

TEST_CASE_FIXTURE(GrantedFixture, "what its source has signed is kept with the transfer") {
  const model::TransferGrant good = signed_by_warsaw();
  REQUIRE(wait(zone->transfers().grant_incoming("warsaw", "t-1", {.grant = good})));
  CHECK(zone->transfers().get(id("t-1"))->status.grant == good);
  CHECK_FALSE(get("web").status.incoming);
  CHECK(get("web").status.epoch == Epoch{2});
}

TEST_CASE_FIXTURE(IncomingFixture,
                  "an SKU of the same name that is another one stays, and so does an image") {
  add_sku("tiny", 128);
  check_refusal(Code::failed_precondition, "is another one here than at the source", [](IncomingRequest&) {});
}

TEST_CASE_FIXTURE(IncomingFixture, "of two that are begun at once by one name the second is refused") {
  IncomingRequest other = request();
  other.instance.metadata.workspace = "other";
  other.instance.metadata.uid = "i-2";
  other.block_storages[0].metadata.uid = "b-2";
  std::optional<Result<migration::IncomingView>> first;
  std::optional<Result<migration::IncomingView>> second;
  Scope scope;
  REQUIRE(scope.spawn(
      store::test_support::keep_result(zone->transfers().prepare_incoming("warsaw", request()), first)));
  REQUIRE(scope.spawn(
      store::test_support::keep_result(zone->transfers().prepare_incoming("lyon", other), second)));
  pass(Seconds{1});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->has_value());
  CHECK(second->error().code == Code::already_exists);
  CHECK(zone->tables().transfers.all()->size() == 1);
}

TEST_CASE_FIXTURE(IncomingFixture, "an instance of the same name that is another one stays") {
  add_sku();
  add_image();
  REQUIRE(wait(zone->frontends().instances.put(instance("web"), std::nullopt)));
  pass(Seconds{3});
  const auto answer = wait(zone->transfers().prepare_incoming("warsaw", request()));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == Code::already_exists);
  CHECK(get("web").status.power_state == model::PowerState::running);
}

}  // namespace
}  // namespace hanse::zone
