#include "host/console_requests.h"

#include <utility>

#include "host/host_frames.h"

namespace hanse::host {

ConsoleRequests::ConsoleRequests(Driver& driver, Answer answer)
    : driver_(driver), answer_(std::move(answer)), writes_(kMaxConsoleWrites) {}

void ConsoleRequests::serve(model::HostRequest request) {
  if (!driver_.observe(request.uid)) {
    answer_(answer_to(request.id, fail(Code::not_found, "this host has no machine {}", request.uid)));
    return;
  }
  if (request.method == model::HostMethod::read_console) {
    answer_(read(request));
    return;
  }
  if (!writes_.spawn(write(request)))
    answer_(answer_to(request.id,
                      fail(Code::resource_exhausted,
                           "{} writes to consoles wait on this host already; try again", kMaxConsoleWrites)));
}

model::HostResponse ConsoleRequests::read(const model::HostRequest& request) const {
  const std::int64_t offset = request.offset < 0 ? 0 : request.offset;
  Driver::ConsoleOutput output = driver_.console(request.uid, static_cast<std::uint64_t>(offset));
  if (output.text.size() > kConsolePiece) output.text.resize(kConsolePiece);
  // A character that is not complete yet comes whole with the next piece.
  output.text.resize(output.text.size() - cut_off_bytes(output.text));
  model::HostResponse response{.id = request.id};
  response.offset = static_cast<std::int64_t>(output.offset);
  response.text = std::move(output.text);
  return response;
}

Task<void> ConsoleRequests::write(model::HostRequest request) {
  const Status written = co_await driver_.write_console(request.uid, request.text);
  answer_(answer_to(request.id, written));
}

}  // namespace hanse::host
