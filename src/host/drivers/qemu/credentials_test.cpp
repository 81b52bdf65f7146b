#include "host/drivers/qemu/credentials.h"

#include <doctest/doctest.h>
#include <set>
#include <string>

#include "runtime/signal.h"
#include "tests/support/http_service.h"
#include "tests/support/test_runtime.h"

namespace hanse::host::qemu {
namespace {

std::set<std::string> files_of(qmp::TlsRole role) {
  test::TestRuntime world;
  const QemuOptions options;
  Signal changes(world.loop);
  DriverContext context{
      .runtime = world.runtime, .options = options, .log = Logger(world.log, "qemu"), .changes = changes};
  const model::StreamCredentials credentials{.certificate_pem = "c", .key_pem = "k", .peer_ca_pem = "p"};
  const auto written = test::complete(world.loop, write_credentials(context, "/tls", credentials, role));
  REQUIRE(written.has_value());
  REQUIRE(written->has_value());
  CHECK(world.files.content.at("/tls/ca-cert.pem") == "p");
  std::set<std::string> names;
  for (const auto& [path, text] : world.files.content) names.insert(path);
  return names;
}

TEST_CASE("a server is given a group, so that QEMU does not search for one while the move waits") {
  CHECK(files_of(qmp::TlsRole::server) == std::set<std::string>{"/tls/ca-cert.pem", "/tls/server-cert.pem",
                                                                "/tls/server-key.pem", "/tls/dh-params.pem"});
  CHECK(files_of(qmp::TlsRole::client) ==
        std::set<std::string>{"/tls/ca-cert.pem", "/tls/client-cert.pem", "/tls/client-key.pem"});
}

}  // namespace
}  // namespace hanse::host::qemu
