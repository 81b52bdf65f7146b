// A zone's API over real tables, frontends and tokens in a store in memory, for unit tests: ask it as a user,
// a host or a peer.
#pragma once

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/api.h"
#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "store/open.h"
#include "tests/api/fake_certificates.h"
#include "tests/api/fake_transfers.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/http_service.h"
#include "tests/support/test_runtime.h"
#include "zone/change_feed.h"
#include "zone/zone_version.h"

namespace hanse::test {

inline constexpr char kAdminToken[] = "the-administrators-token";
inline const std::string kSkus = "/providers/seca.compute/v1/tenants/default/skus";
inline const std::string kInstances =
    "/providers/seca.compute/v1/tenants/default/workspaces/default/instances";
inline const std::string kTransfers =
    "/providers/hanse.migration/v1/tenants/default/workspaces/default/transfers";
inline const std::string kSmallSku = R"({"spec":{"vcpu":1,"memoryMib":256}})";

struct Answer {
  int status = 0;
  json::Value body;
  http::Headers headers;

  std::string text(const std::string& pointer) const {
    boost::system::error_code missing;
    const json::Value* value = body.find_pointer(pointer, missing);
    if (value == nullptr) return "(nothing)";
    return value->is_string() ? std::string(value->get_string()) : json::dump(*value);
  }
};

// Collects what a watch sends; `most` events, then the client leaves.
class CollectingWriter final : public http::EventWriter {
 public:
  struct Sent {
    std::string id;
    std::string event;
    json::Value data;
    std::string name() const {
      boost::system::error_code missing;
      const json::Value* named = data.find_pointer("/metadata/name", missing);
      if (named == nullptr) named = data.find_pointer("/name", missing);
      return named == nullptr ? std::string() : std::string(named->get_string());
    }
  };
  std::vector<Sent> sent;

  Task<Status> send(std::string id, std::string event, std::string data) override {
    sent.push_back({std::move(id), std::move(event), json::parse(data).value()});
    co_return Status{};
  }
  // "put web, synced, delete web"
  std::string summary() const {
    std::string text;
    for (const Sent& one : sent) {
      text += (text.empty() ? "" : ", ") + one.event + (one.name().empty() ? "" : " " + one.name());
    }
    return text;
  }
};

enum class As { nobody, user, host, other_host, peer };

struct ApiService {
  TestRuntime world;
  std::unique_ptr<store::Store> store = run(store::open_memory(world.runtime)).value();
  FakeHashing hashing{world.files};
  FakeCertificates certificates;
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  zone::ZoneConfig config{.name = "north",
                          .provider = "aurora",
                          .member_state = "FI",
                          .city = "Oulu",
                          .latitude = 65,
                          .longitude = 25.5,
                          .listen = {.host = "192.0.2.10", .port = 8443},
                          .data_dir = "/zone"};
  Cryptography cryptography{certificates, hashing, signatures, web_keys};
  federation::Peers peers;
  federation::ZoneIdentity identity{world.files, cryptography, "north", "/zone"};
  zone::Tables tables{*store};
  zone::HostSessions hosts{world.runtime, "north", zone::kVersion};
  zone::HostCapacity capacity{tables, hosts};
  zone::InstanceStorages storages{world.runtime, tables};
  zone::EventLog events{world.runtime};
  zone::HardwareChoice hardware{world.loop, config, peers, records};
  zone::FirstPlacement first_placement{{world.runtime, tables, hosts, capacity, storages, events, hardware}};
  zone::Frontends frontends{world.runtime, tables, peers, first_placement, "north"};
  zone::InstanceActions actions{world.runtime, tables, hosts};
  zone::Authentication authentication{world.runtime, *store, cryptography, peers, identity, config};
  zone::Authorization authorization{world.runtime, *store, tables, "north"};
  zone::HostInvitations host_invitations{world.runtime, *store, hashing, config};
  zone::Enrolment enrolment{world.runtime, *store, tables, host_invitations, certificates, identity, "north"};
  store::BlobFiles blobs{world.files, hashing, world.random, "/blobs"};
  zone::BlobReconciler blob_reconciler{world.runtime, tables, blobs};
  zone::ImageStore images{world.runtime, blobs, blob_reconciler, std::nullopt};
  zone::BlobManifests blob_manifests{world.runtime, hashing, blobs};
  zone::AuditLog audit{world.runtime, hashing, {"north", "/zone/audit"}};
  FakeTransfers transfers{world.loop, tables};
  Signal tls_changes{world.loop};
  zone::PeerClients clients{world.runtime, peers, identity};
  zone::PeerTable peer_table{world.runtime, *store, certificates, peers, clients, tls_changes};
  zone::OwnCard own_card{world.loop, identity, config};
  zone::Membership membership{{world.runtime, *store, cryptography, peer_table, own_card, events, config},
                              identity,
                              tables,
                              tls_changes};
  zone::ZoneRecords records{{world.runtime, cryptography, identity, peers, clients, membership, config},
                            [] { return federation::ZoneDigest{.zone = "north"}; }};
  zone::PeerAdmission admission{tables, membership, records};
  zone::Reservations reservations{world.runtime, config, admission, capacity};
  zone::LeaseGrants lease_grants{world.runtime, tables, config.name};
  zone::ZoneCandidates candidates{world.runtime.clock, config, tables, capacity, peers, admission, records};
  zone::Refusals refusals{world.loop};
  zone::Explainer explainer{config, tables, capacity, candidates, refusals};
  zone::HostPacking packing{world.runtime, tables, hosts, capacity};
  zone::ChangeFeed feed{world.runtime, *store};
  std::unique_ptr<api::Api> api;
  Scope scope;  // ends before what its tasks use

  ApiService() {
    REQUIRE(run(identity.load_or_create()));
    REQUIRE(run(authentication.start()));
    REQUIRE(authorization.start());
    REQUIRE(run(audit.start(store->revision())));
    peers.replace({{.name = "south",
                    .endpoint = {.host = "192.0.2.20", .port = 8443},
                    .ca_pem = "south",
                    .ca_fingerprints = {"south's"}}});
    authentication.set_admin_token(kAdminToken);
    for (const char* name : {"h1", "h2"}) {
      model::Host host;
      host.metadata.name = name;
      REQUIRE(run(tables.hosts.create(std::move(host))));
    }
    api = std::make_unique<api::Api>(parts(authentication));
    follow_changes();
  }

  // What the controllers do for those who add up.
  void follow_changes() {
    feed.subscribe("/instances/", [this](const std::string& key) {
      capacity.instance_changed(key);
      admission.instance_changed(key);
    });
    feed.subscribe("/hosts/", [this](const std::string& key) { capacity.host_changed(key); });
    feed.subscribe("/instance-skus/", [this](const std::string& key) {
      capacity.sku_changed(key);
      admission.sku_changed(key);
    });
    feed.subscribe("/images/", [this](const std::string& key) { admission.image_changed(key); });
    feed.on_complete([this] {
      capacity.all_told();
      admission.all_told();
    });
    REQUIRE(scope.spawn(feed.run()));
  }

  // What an API stands on, with its own idea of who is who.
  api::ApiParts parts(zone::Authentication& whose) { return parts(whose, audit); }
  api::ApiParts parts(zone::Authentication& whose, zone::AuditLog& log) {
    return {world.runtime, *store,    tables,        frontends, actions,   transfers,
            hosts,         whose,     authorization, enrolment, images,    blob_manifests,
            events,        log,       membership,    records,   admission, reservations,
            lease_grants,  explainer, packing,       peers,     identity,  config};
  }

  // Runs a task to its end.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> out = complete(world.loop, std::move(task), Seconds{120});
    REQUIRE(out.has_value());
    return std::move(*out);
  }

  http::Request request(As as, std::string method, std::string target, std::string body = "") const {
    http::Request made{.method = std::move(method), .target = std::move(target), .body = std::move(body)};
    auto parsed = codec::parse_target(made.target);
    REQUIRE(parsed);
    made.path = parsed->path;
    made.segments = parsed->segments;
    made.query = parsed->query;
    if (as == As::user) made.headers.set("Authorization", std::string("Bearer ") + kAdminToken);
    if (as == As::host) made.peer = {"hanse://zone/north/host/h1", identity.ca_fingerprint()};
    if (as == As::other_host) made.peer = {"hanse://zone/north/host/h2", identity.ca_fingerprint()};
    if (as == As::peer) made.peer = {"hanse://zone/south", "south's"};
    return made;
  }
  http::Reply reply(http::Request asked) { return run(api->handle(std::move(asked))); }
  Answer ask(http::Request asked) {
    http::Reply got = reply(std::move(asked));
    Answer answer{.status = got.response.status, .headers = std::move(got.response.headers)};
    if (!got.response.body.empty()) answer.body = json::parse(got.response.body).value();
    return answer;
  }
  Answer ask(As as, std::string method, std::string target, std::string body = "") {
    return ask(request(as, std::move(method), std::move(target), std::move(body)));
  }

  // A watch that goes on in the background until `scope` ends.
  void watch(CollectingWriter& writer, const std::string& target, const std::string& last_event_id = "") {
    http::Request asked = request(As::user, "GET", target);
    if (!last_event_id.empty()) asked.headers.set("Last-Event-ID", last_event_id);
    http::Reply got = reply(std::move(asked));
    REQUIRE(got.events);
    REQUIRE(scope.spawn(keep_watching(std::move(got.events), writer)));
    settle();
  }
  void settle() { world.loop.run(Seconds{3}); }

 private:
  static Task<void> keep_watching(std::function<Task<void>(http::EventWriter&)> function,
                                  http::EventWriter& writer) {
    co_await function(writer);
  }
};

}  // namespace hanse::test
