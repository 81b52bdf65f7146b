// Hosts: enrolment, renewal, streams and relays; and the files that they fetch.
#include <doctest/doctest.h>
#include <string>

#include "codec/frames.h"
#include "codec/zstd.h"
#include "federation/invitation.h"
#include "tests/api/api_service.h"

namespace hanse::api {
namespace {

using test::Answer;
using test::ApiService;
using test::As;

Task<void> run_takeover(http::Reply reply, std::unique_ptr<Stream> stream) {
  const auto takeover = std::move(reply.takeover);
  co_await takeover(std::move(stream));
}

Task<void> read_line(Stream& stream, std::string& out) {
  std::vector<std::byte> buffer(100);
  const auto got = co_await stream.read_some(buffer);
  if (got) out.assign(reinterpret_cast<const char*>(buffer.data()), *got);
}

Task<void> write_line(Stream& stream, std::string text) {
  [[maybe_unused]] const Status written = co_await stream.write(as_bytes(text));
}

TEST_CASE("a host enrols by a one-time token and renews by itself") {
  ApiService service;
  const std::string invitations = "/providers/hanse.host/v1/invitations";
  const Answer token = service.ask(As::user, "POST", invitations, R"({"name":"h3","expiresInSeconds":600})");
  CHECK(token.status == 201);
  CHECK(token.headers.get("Cache-Control") == "no-store");
  const auto invitation =
      federation::read_invitation(service.hashing, token.text("/token"), federation::InvitationKind::host);
  REQUIRE(invitation);
  CHECK(to_string(invitation->endpoint) == "192.0.2.10:8443");
  CHECK(invitation->ca_fingerprint == service.identity.ca_fingerprint());
  CHECK(service.ask(As::user, "POST", invitations, R"({"name":"../h3"})").text("/sources/0/pointer") ==
        "/name");
  CHECK(service.ask(As::user, "POST", invitations, R"({"name":"h4","expiresInSeconds":0})").status == 400);
  CHECK(service.ask(As::user, "POST", invitations, R"({"name":"h1"})").status == 409);

  const std::string path = "/providers/hanse.host/v1/enrolments";
  const auto body = [&](const std::string& secret, const std::string& request) {
    return fmt::format(R"({{"secret":"{}","requestPem":"{}"}})", secret, request);
  };
  CHECK(service.ask(As::nobody, "POST", path, body("guessed", "request")).status == 401);
  CHECK(service.ask(As::nobody, "POST", path, body(invitation->secret, "no request")).status == 400);
  const Answer enrolled = service.ask(As::nobody, "POST", path, body(invitation->secret, "request"));
  CHECK(enrolled.status == 201);
  CHECK(enrolled.text("/certificatePem").starts_with("hanse://zone/north/host/h3"));
  CHECK(service.ask(As::user, "GET", "/providers/hanse.host/v1/hosts/h3").status == 200);

  const std::string renewals = "/providers/hanse.host/v1/hosts/h1/renewals";
  CHECK(service.ask(As::host, "POST", renewals, R"({"requestPem":"request"})")
            .text("/certificatePem")
            .starts_with("hanse://zone/north/host/h1"));
  CHECK(service.ask(As::other_host, "POST", renewals, R"({"requestPem":"request"})").status == 403);
}

TEST_CASE("an operator makes simulated hosts many at a time, and again") {
  ApiService service;
  const std::string path = "/providers/hanse.host/v1/fleets";
  const std::string three = R"({"first":9,"count":3,"requestPem":"request"})";
  CHECK(service.ask(As::nobody, "POST", path, three).status == 401);
  CHECK(service.ask(As::host, "POST", path, three).status == 403);
  CHECK(service.ask(As::user, "POST", path, R"({"count":257,"requestPem":"request"})").status == 400);
  CHECK(service.ask(As::user, "POST", path, R"({"first":0,"requestPem":"request"})").status == 400);

  const Answer made = service.ask(As::user, "POST", path, three);
  CHECK(made.status == 201);
  CHECK(made.text("/zone") == "north");
  CHECK(made.text("/certificates/2").starts_with("hanse://zone/north/host/simulated-000011"));
  const std::string host = "/providers/hanse.host/v1/hosts/simulated-000011";
  const std::string uid = service.ask(As::user, "GET", host).text("/metadata/uid");
  CHECK_FALSE(uid.empty());

  // The next process has new certificates and the same hosts.
  const Answer again =
      service.ask(As::user, "POST", path, R"({"first":11,"count":2,"requestPem":"request"})");
  CHECK(again.text("/certificates/0").starts_with("hanse://zone/north/host/simulated-000011"));
  CHECK(service.ask(As::user, "GET", host).text("/metadata/uid") == uid);
  CHECK(service.ask(As::user, "GET", "/providers/hanse.host/v1/hosts/simulated-000012").status == 200);
}

TEST_CASE("an operator asks how well hosts are packed, with a budget of moves or without") {
  ApiService service;
  const std::string path = "/providers/hanse.placement/v1/packing";
  CHECK(service.ask(As::nobody, "GET", path).status == 401);
  CHECK(service.ask(As::host, "GET", path).status == 403);
  const Answer refused = service.ask(As::user, "GET", path + "?budget=0");
  CHECK(refused.status == 400);
  CHECK(refused.text("/sources/0/parameter") == "budget");
  CHECK(refused.text("/detail").find("from 1 to 5000") != std::string::npos);
  const Answer report = service.ask(As::user, "GET", path + "?budget=7");
  CHECK(report.status == 200);
  CHECK(report.body.at("budget").as_int64() == 7);
  CHECK(report.body.at("openHosts").as_int64() == 0);
  CHECK(report.body.at("moves").as_array().empty());
}

TEST_CASE("a host's stream is handed to the sessions under the certificate's name") {
  ApiService service;
  http::Request asked = service.request(As::host, "GET", "/providers/hanse.host/v1/hosts/h1/stream");
  CHECK(service.ask(asked).status == 400);
  asked.headers.set("Upgrade", "hanse-host/99");
  CHECK(service.ask(asked).status == 400);
  asked.headers.set("Upgrade", model::kHostProtocol);
  http::Reply reply = service.reply(asked);
  REQUIRE(reply.takeover);
  test::StreamPair pair = test::make_stream_pair(service.world.loop);
  Scope& scope = service.scope;
  REQUIRE(scope.spawn(run_takeover(std::move(reply), std::move(pair.second))));
  const std::string hello =
      json::dump(to_json(model::HostHello{.name = "h1", .version = "0", .boot_id = "b"}));
  const auto frame =
      codec::encode_frame({.type = static_cast<std::uint8_t>(model::HostFrame::hello), .payload = hello});
  REQUIRE(frame);
  REQUIRE(scope.spawn(write_line(*pair.first, *frame)));
  service.world.loop.run(Seconds{1});
  CHECK(service.hosts.connected("h1"));
  pair.first->close();
}

TEST_CASE("a host for which there is no room is told so, and users get in") {
  ApiService service;
  api::ApiParts parts = service.parts(service.authentication);
  parts.room = {.connections = 1, .hosts = 0};
  service.api = std::make_unique<api::Api>(parts);
  http::Request asked = service.request(As::host, "GET", "/providers/hanse.host/v1/hosts/h1/stream");
  asked.headers.set("Upgrade", model::kHostProtocol);
  const Answer refused = service.ask(asked);
  CHECK(refused.status == 503);
  CHECK(refused.headers.get("Retry-After") == "1");
  CHECK(refused.text("/detail").find("LimitNOFILE") != std::string::npos);
  CHECK(service.ask(As::user, "GET", "/providers/hanse.host/v1/hosts/h1").status == 200);
}

TEST_CASE("hosts leave room to others, however few descriptors there are") {
  CHECK(room_for(1'048'576).connections == kMaxConnections);
  CHECK(room_for(1'048'576).hosts == kMaxConnections - kForOthers);
  CHECK(room_for(20'000).connections == 19'744);
  CHECK(room_for(20'000).hosts == 18'720);
  CHECK(room_for(1'024).hosts == 576);
  CHECK(room_for(0).connections == 1);
}

TEST_CASE("a relayed stream joins the caller with the transfer's other end") {
  ApiService service;
  const std::string path = "/providers/hanse.migration/v1/relays/move-1/";
  http::Request asked = service.request(As::peer, "GET", path + "disk");
  CHECK(service.ask(asked).status == 400);
  CHECK(service.transfers.asked.empty());
  asked.headers.set("Upgrade", model::kRelayProtocol);
  http::Reply reply = service.reply(asked);
  REQUIRE(reply.takeover);
  CHECK(service.transfers.asked == std::vector<std::string>{"south relays move-1 disk"});
  test::StreamPair pair = test::make_stream_pair(service.world.loop);
  Scope& scope = service.scope;
  REQUIRE(scope.spawn(run_takeover(std::move(reply), std::move(pair.second))));
  std::string heard;
  REQUIRE(scope.spawn(read_line(*service.transfers.relay_end, heard)));
  REQUIRE(scope.spawn(write_line(*pair.first, "pages")));
  service.settle();
  CHECK(heard == "pages");

  asked = service.request(As::host, "GET", path + "sound");
  asked.headers.set("Upgrade", model::kRelayProtocol);
  CHECK(service.ask(asked).text("/sources/0/parameter") == "channel");
}

// An image of this tenant whose file is here.
std::string put_image(ApiService& service, const std::string& tenant, const std::string& content) {
  const std::string digest = "sha256:" + test::FakeHashing::digest_of(content);
  service.world.files.content[service.blobs.path_of(digest)] = content;
  model::Image image;
  image.metadata = {.name = "image", .tenant = tenant};
  image.spec.blobs = {{model::BlobRole::disk, digest, {static_cast<std::int64_t>(content.size())}}};
  REQUIRE(service.run(service.tables.images.create(image)));
  service.settle();
  return "/providers/hanse.storage/v1/blobs/" + digest;
}

void give_tenant(ApiService& service, const std::string& tenant) {
  REQUIRE(service.run(service.membership.set_policy(
      "[[peers]]\nname = \"south\"\n[peers.gives]\ntenants = [\"" + tenant + "\"]\n")));
}

TEST_CASE("a blob is sent in pieces to those who may have it") {
  ApiService service;
  const std::string content(600'000, 'x');
  const std::string digest = "sha256:" + test::FakeHashing::digest_of(content);
  service.world.files.content[service.blobs.path_of(digest)] = content;
  http::Reply reply =
      service.reply(service.request(As::host, "GET", "/providers/hanse.storage/v1/blobs/" + digest));
  http::BodySource body = reply.body.value_or(http::BodySource{});
  REQUIRE(body.read);
  CHECK(body.length == content.size());
  std::string received;
  std::vector<std::byte> buffer(1 << 20);
  for (;;) {
    const auto got = service.run(body.read(buffer));
    REQUIRE(got);
    if (*got == 0) break;
    received.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  CHECK(received == content);
  const std::string missing = "/providers/hanse.storage/v1/blobs/sha256:" + std::string(64, '0');
  CHECK(service.ask(As::peer, "GET", missing).status == 404);
}

TEST_CASE("a zone fetches a blob by chunks, whose digests it can ask for") {
  ApiService service;
  const std::string content(600'000, 'x');
  const std::string blob = put_image(service, "default", content);
  give_tenant(service, "default");
  const Answer manifest = service.ask(As::peer, "GET", blob + "/manifest");
  REQUIRE(manifest.status == 200);
  CHECK(manifest.body.at("size") == 600'000);
  CHECK(manifest.body.at("chunks").get_array().size() == 3);
  const http::Reply chunk = service.reply(service.request(As::peer, "GET", blob + "/chunks/2"));
  CHECK(chunk.response.status == 200);
  const std::size_t rest = content.size() - 2 * static_cast<std::size_t>(zone::kLeastImageChunk);
  CHECK(codec::ZstdDecompressor().decompress(chunk.response.body, rest).value() == content.substr(0, rest));
  CHECK(service.ask(As::peer, "GET", blob + "/chunks/3").status == 400);
  CHECK(service.ask(As::peer, "GET", blob + "/chunks/-1").status == 400);
  CHECK(service.ask(As::peer, "GET", blob + "/chunks/1x").status == 400);
  const std::string missing = "/providers/hanse.storage/v1/blobs/sha256:" + std::string(64, '0');
  CHECK(service.ask(As::peer, "GET", missing + "/manifest").status == 404);
  CHECK(service.ask(As::peer, "GET", "/providers/hanse.storage/v1/blobs/x/manifest").status == 400);
  CHECK(service.ask(As::host, "GET", blob + "/manifest").status == 403);
}

TEST_CASE("a zone is given the files of images of those tenants that the policy gives it") {
  ApiService service;
  const std::string blob = put_image(service, "acme", "content");
  const auto asked = [&service](const std::string& path) {
    return service.reply(service.request(As::peer, "GET", path)).response.status;
  };
  for (const char* part : {"", "/manifest", "/chunks/0"}) {
    CAPTURE(part);
    give_tenant(service, "default");
    CHECK(asked(blob + part) == 403);
    give_tenant(service, "acme");
    CHECK(asked(blob + part) == 200);
  }
  give_tenant(service, "default");
  CHECK(service.ask(As::peer, "GET", blob).text("/detail") ==
        "the policy here gives zone 'south' no image that has blob " + blob.substr(blob.find("sha256:")));
  CHECK(service.ask(As::user, "GET", blob + "/manifest").status == 200);
  // Another tenant's image that has the same file.
  put_image(service, "default", "content");
  CHECK(asked(blob) == 200);
  // An upload that no image names is nobody's.
  const std::string digest = "sha256:" + test::FakeHashing::digest_of("upload");
  service.world.files.content[service.blobs.path_of(digest)] = "upload";
  CHECK(asked("/providers/hanse.storage/v1/blobs/" + digest) == 404);
}

TEST_CASE("the files of an image are given no more when it is gone") {
  ApiService service;
  const std::string blob = put_image(service, "default", "content");
  give_tenant(service, "default");
  CHECK(service.reply(service.request(As::peer, "GET", blob)).response.status == 200);
  REQUIRE(service.run(
      service.tables.images.erase(*service.tables.images.get({.tenant = "default", .name = "image"}))));
  service.settle();
  CHECK(service.reply(service.request(As::peer, "GET", blob)).response.status == 404);
}

}  // namespace
}  // namespace hanse::api
