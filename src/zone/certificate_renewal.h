// CertificateRenewal: keeps the certificate that the zone serves with fresh: another one is made when half of
// its life is over, by the wall clock, which is the one that others judge it by. It may be set, or the
// machine may sleep, so the time is looked at every few minutes. What fails is tried again soon.
//
// Thread: the loop. Failure: told in the log, as an error once the certificate is over.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "federation/zone_identity.h"
#include "runtime/certificates.h"
#include "runtime/runtime.h"

namespace hanse::zone {

class CertificateRenewal {
 public:
  struct Options {
    std::vector<std::string> addresses;  // what the certificate is for
    std::function<void()> renewed;       // called after each
  };

  CertificateRenewal(Runtime& runtime, Certificates& certificates, federation::ZoneIdentity& identity,
                     Options options)
      : runtime_(runtime),
        certificates_(certificates),
        identity_(identity),
        options_(std::move(options)),
        log_(runtime.log, "identity") {}

  // For ever.
  Task<void> keep_fresh();

 private:
  void complain(const Error& error) const;
  // Of the certificate in use; one that cannot be read is over.
  CertificateInfo certificate() const;

  Runtime& runtime_;
  Certificates& certificates_;
  federation::ZoneIdentity& identity_;
  Options options_;
  Logger log_;
};

}  // namespace hanse::zone
