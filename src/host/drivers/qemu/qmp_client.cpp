#include "host/drivers/qemu/qmp_client.h"

#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "runtime/timeout.h"

namespace hanse::host::qemu {
namespace {

constexpr std::size_t kReadBuffer = std::size_t{64} << 10;
// QEMU stops reading at eight commands in its queue; the driver makes one call at a time for a machine.
constexpr std::size_t kMaxPending = 8;

tl::unexpected<Error> gone() {
  return fail(Code::unavailable, "the hypervisor closed its monitor; the machine has ended or is ending");
}

// Takes a command off the list however its wait ends.
template <class Map>
struct Forget {
  Map& pending;
  std::uint64_t id;
  ~Forget() { pending.erase(id); }
};
template <class Map>
Forget(Map&, std::uint64_t) -> Forget<Map>;

}  // namespace

QmpClient::QmpClient(Scheduler& scheduler, std::unique_ptr<Stream> stream, Handlers handlers)
    : scheduler_(scheduler),
      stream_(std::move(stream)),
      handlers_(std::move(handlers)),
      changed_(scheduler) {}

Task<Status> QmpClient::start() {
  if (!scope_.spawn(read_messages()) || !scope_.spawn(write_lines()))
    co_return fail(Code::internal, "the monitor's tasks could not be started");
  HANSE_CO_CHECK(
      co_await with_timeout(scheduler_, kQmpReplyLimit, "the greeting of the hypervisor", await_greeting()));
  json::Object capabilities;
  if (greeting_.out_of_band) capabilities["enable"] = json::Array{"oob"};
  co_return co_await run("qmp_capabilities", std::move(capabilities));
}

Task<Status> QmpClient::await_greeting() {
  for (;;) {
    const auto seen = changed_.version();
    if (greeted_) co_return Status();
    if (closed_) co_return gone();
    co_await changed_.changed_since(seen);
  }
}

Task<Result<json::Value>> QmpClient::execute(std::string command, json::Object arguments, Nanos limit) {
  return send(std::move(command), std::move(arguments), codec::QmpUrgency::in_order, limit);
}

Task<Status> QmpClient::run(std::string command, json::Object arguments) {
  auto reply =
      co_await send(std::move(command), std::move(arguments), codec::QmpUrgency::in_order, kQmpReplyLimit);
  if (!reply) co_return fail(std::move(reply).error());
  co_return Status();
}

Task<Result<json::Value>> QmpClient::execute_out_of_band(std::string command, json::Object arguments) {
  const auto urgency = greeting_.out_of_band ? codec::QmpUrgency::out_of_band : codec::QmpUrgency::in_order;
  return send(std::move(command), std::move(arguments), urgency, kQmpReplyLimit);
}

Task<QmpClient::Reply> QmpClient::send(std::string command, json::Object arguments, codec::QmpUrgency urgency,
                                       Nanos limit) {
  if (closed_) co_return gone();
  if (pending_.size() >= kMaxPending && urgency == codec::QmpUrgency::in_order)
    co_return fail(Code::unavailable, "the hypervisor has {} unanswered commands; try again later",
                   pending_.size());
  const std::uint64_t id = ++last_id_;
  const Forget forget{pending_, id};
  std::string line = codec::encode_qmp_command(command, std::move(arguments), id, urgency);
  auto reply = co_await with_timeout(scheduler_, limit, "the hypervisor's answer to " + command,
                                     await_reply(std::move(line), id));
  if (!reply) {
    Error error = std::move(reply).error();
    error.message = command + ": " + error.message;
    co_return fail(std::move(error));
  }
  co_return std::move(*reply);
}

Task<QmpClient::Reply> QmpClient::await_reply(std::string line, std::uint64_t id) {
  auto [promise, future] = make_promise<Reply>(scheduler_);
  pending_.emplace(id, promise);
  outgoing_ += line;
  changed_.notify();
  co_return co_await std::move(future);
}

Task<void> QmpClient::read_messages() {
  std::vector<std::byte> buffer(kReadBuffer);
  codec::QmpDecoder decoder;
  for (;;) {
    auto count = co_await stream_->read_some(buffer);
    if (!count || *count == 0) break;
    std::vector<codec::QmpMessage> messages;
    const Status status = decoder.feed({reinterpret_cast<const char*>(buffer.data()), *count}, messages);
    for (codec::QmpMessage& message : messages) take(std::move(message));
    if (!status) break;
  }
  close();
}

Task<void> QmpClient::write_lines() {
  for (;;) {
    const auto seen = changed_.version();
    if (closed_) co_return;
    if (outgoing_.empty()) {
      co_await changed_.changed_since(seen);
      continue;
    }
    const std::string lines = std::exchange(outgoing_, {});
    const Status written = co_await stream_->write(as_bytes(lines));
    if (!written) {
      close();
      co_return;
    }
  }
}

void QmpClient::take(codec::QmpMessage message) {
  if (auto* event = std::get_if<codec::QmpEvent>(&message)) {
    if (handlers_.on_event) handlers_.on_event(*event);
  } else if (auto* reply = std::get_if<codec::QmpReply>(&message)) {
    // A reply that comes after its time limit is nobody's.
    const auto found = pending_.find(reply->id);
    if (found != pending_.end()) found->second.set(std::move(reply->result));
  } else {
    greeting_ = std::get<codec::QmpGreeting>(message);
    greeted_ = true;
    changed_.notify();
  }
}

void QmpClient::close() {
  if (std::exchange(closed_, true)) return;
  for (auto& [id, promise] : pending_) promise.set(gone());
  changed_.notify();
  if (handlers_.on_closed) handlers_.on_closed();
}

}  // namespace hanse::host::qemu
