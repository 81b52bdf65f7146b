#include "host/drivers/qemu/credentials.h"

#include "host/drivers/qemu/tools.h"

namespace hanse::host::qemu {
namespace {

Task<Status> write_private(DriverContext& context, std::string path, std::string content) {
  HANSE_CO_CHECK(co_await context.runtime.files.write_atomically(path, std::move(content), 0600));
  const auto& user = context.options.guest_user;
  if (!user) co_return Status();
  co_return co_await context.runtime.files.change_owner(std::move(path), user->user, user->group);
}

}  // namespace

Task<Status> install_credentials(DriverContext& context, Machine& machine,
                                 model::StreamCredentials credentials, qmp::TlsRole role) {
  if (credentials.certificate_pem.empty() || credentials.key_pem.empty() || credentials.peer_ca_pem.empty())
    co_return fail(Code::invalid_argument, "machine {} cannot move without certificate, key and peer CA",
                   machine.uid());
  HANSE_CO_CHECK(co_await remove_credentials(context, machine));
  const std::string folder = machine.paths.in_run("tls");
  const std::string prefix = folder + (role == qmp::TlsRole::server ? "/server-" : "/client-");
  HANSE_CO_CHECK(co_await make_guest_folder(context.runtime, context.options, folder));
  HANSE_CO_CHECK(co_await write_private(context, folder + "/ca-cert.pem", credentials.peer_ca_pem));
  HANSE_CO_CHECK(co_await write_private(context, prefix + "cert.pem", credentials.certificate_pem));
  HANSE_CO_CHECK(co_await write_private(context, prefix + "key.pem", credentials.key_pem));
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
