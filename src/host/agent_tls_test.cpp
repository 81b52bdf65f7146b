// The agent over real TLS, sockets and files: what the fakes of the other tests cannot show.
#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "federation/invitation.h"
#include "host/agent.h"
#include "host/enrolment.h"
#include "host/host_frames.h"
#include "http/router.h"
#include "http/server.h"
#include "io/openssl_certificates.h"
#include "io/openssl_hashing.h"
#include "io/real_runtime.h"
#include "io/test_support.h"
#include "runtime/timeout.h"
#include "tests/support/fake_driver.h"

namespace hanse::host {
namespace {

constexpr Nanos kLimit = Seconds{30};

// Takes one stream and keeps it until the test ends.
class TlsZone {
 public:
  TlsZone(Runtime& runtime, Certificates& certificates)
      : runtime_(runtime), certificates_(certificates), server_(runtime, router_), heard_(runtime.scheduler) {
    router_.add("POST /providers/hanse.host/v1/enrolments",
                [this](http::Request request, http::PathParameters) { return enrol(std::move(request)); });
    router_.add("GET /providers/hanse.host/v1/hosts/{name}/stream",
                [this](http::Request request, http::PathParameters) { return open(std::move(request)); });
  }

  Task<Status> start(std::string name) {
    HANSE_CO_TRY(authority_, certificates_.make_authority("zone a", Seconds{3600}));
    CertificateTerms terms{.name = std::move(name)};
    HANSE_CO_TRY(const KeyedCertificate own, certificates_.issue(authority_, terms));
    // With the CA, for those who know its fingerprint only.
    TlsOptions tls{.certificate_pem = own.certificate_pem + "\n" + authority_.certificate_pem,
                   .key_pem = own.key_pem,
                   .trusted_ca_pem = authority_.certificate_pem};
    co_return co_await server_.start(Endpoint{.host = "127.0.0.1"}, std::move(tls));
  }
  Endpoint endpoint() const { return server_.endpoint(); }
  std::string fingerprint() { return certificates_.read(ca_pem()).value().fingerprint; }
  // As enrolment would leave it.
  IdentityRecord identity_of(const std::string& name) {
    const auto own = certificates_.issue(authority_, {.name = "hanse://zone/a/host/" + name}).value();
    return {.certificate_pem = own.certificate_pem,
            .key_pem = own.key_pem,
            .ca_pem = ca_pem(),
            .zone_endpoint = to_string(endpoint())};
  }
  const std::string& ca_pem() const { return authority_.certificate_pem; }
  Signal& heard() { return heard_; }

  std::string host;  // as its certificate proves it
  std::optional<codec::Frame> hello;
  std::uint32_t enrolments = 0;

 private:
  Task<http::Reply> enrol(http::Request request) {
    const json::Value body = json::parse(request.body).value();
    const auto asked = json::from_json<model::EnrolmentRequest>(body).value();
    ++enrolments;
    const CertificateTerms terms{.name = "hanse://zone/a/host/h1", .for_server = false};
    const auto signed_pem = certificates_.sign_request(authority_, asked.request_pem, terms).value();
    co_return http::json_response(200, to_json(model::EnrolmentAnswer{signed_pem, ca_pem()}));
  }
  Task<http::Reply> open(http::Request request) {
    host = request.peer.name;
    http::Reply reply;
    reply.takeover = [this](std::unique_ptr<Stream> stream) { return serve(std::move(stream)); };
    co_return reply;
  }
  Task<void> serve(std::unique_ptr<Stream> stream) {
    FrameReader reader(runtime_.scheduler, *stream);
    for (;;) {
      auto frame = co_await reader.next();
      if (!frame) co_return;
      hello = std::move(*frame);
      heard_.notify();
    }
  }

  Runtime& runtime_;
  Certificates& certificates_;
  http::Router router_;
  http::Server server_;
  KeyedCertificate authority_;
  Signal heard_;
};

struct AgentTlsFixture {
  io::RealRuntime real{{.log_level = LogLevel::error}};
  Runtime& runtime = real.runtime();
  io::test::TemporaryFolder folder;
  io::OpensslCertificates certificates{runtime.clock};
  io::OpensslHashing hashing{runtime.blocking, runtime.scheduler};
  store::NoChunks chunks;
  test::FakeDriver driver{runtime.scheduler};
  TlsZone zone{runtime, certificates};
  HostConfig config;

  explicit AgentTlsFixture(const std::string& zone_name = "hanse://zone/a") {
    REQUIRE(real.run_task(zone.start(zone_name)));
    config.data_dir = folder.path("data");
    config.guest_user = "";
  }
  Result<HostName> enrol_by(const std::string& fingerprint) {
    const federation::Invitation invitation{.kind = federation::InvitationKind::host,
                                            .zone = "a",
                                            .endpoint = zone.endpoint(),
                                            .expires_at = runtime.clock.wall_now() + Seconds{600},
                                            .ca_fingerprint = fingerprint,
                                            .secret = "secret"};
    return real.run_task(enrol(runtime, certificates, hashing,
                               {.data_dir = config.data_dir, .token = to_text(hashing, invitation)}));
  }
  Task<Status> hear_hello() {
    while (!zone.hello) {
      const std::uint64_t seen = zone.heard().version();
      co_await zone.heard().changed_since(seen);
    }
    co_return Status();
  }
  Task<Status> connect() {
    HANSE_CO_TRY(const HostFacts facts, co_await prepare_host(runtime, certificates, config));
    SnapshotStore snapshots(runtime, hashing, ":memory:");
    Agent agent(runtime, certificates, hashing, chunks, snapshots, driver, with_identity(config, facts),
                "0.1");
    std::optional<Status> ended;
    Scope scope;
    if (!scope.spawn(keep(agent.run(), ended))) co_return fail(Code::internal, "scope is full");
    co_return co_await with_timeout(runtime.scheduler, kLimit, "the hello of the host", hear_hello());
  }
  static Task<void> keep(Task<Status> task, std::optional<Status>& out) { out = co_await std::move(task); }
};

TEST_CASE("an agent enrols and connects over TLS, and again with what it keeps on disk") {
  AgentTlsFixture host;
  REQUIRE(host.enrol_by(host.zone.fingerprint()));
  const Status connected = host.real.run_task(host.connect());
  REQUIRE_MESSAGE(connected, (connected ? "" : connected.error().message));
  CHECK(host.zone.host == "hanse://zone/a/host/h1");
  CHECK(host.zone.hello->type == static_cast<std::uint8_t>(model::HostFrame::hello));
  const std::filesystem::path kept = host.config.data_dir + "/identity/identity.json";
  CHECK(std::filesystem::status(kept).permissions() == std::filesystem::perms(0600));
  CHECK(std::filesystem::status(host.config.data_dir).permissions() == std::filesystem::perms(0711));

  host.zone.hello.reset();
  REQUIRE(host.real.run_task(host.connect()));
  CHECK(host.zone.enrolments == 1);
}

TEST_CASE("a zone with another CA than the token says hears nothing of it") {
  AgentTlsFixture host;
  const auto enrolled = host.enrol_by(std::string(64, '0'));
  REQUIRE_FALSE(enrolled);
  CHECK(enrolled.error().code == Code::unauthenticated);
  CHECK(host.zone.enrolments == 0);
  CHECK_FALSE(std::filesystem::exists(host.config.data_dir + "/identity/identity.json"));
}

TEST_CASE("another name of the same CA does not pass for the zone") {
  AgentTlsFixture host("hanse://zone/a/host/h2");
  CHECK(host.enrol_by(host.zone.fingerprint()).error().code == Code::unauthenticated);
  CHECK(host.zone.enrolments == 0);
  IdentityFiles files(host.runtime.files, identity_folder(host.config.data_dir));
  REQUIRE(host.real.run_task(files.keep(host.zone.identity_of("h1"))));
  HostIdentity identity(host.runtime, host.certificates, host.config.data_dir);
  REQUIRE(host.real.run_task(identity.prepare()));
  http::Client client(host.runtime, {.endpoint = host.zone.endpoint(), .tls = identity.tls()});
  const auto refused = host.real.run_task(
      client.upgrade({.target = "/providers/hanse.host/v1/hosts/h1/stream"}, model::kHostProtocol));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unauthenticated);
}

TEST_CASE("the lock holds over a real socket, and not after its owner is gone") {
  AgentTlsFixture host;
  const std::string socket = host.folder.path("agent.sock");
  auto first = std::make_unique<AgentLock>(host.runtime, socket);
  REQUIRE(host.real.run_task(first->take()));
  AgentLock second(host.runtime, socket);
  CHECK(host.real.run_task(second.take()).error().code == Code::already_exists);
  first.reset();
  CHECK(host.real.run_task(second.take()));
}

}  // namespace
}  // namespace hanse::host
