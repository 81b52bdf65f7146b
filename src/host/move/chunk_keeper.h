// ChunkKeeper: writes chunks into the host's store beside the move that they come from. What the store
// refuses holds up no move: the log says so, once.
//
// Lifecycle: destroying it leaves what is being written to its end. Thread: the loop. Bound: kMaxKeeping
// calls of the store at once; who brings more waits.
#pragma once

#include <cstddef>
#include <vector>

#include "base/scope.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
#include "store/chunk_store.h"

namespace hanse::host {

inline constexpr std::size_t kMaxKeeping = 4;

class ChunkKeeper {
 public:
  ChunkKeeper(Runtime& runtime, store::ChunkStore& chunks)
      : log_(runtime.log, "chunks"), chunks_(chunks), changed_(runtime.scheduler) {}

  // Completes when they are taken over. Requires: each has been checked against its digest.
  Task<void> keep(std::vector<store::StoredChunk> chunks);

 private:
  Task<void> write(std::vector<store::StoredChunk> chunks);

  Logger log_;
  store::ChunkStore& chunks_;
  Signal changed_;
  bool refused_ = false;
  Scope writing_{kMaxKeeping};  // declared last: destroyed first
};

}  // namespace hanse::host
