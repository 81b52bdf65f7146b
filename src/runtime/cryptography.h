// All that a program proves and checks identities with, to be handed on as one. Thread: as each part says.
#pragma once

#include "runtime/certificates.h"
#include "runtime/hashing.h"
#include "runtime/json_web_keys.h"
#include "runtime/signatures.h"

namespace hanse {

struct Cryptography {
  Certificates& certificates;
  Hashing& hashing;
  Signatures& signatures;
  JsonWebKeys& web_keys;
};

}  // namespace hanse
