#include "host/drivers/qemu/credentials.h"

#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

// RFC 7919's ffdhe2048. Without this file QEMU searches a prime for as long as a second and more, in which
// its monitor does not answer; with ECDHE nobody uses it.
constexpr const char* kGroup = R"(-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
)";

Task<Status> write_private(DriverContext& context, std::string path, std::string content) {
  HANSE_CO_CHECK(co_await context.runtime.files.write_atomically(path, std::move(content), 0600));
  const auto& user = context.options.guest_user;
  if (!user) co_return Status();
  co_return co_await context.runtime.files.change_owner(std::move(path), user->user, user->group);
}

}  // namespace

Task<Status> write_credentials(DriverContext& context, std::string folder,
                               model::StreamCredentials credentials, qmp::TlsRole role) {
  const bool is_server = role == qmp::TlsRole::server;
  const std::string prefix = folder + (is_server ? "/server-" : "/client-");
  HANSE_CO_CHECK(co_await write_private(context, folder + "/ca-cert.pem", credentials.peer_ca_pem));
  HANSE_CO_CHECK(co_await write_private(context, prefix + "cert.pem", credentials.certificate_pem));
  HANSE_CO_CHECK(co_await write_private(context, prefix + "key.pem", credentials.key_pem));
  if (is_server) HANSE_CO_CHECK(co_await write_private(context, folder + "/dh-params.pem", kGroup));
  co_return Status();
}

Task<Status> install_credentials(DriverContext& context, Machine& machine,
                                 model::StreamCredentials credentials, qmp::TlsRole role) {
  if (credentials.certificate_pem.empty() || credentials.key_pem.empty() || credentials.peer_ca_pem.empty())
    co_return fail(Code::invalid_argument, "machine {} cannot move without certificate, key and peer CA",
                   machine.uid());
  HANSE_CO_CHECK(co_await remove_credentials(context, machine));
  const std::string folder = machine.paths.in_run("tls");
  HANSE_CO_CHECK(co_await make_guest_folder(context.runtime, context.options, folder));
  HANSE_CO_CHECK(co_await write_credentials(context, folder, std::move(credentials), role));
  co_return co_await qmp::object_add_tls(machine.session->monitor(), kMoveCredentials, folder, role);
}

Task<Status> remove_credentials(DriverContext& context, Machine& machine) {
  if (machine.lives()) {
    // QEMU says the same for an object that never was and for other refusals; adding it again would tell.
    static_cast<void>(co_await qmp::object_del(machine.session->monitor(), kMoveCredentials));
  }
  co_return co_await context.runtime.files.remove_all(machine.paths.in_run("tls"));
}

}  // namespace hanse::host::qemu
