// Which QEMU may move a guest live under emulation. Hosts refuse with an older one, and zones name it as the
// remedy.
#pragma once

namespace hanse::model {

// Older ones damage guests: 9 of 35 had stale memory after a move with 7.2.
inline constexpr int kFirstQemuForEmulatedMoves = 9;

}  // namespace hanse::model
