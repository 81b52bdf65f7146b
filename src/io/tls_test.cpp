// TLS as users of the network see it.
#include <doctest/doctest.h>
#include <string>

#include "io/stream_test_support.h"

namespace hanse::io {
namespace {

using namespace test;

constexpr const char* kServerName = "hanse://zone/a";
constexpr const char* kHostName = "hanse://zone/a/host/h1";
constexpr std::size_t kLargeRecord = 3 << 20;

// Without "connection with 127.0.0.1:43210: ".
std::string reason(const Error& error) {
  return error.message.substr(error.message.find(": ") + 2);
}

struct TlsFixture : StreamFixture {
  Authority ours{"zone a"};
  Authority theirs{"zone b"};
  Echo echo;

  // What a client gets that speaks with an echo server.
  Result<std::string> talk(TlsOptions server, std::optional<TlsOptions> client, std::string text = "hello") {
    const auto listener = listen(std::move(server));
    Scope scope;
    REQUIRE(scope.spawn(echo_once(*listener, echo)));
    auto answer = say(listener->local_endpoint(), std::move(text), std::move(client));
    REQUIRE(real.run_task(until_idle(scope)));
    return answer;
  }
};

TEST_CASE_FIXTURE(TlsFixture, "both ends learn who the other is and which CA says so") {
  const std::string text(kLargeRecord, 'x');
  CHECK(talk(ours.options(kServerName), ours.options(kHostName, kServerName), text) == text);
  CHECK(echo.end);
  CHECK(echo.peer.name == kHostName);
  CHECK(echo.peer.issuer_fingerprint == ours.fingerprint());
  CHECK(server_identity.name == kServerName);
  CHECK(server_identity.issuer_fingerprint == ours.fingerprint());
}

TEST_CASE_FIXTURE(TlsFixture, "each end may trust several CAs and tells them apart") {
  TlsOptions server = ours.options(kServerName);
  server.trusted_ca_pem += theirs.anonymous().trusted_ca_pem;
  TlsOptions client = theirs.options("hanse://zone/b");
  client.trusted_ca_pem = ours.anonymous().trusted_ca_pem;
  CHECK(talk(server, client) == "hello");
  CHECK(echo.peer.name == "hanse://zone/b");
  CHECK(echo.peer.issuer_fingerprint == theirs.fingerprint());
}

TEST_CASE_FIXTURE(TlsFixture,
                  "a client without certificate is nobody, and is refused where one is required") {
  TlsOptions server = ours.options(kServerName);
  CHECK(talk(server, ours.anonymous()) == "hello");
  CHECK(echo.peer.name.empty());
  CHECK(echo.peer.issuer_fingerprint.empty());
  server.require_certificate = true;
  const auto refused = talk(server, ours.anonymous());
  CHECK(refused.error().code == Code::unauthenticated);
  CHECK(reason(echo.end.error()) == "it shows no certificate; give it one of a trusted CA");
}

TEST_CASE_FIXTURE(TlsFixture, "a server of another CA is refused") {
  const auto refused = talk(theirs.options(kServerName), ours.anonymous());
  CHECK(refused.error().code == Code::unauthenticated);
  CHECK(reason(refused.error()) ==
        "its certificate is refused: unable to get local issuer certificate; "
        "check that its CA is trusted here");
  CHECK_FALSE(echo.end);
}

TEST_CASE_FIXTURE(TlsFixture, "a pinned CA is trusted when the server shows it, and no other is") {
  TlsOptions server = ours.options(kServerName);
  const TlsOptions pinned{.pinned_ca_fingerprint = ours.fingerprint()};
  CHECK_FALSE(talk(server, pinned));  // its chain does not hold the CA
  server.certificate_pem += server.trusted_ca_pem;
  CHECK(talk(server, pinned) == "hello");
  CHECK(server_identity.name == kServerName);
  CHECK(server_identity.issuer_fingerprint == ours.fingerprint());
  // The pinned CA is shown, but another has signed.
  TlsOptions liar = theirs.options(kServerName);
  liar.certificate_pem += server.trusted_ca_pem;
  CHECK(talk(liar, pinned).error().code == Code::unauthenticated);
  CHECK(talk(server, TlsOptions{.pinned_ca_fingerprint = theirs.fingerprint()}).error().code ==
        Code::unauthenticated);
}

TEST_CASE_FIXTURE(TlsFixture, "a client of another CA is refused, also where certificates are optional") {
  TlsOptions client = theirs.options(kHostName);
  client.trusted_ca_pem = ours.anonymous().trusted_ca_pem;
  const auto refused = talk(ours.options(kServerName), client);
  CHECK_FALSE(refused);
  CHECK(echo.end.error().code == Code::unauthenticated);
  CHECK(log.contains("its certificate is refused"));
}

TEST_CASE_FIXTURE(TlsFixture, "a server of another name is refused") {
  const auto refused = talk(ours.options(kHostName), ours.options(kHostName, kServerName));
  CHECK(refused.error().code == Code::unauthenticated);
  CHECK(reason(refused.error()) ==
        "it proves to be 'hanse://zone/a/host/h1' and not 'hanse://zone/a'; check the address");
}

TEST_CASE_FIXTURE(TlsFixture, "a server whose certificate is for another host is refused") {
  const TlsOptions server = ours.options(kServerName, "", {"login.example.org"});
  TlsOptions client = ours.anonymous();
  client.expected_host = "login.example.org";
  CHECK(talk(server, client) == "hello");
  for (const char* other : {"example.org", "127.0.0.1"}) {
    client.expected_host = other;
    CHECK(talk(server, client).error().code == Code::unauthenticated);
  }
}

TEST_CASE_FIXTURE(TlsFixture, "plain text on a TLS port is refused with a line in the log") {
  const auto listener = listen(ours.options(kServerName));
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  const auto client = real.run_task(network.connect(listener->local_endpoint(), {}, kConnectLimit)).value();
  REQUIRE(real.run_task(client->write(as_bytes("GET / HTTP/1.1\r\n\r\n"))));
  REQUIRE(real.run_task(until_idle(scope)));
  CHECK(echo.end.error().code == Code::unauthenticated);
  CHECK(log.contains("it speaks plain text on a TLS port; use https or TLS"));
  (void)real.run_task(read_text(*client, kLargeRecord));  // ends: the connection was closed
}

TEST_CASE_FIXTURE(TlsFixture, "a server that does not speak TLS is named") {
  const auto listener = listen();
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  const auto stream =
      real.run_task(network.connect(listener->local_endpoint(), ours.anonymous(), kConnectLimit));
  CHECK(stream.error().code == Code::unauthenticated);
}

TEST_CASE_FIXTURE(TlsFixture, "a silent server is given up at the time limit") {
  const auto listener = listen();  // its backlog takes the connection; nobody answers
  const auto stream =
      real.run_task(network.connect(listener->local_endpoint(), ours.anonymous(), Millis{50}));
  CHECK(stream.error().code == Code::deadline_exceeded);
}

TEST_CASE_FIXTURE(TlsFixture, "a silent client holds up nobody") {
  const auto listener = listen(ours.options(kServerName));
  const auto silent = real.run_task(network.connect(listener->local_endpoint(), {}, kConnectLimit)).value();
  Echo first;
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, first)));
  Scope second;
  REQUIRE(second.spawn(echo_once(*listener, echo)));
  CHECK(say(listener->local_endpoint(), "hello", ours.anonymous()) == "hello");
}

TEST_CASE_FIXTURE(TlsFixture, "a listener takes another certificate for new connections") {
  const auto listener = listen(ours.options(kServerName));
  REQUIRE(listener->set_tls(theirs.options("hanse://zone/b")));
  Scope scope;
  REQUIRE(scope.spawn(echo_once(*listener, echo)));
  CHECK(say(listener->local_endpoint(), "hello", theirs.anonymous()) == "hello");
  CHECK(server_identity.name == "hanse://zone/b");
  CHECK(listener->set_tls(TlsOptions{}).error().code == Code::invalid_argument);
  CHECK(listen()->set_tls(ours.options(kServerName)).error().code == Code::failed_precondition);
}

TEST_CASE_FIXTURE(TlsFixture, "a connection that is cut is no end of the stream") {
  Pair pair = connected(ours.options(kServerName), ours.anonymous());
  // An abandoned write keeps close() from saying the farewell of TLS.
  const std::string large(kLargeRecord, 'x');
  {
    Scope scope;
    REQUIRE(scope.spawn(write_text(*pair.client, large)));
  }
  CHECK(real.run_task(pair.client->write(as_bytes("more"))).error().code == Code::aborted);
  pair.client.reset();
  CHECK(real.run_task(read_text(*pair.server, 2 * kLargeRecord)).error().code == Code::unavailable);
}

TEST_CASE_FIXTURE(TlsFixture, "unusable certificates are refused before anything moves") {
  TlsOptions mixed = ours.options(kServerName);
  mixed.key_pem = ours.options(kServerName).key_pem;
  const Endpoint endpoint{.host = "127.0.0.1", .port = 1};
  CHECK(real.run_task(network.listen(Endpoint{.host = "127.0.0.1"}, mixed)).error().code ==
        Code::invalid_argument);
  CHECK(real.run_task(network.connect(endpoint, TlsOptions{}, kConnectLimit)).error().message ==
        "a TLS client needs a CA to trust; give the CA certificate of the zone");
}

}  // namespace
}  // namespace hanse::io
