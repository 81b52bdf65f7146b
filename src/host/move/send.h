// The source's side of a move, from the order to the hand-over: the content of the disks, what is written
// meanwhile, memory, pause, drain, the rest. SendMove holds what can be told of it.
//
// In a post-copy it hands over what lets the guest run at the target, and only when the zone has committed:
// from then on nothing leads back. The rest of its memory follows (send_post_copy.cpp).
//
// A stream that breaks does not end it: the guest runs on, and as soon as the target can be reached again the
// move goes on with what it lacks. Lifecycle: run() is one coroutine; destroying it leaves the machine as it
// stands, and roll_back() then makes it as it was. Thread: the loop. Failure: the state becomes `failed` with
// the reason; the zone decides.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/driver.h"
#include "host/move/limit_gate.h"
#include "host/move/marker.h"
#include "host/move/move_progress.h"
#include "host/move/seed_sender.h"
#include "host/move/streams.h"
#include "host/snapshots/snapshot_store.h"
#include "model/host_protocol.h"
#include "runtime/runtime.h"

namespace hanse::host {

// Without a word of the target for so long the move fails, and after so many streams that broke.
inline constexpr Nanos kCutPatience = Seconds{600};
inline constexpr int kMaxCuts = 30;

struct SendParts {
  Runtime& runtime;
  Driver& driver;
  StreamPaths& paths;
  MoveMarkers& markers;
  SeedParts seeding;
  SnapshotStore& snapshots;
};

class SendMove {
 public:
  SendMove(SendParts parts, const model::MachineDesired& desired, model::MoveOrder order);

  // Copies and hands over; completes when the state is handed_over or failed.
  Task<void> run();
  // Makes the machine run again as before, whatever happened; retries until it does.
  Task<void> roll_back();

  // What changes while it is carried out: limits count at once, whatever it is doing; and the commit.
  void change(const model::MoveOrder& order);

  model::MoveObserved observed() const;

 private:
  Task<Status> carry_out();
  Status check_power(RunState state) const;
  Task<Result<Readers>> open_content();
  Task<Status> send_copy();
  // It was created stopped, and nothing of it is here.
  bool is_unmade() const;
  bool is_stopped() const;
  Task<Status> thaw();
  Task<Status> begin_again();
  Task<Status> break_off();
  Task<Status> send_stopped();
  Task<Status> send_until_done(SeedPass pass);
  Task<Status> send_once(SeedPass pass);
  Task<Result<IncomingEndpoints>> seed(SeedPass pass);
  Task<Status> copy_all(OutgoingOptions options);
  Task<Status> send_after_commit();
  Task<Status> await_commit();
  Task<Status> send_committed();
  Task<Status> send_rest_until_done();
  Task<Status> rejoin();
  Task<Result<IncomingEndpoints>> ask_to_listen(const OpenPath& path);
  Task<Result<std::unique_ptr<Stream>>> connect_agent(const OpenPath& path);
  bool is_paused() const;
  void set_state(model::MoveState state, std::string error);
  void note_step(model::TransferStep step);
  model::TransferProgress progress() const;
  void note_clocks();
  void count_try();

  SendParts parts_;
  Logger log_;
  std::string uid_;
  model::MoveOrder order_;
  std::vector<std::string> snapshots_;  // that go with it
  std::vector<model::DiskSpec> disks_;  // the content that is sent begins with them
  Bytes memory_size_;                   // what there is to send before the hypervisor has counted
  model::MoveObserved observed_;
  MonotonicTime step_began_;
  SeedFigures seeded_before_;  // when it began
  struct {
    Bytes disk;
    Bytes memory;
  } sent_before_;        // in tries whose stream has broken
  bool counts_ = false;  // the hypervisor, for this move
  SwitchKind kind_ = SwitchKind::whole;
  LimitGate gate_;
  std::unique_ptr<OpenPath> path_;
  std::unique_ptr<SeedSender> sender_;  // once the disks are frozen
};

}  // namespace hanse::host
