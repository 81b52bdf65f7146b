// The target's side of a move on this host: fetch the blobs, prepare the machine, and wait for the source:
// its agent first, which brings the content of the disks, then its hypervisor. Or throw all of it away. The
// machine is resumed not here but by its reconciler, when the zone wants it running in the new epoch.
//
// A source whose stream broke comes again, and goes on where it was. The newest counts: until it hands over,
// the source alone knows what is of use here. Lifecycle: run() and discard() are coroutines of one activity.
// Thread: the loop. Failure: state `failed` with the reason; what goes wrong with a source is told to it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "host/blobs.h"
#include "host/driver.h"
#include "host/move/marker.h"
#include "host/move/seed_door.h"
#include "host/move/seed_receiver.h"
#include "host/snapshots/snapshot_store.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"

namespace hanse::host {

// Connections that have not said who they are.
inline constexpr std::size_t kMaxGreetings = 4;
inline constexpr Nanos kHelloLimit = Seconds{10};

struct ReceiveParts {
  Runtime& runtime;
  Driver& driver;
  BlobSource& blobs;
  MoveMarkers& markers;
  SeedContext& seeding;
  SnapshotStore& snapshots;
};

class ReceiveMove {
 public:
  ReceiveMove(ReceiveParts parts, const model::MachineDesired& desired, model::MoveOrder order);

  Task<void> run();
  Task<void> discard();

  model::MoveObserved observed() const { return observed_; }

 private:
  // A source that has said hello.
  struct Source {
    std::unique_ptr<SeedStream> stream;
    codec::SeedHello hello;
  };
  // What the hypervisor here is ready for. `lost`: nothing of its disks is known.
  enum class Stage { lost, seeding, open };

  Task<Status> open();
  Task<Status> open_again(MoveMarker marker);
  Task<Status> open_door(std::string endpoint);
  Task<Status> prepare(KeptDisks kept);
  Task<Status> prepare_snapshots(KeptDisks kept);
  Task<Status> finish_snapshots();
  Task<Status> note();

  Task<void> accept_all();
  Task<void> greet(std::unique_ptr<Stream> stream);
  Task<void> serve_newest();
  Task<void> serve(Source source);
  Task<Status> seed(SeedStream& stream, codec::SeedHello hello);
  Task<Status> finish(SeedStream& stream);
  Task<Status> make_ready(const codec::SeedHello& hello);

  ReceiveParts parts_;
  Logger log_;
  model::MachineSpec machine_;
  Epoch epoch_;
  std::vector<model::SnapshotDesired> snapshots_;  // that come with it
  model::MoveOrder order_;
  model::MoveObserved observed_;

  Stage stage_ = Stage::lost;
  Writers writers_;
  std::string incarnation_;    // of the disks
  bool touched_ = false;       // some source has written to them
  std::uint32_t written_ = 0;  // windows of them, before the receiver's
  std::unique_ptr<SeedReceiver> receiver_;
  std::unique_ptr<Listener> door_;
  std::optional<Source> newest_;  // that has not been served yet
  Signal came_;
  Scope greetings_{kMaxGreetings};  // with the next: destroyed before what they use
  std::unique_ptr<Scope> serving_;
};

}  // namespace hanse::host
