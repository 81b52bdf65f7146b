// A whole zone in memory, and a host that does at once what it is told, for the tests of src/zone and
// src/api.
#pragma once

#include <cstddef>
#include <cstdint>
#include <doctest/doctest.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codec/frames.h"
#include "federation/peer_record.h"
#include "federation/zone_identity.h"
#include "io/openssl_certificates.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "model/host_messages.h"
#include "store/open.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/memory_stream.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"
#include "zone/zone.h"
#include "zone/zone_version.h"

namespace hanse::test {

// Speaks the host's side of the stream. Machines become what is desired when the test lets it (obey).
class ScriptedHost {
 public:
  ScriptedHost(Runtime& runtime, zone::HostSessions& sessions, std::string name,
               std::string boot_id = "boot-1", const std::function<void(model::Inventory&)>& change = {})
      : name_(std::move(name)) {
    auto [zone_end, host_end] = make_stream_pair(runtime.scheduler);
    stream_ = std::move(host_end);
    REQUIRE(scope_.spawn(sessions.serve(name_, std::move(zone_end))));
    model::HostHello hello{.name = name_,
                           .version = zone::kVersion,
                           .boot_id = std::move(boot_id),
                           .stream_address = "10.0.0.9"};
    hello.inventory = {.vcpu = {4},
                       .memory_mib = {1024},
                       .disk_mib = {10'000},
                       .architecture = "x86_64",
                       .hypervisor = "qemu 10.0.2",
                       .cpu_models = {"max", "qemu64"},
                       .machine_types = {"pc-q35-9.2", "pc-q35-10.0"}};
    if (change) change(hello.inventory);
    send(model::HostFrame::hello, to_json(hello));
    REQUIRE(scope_.spawn(read()));
  }

  void send(model::HostFrame type, const json::Value& payload) {
    const auto frame = codec::encode_frame({static_cast<std::uint8_t>(type), 1, json::dump(payload)});
    REQUIRE(scope_.spawn(write(*frame)));
  }
  void observe(model::MachineObserved observed) { send(model::HostFrame::observed, to_json(observed)); }

  std::map<std::string, model::MachineDesired> desired;  // by uid, the newest
  std::vector<model::HostFrame> frames;                  // all that came
  std::optional<model::HostPace> pace;                   // the newest
  bool obey = true;
  bool ended = false;

 private:
  Task<void> write(std::string bytes) { (void)co_await stream_->write(as_bytes(bytes)); }
  Task<void> read() {
    codec::FrameDecoder decoder;
    std::vector<std::byte> buffer(64 * 1024);
    while (true) {
      const auto count = co_await stream_->read_some(buffer);
      if (!count || *count == 0) break;
      decoder.feed(std::span(buffer).first(*count));
      while (const auto frame = decoder.next().value()) handle(*frame);
    }
    ended = true;
  }
  void handle(const codec::Frame& frame) {
    frames.push_back(static_cast<model::HostFrame>(frame.type));
    if (frames.back() == model::HostFrame::desired) {
      const auto wanted = json::from_json<model::MachineDesired>(json::parse(frame.payload).value()).value();
      desired[wanted.machine.uid] = wanted;
      if (obey) become(wanted);
    }
    if (frames.back() == model::HostFrame::synced || frames.back() == model::HostFrame::ping)
      pace = json::from_json<model::HostPace>(json::parse(frame.payload).value()).value();
    if (frames.back() == model::HostFrame::request) {
      const auto request = json::from_json<model::HostRequest>(json::parse(frame.payload).value()).value();
      send(model::HostFrame::response,
           to_json(model::HostResponse{.id = request.id, .offset = request.offset, .text = "console"}));
    }
  }
  void become(const model::MachineDesired& wanted) {
    model::MachineObserved now{
        .uid = wanted.machine.uid, .generation = wanted.generation, .epoch = wanted.epoch};
    now.exists = wanted.goal != model::MachineGoal::absent;
    if (wanted.goal == model::MachineGoal::running) now.power_state = model::PowerState::running;
    if (wanted.goal == model::MachineGoal::stopped) now.power_state = model::PowerState::stopped;
    observe(now);
  }

  std::string name_;
  std::unique_ptr<Stream> stream_;
  Scope scope_;
};

struct ZoneFixture {
  TestRuntime world;
  FakeHashing hashing{world.files};
  io::OpensslCertificates certificates{world.loop};
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  std::vector<zone::IssuerConfig> issuers;  // of the next restart()
  std::unique_ptr<store::Store> store;
  std::unique_ptr<zone::Zone> zone;

  ZoneFixture() {
    world.files.content["/admin-token"] = "an-administrator-token\n";
    world.files.content["/data/policy.toml"] =
        "[[peers]]\nname = \"*\"\n[peers.accepts]\ntenants = [\"*\"]\nflavours = [\"*\"]\nmax_vcpu = 100\n"
        "max_memory_mib = 100000\n[peers.gives]\ntenants = [\"*\"]\n";
    store = wait(store::open_memory(world.runtime)).value();
    restart();
  }
  // A new zone over the same store, as after a crash.
  void restart() {
    zone.reset();
    zone::ZoneConfig config{
        .name = "helsinki", .provider = "aurora", .member_state = "FI", .city = "Helsinki"};
    config.listen = {"10.0.0.1", 8443};
    config.data_dir = "/data";
    config.admin_token_file = "/admin-token";
    config.issuers = issuers;
    zone = std::make_unique<zone::Zone>(world.runtime, *store,
                                        Cryptography{certificates, hashing, signatures, web_keys}, config,
                                        std::nullopt);
    REQUIRE(wait(zone->start()));
  }

  template <class T>
  T wait(Task<T> task, Nanos limit = Seconds{30}) {
    std::optional<T> out;
    Scope scope;
    REQUIRE(scope.spawn(store::test_support::keep_result(std::move(task), out)));
    for (Nanos waited{0}; !out && waited < limit; waited += Millis{10}) pass(Millis{10});
    REQUIRE(out.has_value());
    return std::move(*out);
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }

  federation::ZoneIdentity identity_of(const std::string& name) {
    return {world.files, Cryptography{certificates, hashing, signatures, web_keys}, name, "/" + name};
  }
  // A peer from the next restart() on, at which nobody answers. Requires: its identity is loaded.
  void trust(const federation::ZoneIdentity& peer) {
    const federation::PeerRecord record{.name = peer.zone(),
                                        .state = federation::PeerState::active,
                                        .endpoint = peer.zone() + ":8443",
                                        .identity_key = peer.identity_key(),
                                        .ca_pems = {peer.ca_pem()}};
    REQUIRE(wait(store->transact({.writes = {{"/peers/" + peer.zone(), json::dump(to_json(record))}}})));
  }

  void add_host_record(const std::string& name) {
    model::Host host;
    host.metadata = {.name = name, .uid = "host-" + name};
    REQUIRE(wait(zone->tables().hosts.create(host)));
  }
  // Of what add_sku() and add_image() make.
  static model::Workload witness_workload(std::int32_t replicas) {
    model::Workload made;
    made.metadata = {.name = "web", .tenant = "default", .workspace = "default"};
    made.spec.replicas = replicas;
    made.spec.instance.spec.sku_ref = "skus/tiny";
    made.spec.instance.spec.boot_volume.source_image_ref = "images/witness";
    return made;
  }
  void add_sku(const std::string& name = "tiny", std::int64_t memory = 192) {
    model::InstanceSku sku;
    sku.metadata = {.name = name, .tenant = "default"};
    sku.spec = {.vcpu = {1}, .memory_mib = {memory}};
    REQUIRE(wait(zone->frontends().instance_skus.put(sku, std::nullopt)));
  }
  // An image whose blob is in the zone already.
  void add_image(const std::string& name = "witness") {
    const std::string digest = "sha256:" + FakeHashing::digest_of("disk");
    world.files.content[zone->images().blobs().path_of(digest)] = "disk";
    model::Image image;
    image.metadata = {.name = name, .tenant = "default"};
    image.spec = {.blobs = {{model::BlobRole::disk, digest, {4}}}, .virtual_size_mib = {256}};
    REQUIRE(wait(zone->frontends().images.put(image, std::nullopt)));
    pass(Seconds{1});
  }
  static model::Instance instance(const std::string& name) {
    model::Instance instance;
    instance.metadata = {.name = name, .tenant = "default", .workspace = "default"};
    instance.spec.sku_ref = "skus/tiny";
    instance.spec.boot_volume.source_image_ref = "images/witness";
    return instance;
  }
  zone::ResourceId id(const std::string& name) const { return {"default", "default", name}; }
  model::Instance get(const std::string& name) { return **zone->tables().instances.get(id(name)); }
};

}  // namespace hanse::test
