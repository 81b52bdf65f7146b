// Who sends a request, as the connection and the token prove it. Deny by default: a route says which kinds
// may call it.
#pragma once

#include <string>

namespace hanse::zone {

enum class CallerKind {
  anonymous,  // nothing was proved
  user,       // a bearer token of this zone
  host,       // a certificate of this zone's CA: hanse://zone/<zone>/host/<name>
  peer,       // a certificate of a trusted zone's CA: hanse://zone/<name>
};

struct Caller {
  CallerKind kind = CallerKind::anonymous;
  std::string name = {};  // the token's subject, the host's or the zone's name
};

}  // namespace hanse::zone
