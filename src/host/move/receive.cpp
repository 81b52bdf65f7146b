#include "host/move/receive.h"

#include <algorithm>
#include <boost/json.hpp>
#include <iterator>

#include "base/planted_bug.h"
#include "runtime/random.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MoveState;

constexpr Nanos kDiscardRetryBase = Millis{200};
constexpr Nanos kDiscardRetryCap = Seconds{5};
constexpr Nanos kDoorRetry = Seconds{1};
constexpr int kIncarnationDigits = 16;

// The source should know of it, and cannot see it by its stream alone.
bool is_of_this_host(const Error& error) {
  return error.code != Code::unavailable && error.code != Code::deadline_exceeded;
}

}  // namespace

ReceiveMove::ReceiveMove(ReceiveParts parts, const model::MachineDesired& desired, model::MoveOrder order)
    : parts_(parts),
      log_(parts.runtime.log, "move"),
      machine_(desired.machine),
      epoch_(desired.epoch),
      snapshots_(desired.snapshots),
      order_(std::move(order)),
      came_(parts.runtime.scheduler) {
  observed_.transfer = order_.transfer;
  observed_.state = MoveState::preparing;
}

Task<void> ReceiveMove::run() {
  const Status opened = co_await open();
  observed_.state = opened ? MoveState::ready : MoveState::failed;
  if (!opened) {
    observed_.error = opened.error().message;
    log_.warning("machine {} cannot be received: {}", machine_.uid, observed_.error);
  }
  parts_.driver.changes().notify();
  if (!door_) co_return;
  Scope scope(2);
  if (!scope.spawn(accept_all()) || !scope.spawn(serve_newest())) co_return;
  if constexpr (kPlantedBug == PlantedBug::resume_before_grant) {
    while (!co_await parts_.driver.resume_incoming(machine_.uid, epoch_))
      co_await sleep_for(parts_.runtime.scheduler, kDiscardRetryBase);
  }
  co_await scope.wait_idle();
}

Task<Status> ReceiveMove::open() {
  const std::string uid = machine_.uid;
  const auto state = parts_.driver.observe(uid);
  HANSE_CO_TRY(const auto marker, co_await parts_.markers.read(uid));
  if (marker && marker->transfer == observed_.transfer) co_return co_await open_again(*marker);
  if (state && state->run_state != RunState::stopped) {
    co_return fail(Code::already_exists, "machine {} is on this host already", uid);
  }
  HANSE_CO_CHECK(co_await ensure_blobs(parts_.blobs, machine_));
  // Before the source hears that it may begin: what is wrong here is known before anything moves.
  HANSE_CO_CHECK(co_await prepare(KeptDisks::none));
  HANSE_CO_CHECK(co_await open_door(""));
  co_return co_await note();
}

// The agent restarted. Nothing is done to the machine until the source says so: if it has handed over, what
// is here is all that there is.
Task<Status> ReceiveMove::open_again(MoveMarker marker) {
  observed_.seed_endpoint = marker.seed_endpoint;
  observed_.memory_endpoint = marker.memory_endpoint;
  observed_.disk_endpoint = marker.disk_endpoint;
  if (!order_.credentials.key_pem.empty()) co_return co_await open_door(marker.seed_endpoint);
  // The zone restarted too, and with it the keys are gone: only hypervisors that speak already go on.
  const auto state = parts_.driver.observe(machine_.uid);
  if (state && state->run_state == RunState::incoming) co_return Status();
  co_return fail(Code::unavailable, "the incoming machine was lost while the host's agent was away");
}

Task<Status> ReceiveMove::open_door(std::string endpoint) {
  HANSE_CO_TRY(door_, co_await open_seed_door(parts_.seeding, machine_.uid, order_, std::move(endpoint)));
  observed_.seed_endpoint = to_string(door_->local_endpoint());
  co_return Status();
}

Task<Status> ReceiveMove::prepare(KeptDisks kept) {
  receiver_.reset();
  writers_.clear();
  stage_ = Stage::lost;
  HANSE_CO_TRY(writers_, co_await parts_.driver.prepare_incoming(machine_, epoch_, kept));
  HANSE_CO_CHECK(co_await prepare_snapshots(kept));
  stage_ = Stage::seeding;
  if (kept == KeptDisks::all) co_return Status();
  incarnation_ = random_token(parts_.runtime.random, kIncarnationDigits);
  touched_ = false;
  written_ = 0;
  co_return Status();
}

// Their parts come as disks do, behind those.
Task<Status> ReceiveMove::prepare_snapshots(KeptDisks kept) {
  for (const model::SnapshotDesired& snapshot : snapshots_) {
    HANSE_CO_TRY(Writers parts, co_await parts_.snapshots.begin({.id = {machine_.uid, snapshot.uid},
                                                                 .parts = snapshot.parts,
                                                                 .keep = kept == KeptDisks::all}));
    std::move(parts.begin(), parts.end(), std::back_inserter(writers_));
  }
  co_return Status();
}

Task<Status> ReceiveMove::finish_snapshots() {
  for (const model::SnapshotDesired& snapshot : snapshots_)
    HANSE_CO_CHECK(co_await parts_.snapshots.finish({machine_.uid, snapshot.uid}));
  co_return Status();
}

Task<Status> ReceiveMove::note() {
  return parts_.markers.write(machine_.uid, MoveMarker{.transfer = observed_.transfer,
                                                       .seed_endpoint = observed_.seed_endpoint,
                                                       .memory_endpoint = observed_.memory_endpoint,
                                                       .disk_endpoint = observed_.disk_endpoint});
}

Task<void> ReceiveMove::accept_all() {
  for (;;) {
    Result<std::unique_ptr<Stream>> stream = co_await door_->accept();
    if (!stream) {
      co_await sleep_for(parts_.runtime.scheduler, kDoorRetry);
    } else if (!greetings_.spawn(greet(std::move(*stream)))) {
      log_.warning("transfer '{}': {} connections say nothing; one more is closed", order_.transfer,
                   kMaxGreetings);
    }
  }
}

// Whoever has no keys of this transfer, or says nothing, gets no further and disturbs nobody.
Task<void> ReceiveMove::greet(std::unique_ptr<Stream> stream) {
  Source source{.stream = std::make_unique<SeedStream>(parts_.runtime.scheduler, std::move(stream))};
  const Result<codec::SharedFrame> frame = co_await source.stream->next(kHelloLimit);
  if (!frame || type_of(*frame) != codec::SeedFrame::hello) co_return;
  Result<codec::SeedHello> hello = read_seed_json<codec::SeedHello>(*frame);
  if (!hello) co_return;
  source.hello = std::move(*hello);
  newest_ = std::move(source);
  came_.notify();
}

Task<void> ReceiveMove::serve_newest() {
  for (;;) {
    const std::uint64_t seen = came_.version();
    if (!newest_) {
      co_await came_.changed_since(seen);
      continue;
    }
    serving_.reset();
    Source source = std::move(*newest_);
    newest_.reset();
    serving_ = std::make_unique<Scope>(1);
    if (!serving_->spawn(serve(std::move(source)))) log_.error("a source cannot be served");
  }
}

Task<void> ReceiveMove::serve(Source source) {
  const Status served = co_await seed(*source.stream, std::move(source.hello));
  if (served) co_return;
  log_.warning("machine {} is not seeded yet in transfer '{}': {}", machine_.uid, order_.transfer,
               served.error().message);
  if (!is_of_this_host(served.error())) co_return;
  const codec::SeedFailed failed{.code = std::string(traits_of(served.error().code).name),
                                 .error = served.error().message};
  // Best effort: the end of the stream says it too.
  [[maybe_unused]] const Status told =
      co_await source.stream->send(seed_frame(codec::SeedFrame::failed, json::dump(to_json(failed))));
}

// What an earlier source of this move has left is used if this one knows of it, and else thrown away.
Task<Status> ReceiveMove::make_ready(const codec::SeedHello& hello) {
  const bool resumes = !incarnation_.empty() && hello.incarnation == incarnation_;
  const auto state = parts_.driver.observe(machine_.uid);
  const bool lives = state && state->run_state == RunState::incoming;
  if (stage_ == Stage::open) co_return co_await prepare(resumes ? KeptDisks::all : KeptDisks::none);
  // What a hypervisor that has died had not written yet is lost.
  if (stage_ == Stage::lost || !lives || (touched_ && !resumes)) co_return co_await prepare(KeptDisks::none);
  co_return Status();
}

Task<Status> ReceiveMove::seed(SeedStream& stream, codec::SeedHello hello) {
  if (receiver_) written_ = receiver_->written();
  HANSE_CO_CHECK(co_await make_ready(hello));
  const bool resumes = hello.incarnation == incarnation_;
  if (resumes && hello.written > written_)
    co_return fail(Code::invalid_argument, "the source says that {} windows are written, and {} are",
                   hello.written, written_);
  receiver_ = std::make_unique<SeedReceiver>(parts_.seeding.parts, writers_);
  HANSE_CO_CHECK(receiver_->check(hello, order_.transfer));
  touched_ = true;
  HANSE_CO_CHECK(co_await stream.send(seed_frame(
      codec::SeedFrame::welcome, json::dump(to_json(codec::SeedWelcome{.incarnation = incarnation_})))));
  HANSE_CO_CHECK(co_await receiver_->run(stream, resumes ? hello.written : 0));
  HANSE_CO_CHECK(co_await finish_snapshots());
  writers_.clear();
  stage_ = Stage::open;  // also when what follows is cut short: all is on disk
  if (order_.mode != model::TransferMode::live) co_return co_await finish(stream);
  IncomingOptions options{.credentials = order_.credentials,
                          .peer_name = order_.peer_name,
                          .streams = order_.streams,
                          .direct = order_.path != model::StreamPath::relayed};
  HANSE_CO_TRY(const IncomingEndpoints endpoints,
               co_await parts_.driver.open_incoming(machine_.uid, std::move(options)));
  observed_.memory_endpoint = endpoints.memory;
  observed_.disk_endpoint = endpoints.disk;
  HANSE_CO_CHECK(co_await note());
  parts_.driver.changes().notify();
  const codec::SeedReady ready{.memory_endpoint = endpoints.memory, .disk_endpoint = endpoints.disk};
  co_return co_await stream.send(seed_frame(codec::SeedFrame::ready, json::dump(to_json(ready))));
}

// No state will come: the machine waits, stopped, for the grant.
Task<Status> ReceiveMove::finish(SeedStream& stream) {
  HANSE_CO_CHECK(co_await parts_.driver.finish_incoming(machine_.uid));
  HANSE_CO_CHECK(co_await note());
  co_return co_await stream.send(
      seed_frame(codec::SeedFrame::ready, json::dump(to_json(codec::SeedReady()))));
}

Task<void> ReceiveMove::discard() {
  const std::string uid = machine_.uid;
  for (int attempt = 0;; ++attempt) {
    Status gone = co_await parts_.driver.remove(uid);
    if (gone) gone = co_await parts_.snapshots.remove_machine(uid);
    if (gone) gone = co_await parts_.markers.remove(uid);
    if (gone) break;
    observed_.error = gone.error().message;
    co_await sleep_for(parts_.runtime.scheduler,
                       backoff_delay(parts_.runtime.random, attempt, kDiscardRetryBase, kDiscardRetryCap));
  }
  observed_.state = MoveState::discarded;
  observed_.error.clear();
  parts_.driver.changes().notify();
}

}  // namespace hanse::host
