#include "zone/certificate_renewal.h"

#include "runtime/renewal.h"

namespace hanse::zone {

CertificateInfo CertificateRenewal::certificate() const {
  return certificates_.read(identity_.certificate().certificate_pem).value_or(CertificateInfo{});
}

Task<void> CertificateRenewal::keep_fresh() {
  return keep_renewed(runtime_,
                      {.current = [this] { return certificate(); }, .renew = [this] { return renew(); }});
}

Task<Status> CertificateRenewal::renew() {
  Status renewed = identity_.renew(options_.addresses);
  if (renewed) {
    options_.renewed();
  } else {
    complain(renewed.error());
  }
  co_return renewed;
}

void CertificateRenewal::complain(const Error& error) const {
  const WallTime end = certificate().not_after;
  if (runtime_.clock.wall_now() > end) {
    log_.error("the zone's certificate has ended at {} and cannot be renewed: {}", to_rfc3339(end),
               error.message);
  } else {
    log_.warning("the zone's certificate ends at {} and cannot be renewed: {}", to_rfc3339(end),
                 error.message);
  }
}

}  // namespace hanse::zone
