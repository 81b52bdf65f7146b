// CertificateRenewal: keeps the certificate that the zone serves with fresh (runtime/renewal.h), by its own
// CA.
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
  Task<Status> renew();
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
