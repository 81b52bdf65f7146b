#include "zone/federation/digest_pace.h"

#include <algorithm>
#include <cstdint>

namespace hanse::zone {

bool DigestPace::wants(MonotonicTime now, std::size_t peers, bool changed) const {
  const Nanos pause = std::max(kDigestPause, static_cast<std::int64_t>(peers) * kDigestPausePerPeer);
  if (!told_at_ || now - *told_at_ >= std::max(kDigestRefresh, pause)) return true;
  return changed && (!change_told_at_ || now - *change_told_at_ >= pause);
}

void DigestPace::told(MonotonicTime now, bool changed) {
  told_at_ = now;
  if (changed) change_told_at_ = now;
}

}  // namespace hanse::zone
