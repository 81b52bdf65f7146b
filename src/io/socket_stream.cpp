#include "io/socket_stream.h"

#include <utility>

#include "runtime/sleep.h"

namespace hanse::io {
namespace {

// A fast peer could keep one coroutine running for ever: after so many steps the others get their turn.
constexpr int kStepsPerTurn = 16;

using SharedConnection = std::shared_ptr<Connection>;

tl::unexpected<Error> closed(const Connection& connection) {
  return fail(Code::unavailable, "the connection with {} is closed; connect again", connection.remote);
}

tl::unexpected<Error> break_off(Connection& connection, const Error& error) {
  connection.descriptor.close();
  Error named = error;
  named.message = fmt::format("connection with {}: {}", connection.remote, error.message);
  if (named.code == Code::unauthenticated) connection.log.debug("{}", named.message);
  return fail(std::move(named));
}

Task<void> wait_for(SharedConnection connection, Need need) {
  connection->steps_without_waiting = 0;
  // Closed meanwhile or not is seen by the next step.
  if (need == Need::readable) {
    co_await connection->descriptor.readable();
  } else {
    co_await connection->descriptor.writable();
  }
}

// Tries `step` until it is done. `step` is a callable without state of its own beyond spans and pointers.
template <class TryStep>
Task<Result<std::size_t>> complete(SharedConnection connection, TryStep step) {
  if (++connection->steps_without_waiting > kStepsPerTurn) {
    connection->steps_without_waiting = 0;
    co_await yield_to_loop(connection->scheduler);
  }
  for (;;) {
    if (connection->descriptor.number() < 0) co_return closed(*connection);
    Result<Step> result = step(*connection->channel);
    if (!result) co_return break_off(*connection, result.error());
    if (result->need == Need::nothing) co_return result->bytes;
    co_await wait_for(connection, result->need);
  }
}

Task<Status> write_all(SharedConnection connection, std::span<const std::byte> data) {
  if (connection->writing)
    co_return fail(Code::aborted, "an earlier write to {} was given up half way; connect again",
                   connection->remote);
  connection->writing = true;
  while (!data.empty()) {
    HANSE_CO_TRY(const std::size_t count,
                 co_await complete(connection, [data](Channel& channel) { return channel.write(data); }));
    data = data.subspan(count);
  }
  connection->writing = false;
  co_return Status();
}

Task<Status> finish(SharedConnection connection) {
  HANSE_CO_CHECK(co_await complete(connection, [](Channel& channel) { return channel.finish(); }));
  co_return Status();
}

}  // namespace

Task<Status> shake_hands(std::shared_ptr<Connection> connection) {
  HANSE_CO_CHECK(co_await complete(connection, [](Channel& channel) { return channel.handshake(); }));
  co_return Status();
}

Task<Result<std::size_t>> SocketStream::read_some(std::span<std::byte> buffer) {
  return complete(connection_, [buffer](Channel& channel) { return channel.read(buffer); });
}

Task<Status> SocketStream::write(std::span<const std::byte> data) {
  return write_all(connection_, data);
}

Task<Status> SocketStream::shutdown_write() {
  return finish(connection_);
}

void SocketStream::close() {
  // The farewell of TLS, as far as it can be said without waiting; an unfinished write would make it a lie.
  if (connection_->descriptor.number() >= 0 && !connection_->writing) (void)connection_->channel->finish();
  connection_->descriptor.close();
}

PeerIdentity SocketStream::peer() const {
  return connection_->channel->peer();
}

std::string SocketStream::remote_address() const {
  return connection_->remote;
}

}  // namespace hanse::io
