// The part of SimulatedDriver that moves machines.
#include <array>

#include "host/drivers/simulated/driver.h"
#include "host/drivers/simulated/simulated_disk.h"
#include "runtime/timeout.h"

namespace hanse::host::simulated {
namespace {

constexpr Nanos kDialTimeout = Seconds{10};
constexpr std::size_t kMaxGreeting = 256;

tl::unexpected<Error> no_saved_state() {
  return fail(Code::failed_precondition,
              "a simulated machine has no state to keep; take the snapshot without --memory");
}

}  // namespace

Task<Result<Writers>> SimulatedDriver::prepare_incoming(model::MachineSpec machine, Epoch epoch,
                                                        KeptDisks kept) {
  doors_.erase(machine.uid);
  HANSE_CO_CHECK(fleet_.prepare_incoming(options_.host, machine, epoch, kept));
  co_return make_disk_writers(fleet_, options_.host, machine);
}

Task<Result<IncomingEndpoints>> SimulatedDriver::open_incoming(std::string uid, IncomingOptions options) {
  Endpoint memory{.host = options_.stream_host};
  Endpoint disk{.host = options_.stream_host};
  if (!options.direct) {
    memory = Endpoint{.unix_path = options_.socket_folder + "/" + uid + ".memory"};
    disk = Endpoint{.unix_path = options_.socket_folder + "/" + uid + ".disk"};
  }
  doors_.erase(uid);
  HANSE_CO_TRY(IncomingEndpoints endpoints, co_await open_door(uid, std::move(memory), std::move(disk)));
  const Status opened = fleet_.open_incoming(options_.host, uid, endpoints);
  if (!opened) {
    doors_.erase(uid);
    co_return fail(opened.error());
  }
  co_return endpoints;
}

Task<Status> SimulatedDriver::finish_incoming(std::string uid) {
  doors_.erase(uid);
  co_return fleet_.finish_incoming(options_.host, uid);
}

Task<Result<Readers>> SimulatedDriver::freeze_disks(std::string uid) {
  HANSE_CO_TRY(const DiskContent content, fleet_.freeze(options_.host, uid));
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  if (machine == nullptr) co_return fail(Code::not_found, "this host has no machine {}", uid);
  co_return make_disk_readers(machine->spec, content);
}

Readers SimulatedDriver::unmade_disks(const std::vector<model::DiskSpec>& disks) const {
  return make_unmade_disks(disks);
}

Task<Result<Readers>> SimulatedDriver::freeze_whole(std::string) {
  co_return no_saved_state();
}

Task<Result<std::unique_ptr<DiskWriter>>> SimulatedDriver::open_saved_state(std::string, std::uint64_t) {
  co_return no_saved_state();
}

Task<Status> SimulatedDriver::load_saved_state(std::string) {
  co_return no_saved_state();
}

// It takes no time: what a model knows needs no watching.
Task<Result<GuestMeasure>> SimulatedDriver::measure(std::string uid, Nanos) {
  co_return fleet_.measure(options_.host, uid);
}

Task<Result<Readers>> SimulatedDriver::peek_disks(std::string uid) {
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  if (machine == nullptr) co_return fail(Code::not_found, "this host has no machine {}", uid);
  co_return make_disk_readers(machine->spec, machine->frozen.value_or(machine->disk));
}

Task<Result<IncomingEndpoints>> SimulatedDriver::open_door(std::string uid, Endpoint memory, Endpoint disk) {
  auto door = std::make_unique<Door>();
  HANSE_CO_TRY(door->memory, co_await runtime_.network.listen(std::move(memory), std::nullopt));
  HANSE_CO_TRY(door->disk, co_await runtime_.network.listen(std::move(disk), std::nullopt));
  IncomingEndpoints endpoints{.memory = to_string(door->memory->local_endpoint()),
                              .disk = to_string(door->disk->local_endpoint())};
  const bool open = door->scope.spawn(accept_loop(door.get(), door->memory.get())) &&
                    door->scope.spawn(accept_loop(door.get(), door->disk.get()));
  if (!open) co_return fail(Code::internal, "machine {} cannot be listened for", uid);
  doors_[uid] = std::move(door);
  co_return endpoints;
}

Task<void> SimulatedDriver::accept_loop(Door* door, Listener* listener) {
  while (true) {
    Result<std::unique_ptr<Stream>> stream = co_await listener->accept();
    if (!stream || !door->scope.spawn(greet(std::move(*stream)))) co_return;
  }
}

// Says which host this is and holds the connection until the other side ends it.
Task<void> SimulatedDriver::greet(std::unique_ptr<Stream> stream) {
  const std::string line = options_.host + "\n";
  if (!co_await stream->write(as_bytes(line))) co_return;
  std::array<std::byte, kMaxGreeting> ignored{};
  while (true) {
    const Result<std::size_t> count = co_await stream->read_some(ignored);
    if (!count || *count == 0) co_return;
  }
}

// The fleet's name of the host that listens at `endpoint`. A relayed connection stays open for the move.
Task<Result<std::string>> SimulatedDriver::dial(std::string uid, std::string endpoint) {
  HANSE_CO_TRY(Endpoint where, parse_endpoint(endpoint));
  const bool relayed = !where.unix_path.empty();
  HANSE_CO_TRY(std::unique_ptr<Stream> stream,
               co_await runtime_.network.connect(std::move(where), std::nullopt, kDialTimeout));
  std::string line;
  while (!line.ends_with('\n')) {
    std::array<std::byte, kMaxGreeting> buffer{};
    HANSE_CO_TRY(const std::size_t count, co_await stream->read_some(buffer));
    line.append(reinterpret_cast<const char*>(buffer.data()), count);
    if (count == 0 || line.size() > kMaxGreeting)
      co_return fail(Code::unavailable, "nothing listens for machine {} at {}", uid, endpoint);
  }
  line.pop_back();
  if (relayed) {
    auto relay = std::make_unique<Relay>();
    relay->stream = std::move(stream);
    if (!relay->scope.spawn(watch_relay(uid, relay->stream.get())))
      co_return fail(Code::internal, "the relay of machine {} cannot be watched", uid);
    relays_[uid] = std::move(relay);
  }
  co_return line;
}

Task<void> SimulatedDriver::watch_relay(std::string uid, Stream* stream) {
  std::array<std::byte, kMaxGreeting> ignored{};
  Result<std::size_t> count = co_await stream->read_some(ignored);
  while (count && *count > 0) count = co_await stream->read_some(ignored);
  fleet_.break_stream(options_.host, uid);
}

// Until the move has passed the stage, or failed.
Task<Status> SimulatedDriver::wait_for_stage(std::string uid, OutgoingStage passing) {
  while (true) {
    const std::uint64_t seen = changes_.version();
    const SimulatedMachine* machine = fleet_.find(options_.host, uid);
    if (machine == nullptr) co_return fail(Code::not_found, "machine {} was removed while it moved", uid);
    if (!machine->outgoing) co_return fail(Code::aborted, "the move of machine {} was cancelled", uid);
    if (machine->outgoing->stage == OutgoingStage::failed) co_return fail(machine->outgoing->error);
    if (machine->outgoing->stage != passing) co_return Status{};
    co_await changes_.changed_since(seen);
  }
}

Task<Status> SimulatedDriver::copy_disks(std::string uid, OutgoingOptions options) {
  HANSE_CO_TRY(std::string host,
               co_await with_timeout(runtime_.scheduler, kDialTimeout, "reaching the target's host",
                                     dial(uid, options.target.disk)));
  HANSE_CO_CHECK(fleet_.begin_disks(options_.host, uid, std::move(host), relays_.contains(uid)));
  co_return co_await wait_for_stage(uid, OutgoingStage::disks);
}

Task<Result<SwitchKind>> SimulatedDriver::copy_memory(std::string uid, OutgoingOptions options) {
  HANSE_CO_CHECK(fleet_.begin_memory(options_.host, uid, options.streams.post_copy));
  HANSE_CO_CHECK(co_await wait_for_stage(uid, OutgoingStage::memory));
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  const bool moves = machine != nullptr && machine->outgoing;
  if (!moves) co_return fail(Code::aborted, "the move of machine {} was cancelled", uid);
  co_return machine->outgoing->kind;
}

Task<Status> SimulatedDriver::drain_disks(std::string uid) {
  co_return fleet_.drain(options_.host, uid);
}

Task<Status> SimulatedDriver::send_state(std::string uid, SwitchKind) {
  HANSE_CO_CHECK(fleet_.begin_state(options_.host, uid));
  HANSE_CO_CHECK(co_await wait_for_stage(uid, OutgoingStage::sending_state));
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  const bool whole =
      machine != nullptr && machine->outgoing && machine->outgoing->stage == OutgoingStage::handed_over;
  if (whole) relays_.erase(uid);
  co_return Status();
}

Task<Status> SimulatedDriver::send_rest(std::string uid) {
  while (true) {
    const std::uint64_t seen = changes_.version();
    const SimulatedMachine* machine = fleet_.find(options_.host, uid);
    if (machine == nullptr || !machine->outgoing || machine->outgoing->stage == OutgoingStage::failed)
      co_return fail(Code::failed_precondition, "machine {} has ended with memory that its target lacks",
                     uid);
    const Outgoing& move = *machine->outgoing;
    if (move.stage == OutgoingStage::handed_over) {
      relays_.erase(uid);
      co_return Status();
    }
    if (move.stage == OutgoingStage::cut) co_return fail(move.error);
    co_await changes_.changed_since(seen);
  }
}

Task<Status> SimulatedDriver::send_again(std::string uid, OutgoingOptions options) {
  relays_.erase(uid);
  HANSE_CO_CHECK(co_await with_timeout(runtime_.scheduler, kDialTimeout, "reaching the target's host",
                                       dial(uid, options.target.memory)));
  co_return fleet_.begin_again(options_.host, uid);
}

Task<Status> SimulatedDriver::break_outgoing(std::string uid) {
  relays_.erase(uid);
  co_return fleet_.break_outgoing(options_.host, uid);
}

Task<Status> SimulatedDriver::cancel_outgoing(std::string uid) {
  relays_.erase(uid);
  co_return fleet_.cancel_outgoing(options_.host, uid);
}

Task<Status> SimulatedDriver::resume_incoming(std::string uid, Epoch epoch) {
  HANSE_CO_CHECK(fleet_.resume_incoming(options_.host, uid, epoch));
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  if (machine->state.memory == MemoryState::whole) doors_.erase(uid);
  co_return Status{};
}

Task<Result<IncomingEndpoints>> SimulatedDriver::reopen_incoming(std::string uid) {
  HANSE_CO_CHECK(fleet_.break_memory(options_.host, uid));
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  HANSE_CO_TRY(Endpoint memory, parse_endpoint(machine->endpoints.memory));
  HANSE_CO_TRY(Endpoint disk, parse_endpoint(machine->endpoints.disk));
  doors_.erase(uid);
  co_return co_await open_door(uid, std::move(memory), std::move(disk));
}

Task<Status> SimulatedDriver::settle_incoming(std::string uid) {
  doors_.erase(uid);
  co_return Status();
}

CopyProgress SimulatedDriver::disk_progress(const std::string& uid) const {
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  return machine != nullptr && machine->outgoing ? machine->outgoing->disk : CopyProgress();
}

CopyProgress SimulatedDriver::memory_progress(const std::string& uid) const {
  const SimulatedMachine* machine = fleet_.find(options_.host, uid);
  return machine != nullptr && machine->outgoing ? machine->outgoing->memory : CopyProgress();
}

}  // namespace hanse::host::simulated
