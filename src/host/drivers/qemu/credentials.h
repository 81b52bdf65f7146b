// The certificates of one move, as QEMU reads them: fixed file names in a folder of the guest user, which
// exists only while the move is under way; and the object in QEMU that they become.
//
// Thread: the loop. Failure: of Files and QMP; invalid_argument when credentials are missing.
#pragma once

#include <string>

#include "host/drivers/qemu/machine.h"
#include "host/drivers/qemu/qmp_commands.h"

namespace hanse::host::qemu {

inline constexpr const char* kMoveCredentials = "move-tls";

// The files alone, in a folder that is there.
Task<Status> write_credentials(DriverContext& context, std::string folder,
                               model::StreamCredentials credentials, qmp::TlsRole role);
// Replaces those of an earlier move. Requires: a session.
Task<Status> install_credentials(DriverContext& context, Machine& machine,
                                 model::StreamCredentials credentials, qmp::TlsRole role);
// Absent already is good.
Task<Status> remove_credentials(DriverContext& context, Machine& machine);

}  // namespace hanse::host::qemu
