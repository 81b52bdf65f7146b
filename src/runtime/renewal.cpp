#include "runtime/renewal.h"

#include <algorithm>

#include "runtime/random.h"
#include "runtime/sleep.h"

namespace hanse {
namespace {

constexpr Nanos kLongestSleep = Seconds{600};
constexpr Nanos kRetryBase = Seconds{1};
constexpr Nanos kRetryCap = Seconds{300};

WallTime half_life(const CertificateInfo& certificate) {
  return certificate.not_before + (certificate.not_after - certificate.not_before) / 2;
}

}  // namespace

Task<void> keep_renewed(Runtime& runtime, Renewal renewal) {
  for (int failures = 0;;) {
    const Nanos left = half_life(renewal.current()) - runtime.clock.wall_now();
    if (left > Nanos{0}) {
      co_await sleep_for(runtime.scheduler, std::min(left, kLongestSleep));
      continue;
    }
    const Status renewed = co_await renewal.renew();
    if (renewed) failures = 0;
    // Also after a success: a certificate that is over when it is made is not replaced in a loop.
    co_await sleep_for(runtime.scheduler, backoff_delay(runtime.random, failures, kRetryBase, kRetryCap));
    if (!renewed) ++failures;
  }
}

}  // namespace hanse
