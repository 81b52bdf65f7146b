#include "host/move/receive.h"

#include "base/planted_bug.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

using model::MoveState;

constexpr Nanos kDiscardRetryBase = Millis{200};
constexpr Nanos kDiscardRetryCap = Seconds{5};

}  // namespace

ReceiveMove::ReceiveMove(Runtime& runtime, Driver& driver, BlobSource& blobs, MoveMarkers& markers,
                         model::MachineSpec machine, Epoch epoch, model::MoveOrder order)
    : runtime_(runtime),
      log_(runtime.log, "move"),
      driver_(driver),
      blobs_(blobs),
      markers_(markers),
      machine_(std::move(machine)),
      epoch_(epoch),
      order_(std::move(order)) {
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
  driver_.changes().notify();
  if constexpr (kPlantedBug == PlantedBug::resume_before_grant) {
    while (opened && !co_await driver_.resume_incoming(machine_.uid, epoch_))
      co_await sleep_for(runtime_.scheduler, kDiscardRetryBase);
  }
}

Task<Status> ReceiveMove::open() {
  const std::string uid = machine_.uid;
  const auto state = driver_.observe(uid);
  HANSE_CO_TRY(const auto marker, co_await markers_.read(uid));
  if (marker && marker->transfer == observed_.transfer) {
    // The agent restarted; QEMU and its open ports did not.
    if (!state || state->run_state != RunState::incoming) {
      co_return fail(Code::unavailable, "the incoming machine was lost while the host's agent was away");
    }
    observed_.memory_endpoint = marker->memory_endpoint;
    observed_.disk_endpoint = marker->disk_endpoint;
    co_return Status{};
  }
  if (state && state->run_state != RunState::stopped) {
    co_return fail(Code::already_exists, "machine {} is on this host already", uid);
  }
  HANSE_CO_CHECK(co_await ensure_blobs(blobs_, machine_));
  IncomingOptions options{.credentials = order_.credentials,
                          .peer_name = order_.peer_name,
                          .streams = order_.streams,
                          .direct = order_.path != model::StreamPath::relayed};
  HANSE_CO_TRY(const IncomingEndpoints endpoints,
               co_await driver_.open_incoming(machine_, epoch_, std::move(options)));
  observed_.memory_endpoint = endpoints.memory;
  observed_.disk_endpoint = endpoints.disk;
  co_return co_await markers_.write(uid, MoveMarker{.transfer = observed_.transfer,
                                                    .memory_endpoint = endpoints.memory,
                                                    .disk_endpoint = endpoints.disk});
}

Task<void> ReceiveMove::discard() {
  const std::string uid = machine_.uid;
  for (int attempt = 0;; ++attempt) {
    Status gone = co_await driver_.remove(uid);
    if (gone) gone = co_await markers_.remove(uid);
    if (gone) break;
    observed_.error = gone.error().message;
    co_await sleep_for(runtime_.scheduler,
                       backoff_delay(runtime_.random, attempt, kDiscardRetryBase, kDiscardRetryCap));
  }
  observed_.state = MoveState::discarded;
  observed_.error.clear();
  driver_.changes().notify();
}

}  // namespace hanse::host
