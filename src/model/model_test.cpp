#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "model/host_protocol.h"
#include "model/storage.h"
#include "model/transfer.h"
#include "model/workload.h"

namespace hanse::model {
namespace {

Instance good_instance() {
  Instance instance;
  instance.metadata.name = "web-0";
  instance.spec.sku_ref = "skus/small";
  instance.spec.boot_volume.source_image_ref = "images/witness";
  return instance;
}

std::string fault_of(const Status& status) {
  REQUIRE_FALSE(status);
  return status.error().sources.at(0).pointer;
}

TEST_CASE("an instance survives a round trip through JSON") {
  Instance instance = good_instance();
  instance.labels = {{"tier", "edge"}};
  instance.spec.forwards = {{80, 0, "tcp", ""}};
  instance.status.power_state = PowerState::running;
  instance.status.epoch = {3};
  CHECK(json::from_json<Instance>(to_json(instance)).value() == instance);
  CHECK(check(instance));
}

TEST_CASE("an instance names the field at fault") {
  Instance instance = good_instance();
  instance.spec.sku_ref = "small";
  CHECK(fault_of(check(instance)) == "/spec/skuRef");
  instance = good_instance();
  instance.spec.boot_volume.device_ref = "block-storages/x";
  CHECK(fault_of(check(instance)) == "/spec/bootVolume");
  instance = good_instance();
  instance.spec.forwards = {{70000, 0, "tcp", ""}};
  CHECK(fault_of(check(instance)) == "/spec/forwards/0/guestPort");
  instance = good_instance();
  instance.spec.cpu_model = "qemu64,+vmx";
  CHECK(fault_of(check(instance)) == "/spec/cpuModel");
}

TEST_CASE("names keep to their characters") {
  CHECK(check_name("a", "/x"));
  CHECK(check_name("web-0", "/x"));
  for (const char* bad : {"", "-a", "a-", "A", "a/b", "..", "a.b", "a b", "\xc3\xa4"}) {
    CHECK_FALSE(check_name(bad, "/x"));
  }
  CHECK_FALSE(check_name(std::string(64, 'a'), "/x"));
}

TEST_CASE("label selectors compare, exclude and ask for presence") {
  const Labels labels{{"tier", "edge"}, {"app", "web"}};
  CHECK(matches_selector(labels, "").value());
  CHECK(matches_selector(labels, "tier=edge, app").value());
  CHECK(matches_selector(labels, "tier!=core").value());
  CHECK_FALSE(matches_selector(labels, "tier!=edge").value());
  CHECK_FALSE(matches_selector(labels, "zone").value());
  CHECK_FALSE(matches_selector(labels, "=x"));
}

TEST_CASE("conditions are newest first, without repetition, and bounded") {
  std::vector<Condition> conditions;
  CHECK(add_condition(conditions, {ResourceState::creating, "Placed", "Chosen", "host a", "t1"}));
  CHECK_FALSE(add_condition(conditions, {ResourceState::creating, "Placed", "Chosen", "host a", "t2"}));
  CHECK(add_condition(conditions, {ResourceState::active, "Running", "Booted", "", "t3"}));
  CHECK(conditions.front().type == "Running");
  for (int i = 0; i < 100; ++i)
    add_condition(conditions, {ResourceState::active, "Running", std::to_string(i), "", ""});
  CHECK(conditions.size() == kMaxConditions);
  CHECK(conditions.front().reason == "99");
}

TEST_CASE("an image has one disk and whole digests") {
  Image image;
  CHECK(fault_of(check(image)) == "/spec/blobs");
  image.spec.blobs = {{BlobRole::disk, "sha256:" + std::string(64, 'a'), {10}}};
  CHECK(check(image));
  image.spec.blobs.push_back(image.spec.blobs.front());
  CHECK(fault_of(check(image)) == "/spec/blobs/1/role");
  for (const std::int64_t size : {std::int64_t{-1}, (std::int64_t{1} << 40) + 1}) {
    image.spec.blobs = {{BlobRole::disk, "sha256:" + std::string(64, 'a'), {size}}};
    CHECK(fault_of(check(image)) == "/spec/blobs/0/size");
  }
  image.spec.blobs = {{BlobRole::disk, "sha256:../../etc/passwd", {10}}};
  CHECK(fault_of(check(image)) == "/spec/blobs/0/digest");
}

TEST_CASE("an image boots on other architectures with kernels of their own, and its own disk") {
  const auto digest = [](char digit) { return "sha256:" + std::string(64, digit); };
  Image image;
  image.spec.blobs = {{BlobRole::disk, digest('a'), {10}}, {BlobRole::kernel, digest('b'), {10}}};
  const ImageSpec plain = image.spec;
  CHECK(find_boot(image.spec, "x86_64")->blobs.size() == 1);
  CHECK_FALSE(find_boot(image.spec, "aarch64"));
  CHECK(
      check_boots(image.spec, "web", "aarch64").error().message.find("add-boot web --architecture aarch64") !=
      std::string::npos);
  image.spec.other_boots = {{.architecture = "aarch64", .blobs = {{BlobRole::kernel, digest('c'), {10}}}}};
  CHECK(check(image));
  CHECK(check_boots(image.spec, "web", "aarch64"));
  CHECK(find_boot(image.spec, "aarch64")->blobs.front().digest == digest('c'));
  CHECK(all_blobs(image.spec).size() == 3);
  CHECK(agree(image.spec, plain));
  CHECK(agree(plain, image.spec));
  ImageSpec other = image.spec;
  other.other_boots->front().command_line = "quiet";
  CHECK_FALSE(agree(other, image.spec));
  other = plain;
  other.virtual_size_mib = {1};
  CHECK_FALSE(agree(other, image.spec));

  const auto fault_with = [&](ImageBoot boot) {
    Image wrong = image;
    wrong.spec.other_boots = {std::move(boot)};
    return fault_of(check(wrong));
  };
  const Blob kernel{BlobRole::kernel, digest('c'), {10}};
  CHECK(fault_with({.architecture = "riscv64", .blobs = {kernel}}) == "/spec/otherBoots/0/architecture");
  CHECK(fault_with({.architecture = "x86_64", .blobs = {kernel}}) == "/spec/otherBoots/0/architecture");
  CHECK(fault_with({.architecture = "aarch64"}) == "/spec/otherBoots/0/blobs");
  CHECK(fault_with({.architecture = "aarch64", .blobs = {kernel, image.spec.blobs[0]}}) ==
        "/spec/otherBoots/0/blobs");
  CHECK(fault_with({.architecture = "aarch64", .blobs = {kernel, kernel}}) ==
        "/spec/otherBoots/0/blobs/1/role");
  CHECK(fault_with({.architecture = "aarch64", .blobs = {kernel}, .command_line = std::string(5000, 'x')}) ==
        "/spec/otherBoots/0/commandLine");
  image.spec.other_boots->push_back(image.spec.other_boots->front());
  CHECK(fault_of(check(image)) == "/spec/otherBoots");
}

TEST_CASE("a transfer to another SKU is none in which the guest runs on, and none within the zone") {
  const auto fault_with = [](TransferSpec spec) {
    return fault_of(check(Transfer{.spec = std::move(spec)}));
  };
  const TransferSpec good{.instance = "web", .target_zone = "south", .sku = "large"};
  CHECK(check(Transfer{.spec = good}));
  TransferSpec wrong = good;
  wrong.mode = TransferMode::live;
  CHECK(fault_with(wrong) == "/spec/sku");
  wrong = good;
  wrong.host = "h1";
  CHECK(fault_with(wrong) == "/spec/sku");
  wrong = good;
  wrong.streams.post_copy = true;
  CHECK(fault_with(wrong) == "/spec/streams/postCopy");
}

TEST_CASE("a workload checks its template and its policy") {
  Workload workload;
  workload.metadata.name = "witness";
  workload.spec.instance.spec = good_instance().spec;
  CHECK(check(workload));
  workload.spec.placement.member_states = {"Finland"};
  CHECK(fault_of(check(workload)) == "/spec/placement/memberStates/0");
  workload.spec.placement.member_states.clear();
  workload.spec.replicas = -1;
  CHECK(fault_of(check(workload)) == "/spec/replicas");
  workload.spec.replicas = 1;
  workload.spec.instance.spec.sku_ref.clear();
  CHECK(fault_of(check(workload)) == "/spec/instance/spec/skuRef");
}

TEST_CASE("host messages survive a round trip through JSON") {
  MachineDesired desired;
  desired.machine.disks = {{"d1", {256}, "sha256:" + std::string(64, 'b'), {1000}}};
  desired.move = MoveOrder{.transfer = "t1", .goal = MoveGoal::receive, .credentials = {"c", "k", "a"}};
  CHECK(json::from_json<MachineDesired>(to_json(desired)).value() == desired);
  MachineObserved observed;
  observed.move = MoveObserved{.transfer = "t1", .state = MoveState::handed_over};
  CHECK(json::from_json<MachineObserved>(to_json(observed)).value() == observed);
}

}  // namespace
}  // namespace hanse::model
