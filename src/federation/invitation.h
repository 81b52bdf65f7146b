// Invitation: all that the other side needs for a first contact with a zone, as one word for people to hand
// on:
//   hanse-join-1,<zone>,<endpoint>,<expiry, Unix seconds>,<SHA-256 of the CA>,<secret>,<check digits>
// hanse-join-1 invites a zone into the federation, hanse-host-1 a host into the zone. Whoever has the secret
// may use the invitation, once: it is no argument for a command line on a shared machine, see '-'.
//
// Pure but for the hash. Failure of reading: invalid_argument that says whether it is no invitation or an
// altered one.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/hashing.h"
#include "runtime/network.h"

namespace hanse::federation {

enum class InvitationKind { zone, host };

struct Invitation {
  InvitationKind kind = InvitationKind::zone;
  std::string zone;
  Endpoint endpoint;
  WallTime expires_at = {};
  std::string ca_fingerprint;
  std::string secret;
};

inline constexpr int kSecretDigits = 64;  // of a secret; 256 bits
// What the zone keeps of a secret.
std::string secret_digest(Hashing& hashing, std::string_view secret);

std::string to_text(Hashing& hashing, const Invitation& invitation);
Result<Invitation> read_invitation(Hashing& hashing, std::string_view text, InvitationKind wanted);

// invalid_argument with the time, when it is over at `now`.
Status check_expiry(const Invitation& invitation, WallTime now);

}  // namespace hanse::federation
