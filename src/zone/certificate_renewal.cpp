#include "zone/certificate_renewal.h"

#include <algorithm>

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr Nanos kLongestRenewalSleep = Seconds{600};
constexpr Nanos kRenewalRetryBase = Seconds{1};
constexpr Nanos kRenewalRetryCap = Seconds{300};

}  // namespace

CertificateInfo CertificateRenewal::certificate() const {
  return certificates_.read(identity_.certificate().certificate_pem).value_or(CertificateInfo{});
}

Task<void> CertificateRenewal::keep_fresh() {
  for (int failures = 0;;) {
    const CertificateInfo current = certificate();
    const WallTime half_life = current.not_before + (current.not_after - current.not_before) / 2;
    const Nanos left = half_life - runtime_.clock.wall_now();
    if (left > Nanos{0}) {
      co_await sleep_for(runtime_.scheduler, std::min(left, kLongestRenewalSleep));
      continue;
    }
    const Status renewed = identity_.renew(options_.addresses);
    if (renewed) {
      failures = 0;
      options_.renewed();
    } else {
      complain(renewed.error());
    }
    // Also after a success: certificates that are over when they are made are not made in a loop.
    co_await sleep_for(runtime_.scheduler,
                       backoff_delay(runtime_.random, failures, kRenewalRetryBase, kRenewalRetryCap));
    if (!renewed) ++failures;
  }
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
