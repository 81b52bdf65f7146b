// Who sends a request, as the connection and the token prove it. Deny by default: a route says which kinds
// may call it, and which permission a user needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/clock.h"

namespace hanse::zone {

enum class CallerKind {
  anonymous,  // nothing was proved
  user,       // a bearer token of this zone or of an issuer that it trusts
  host,       // a certificate of this zone's CA: hanse://zone/<zone>/host/<name>
  peer,       // a certificate of a trusted zone's CA: hanse://zone/<name>
};

// The subject of the administrator; only he may make tokens for it.
inline constexpr char kAdministrator[] = "admin";
// What names a group among the subjects of a role assignment.
inline constexpr char kGroupPrefix[] = "group:";

struct Caller {
  CallerKind kind = CallerKind::anonymous;
  std::string name = {};                    // the token's subject, the host's or the zone's name
  std::vector<std::string> groups = {};     // of a user: "group:<name>"
  bool administrator = false;               // may do everything that users may do
  std::optional<WallTime> expires_at = {};  // of the token; nothing: it does not
  std::string issuer = {};                  // of the token: who says who this is
};

}  // namespace hanse::zone
