// ZoneIdentity: the zone's own CA, made at first start and kept in its data folder (ca.pem, ca-key.pem), and
// the short-lived certificate that it serves with and shows to peers. Thread: the loop. Failure: those of
// Files; data_loss when the files do not fit together.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "runtime/certificates.h"
#include "runtime/files.h"
#include "runtime/network.h"

namespace hanse::federation {

// The certificate is made anew at each start and when half of its life is over.
inline constexpr Seconds kCertificateLifetime{24 * 3600};
inline constexpr Seconds kAuthorityLifetime{10 * 365 * 24 * 3600};

class ZoneIdentity {
 public:
  ZoneIdentity(Files& files, Certificates& certificates, std::string zone, std::string folder)
      : files_(files), certificates_(certificates), zone_(std::move(zone)), folder_(std::move(folder)) {}

  Task<Status> load_or_create();
  // A new certificate for the given addresses ("10.77.1.1", "zone.example").
  Status renew(const std::vector<std::string>& addresses);

  const std::string& ca_pem() const { return authority_.certificate_pem; }
  const std::string& ca_fingerprint() const { return fingerprint_; }
  const KeyedCertificate& authority() const { return authority_; }
  const KeyedCertificate& certificate() const { return certificate_; }

 private:
  Files& files_;
  Certificates& certificates_;
  std::string zone_;
  std::string folder_;
  KeyedCertificate authority_;
  KeyedCertificate certificate_;
  std::string fingerprint_;
};

}  // namespace hanse::federation
