#include "testbed/wan_client.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "runtime/timeout.h"

namespace hanse::testbed {
namespace {

constexpr Nanos kWanAnswerLimit = Seconds{5};
constexpr std::size_t kMaxAnswer = 4 << 20;

Task<Result<ControlAnswer>> exchange(Runtime& runtime, std::string control_socket, std::string line) {
  Endpoint endpoint{.unix_path = std::move(control_socket)};
  HANSE_CO_TRY(const std::unique_ptr<Stream> stream,
               co_await runtime.network.connect(std::move(endpoint), std::nullopt, kWanAnswerLimit));
  line += '\n';
  HANSE_CO_CHECK(co_await stream->write(as_bytes(line)));
  std::string answer;
  std::array<std::byte, 4096> buffer;
  while (answer.find('\n') == std::string::npos) {
    HANSE_CO_TRY(const std::size_t size, co_await stream->read_some(buffer));
    if (size == 0 || answer.size() > kMaxAnswer)
      co_return fail(Code::unavailable, "the WAN emulator closed the connection without an answer");
    answer.append(reinterpret_cast<const char*>(buffer.data()), size);
  }
  HANSE_CO_TRY(const json::Value value, json::parse(answer.substr(0, answer.find('\n'))));
  HANSE_CO_TRY(ControlAnswer read, json::from_json<ControlAnswer>(value));
  if (!read.error.empty()) co_return fail(Code::invalid_argument, "the WAN emulator refuses: {}", read.error);
  co_return read;
}

Task<Result<ControlAnswer>> ask(Runtime& runtime, std::string control_socket, std::string line) {
  return with_timeout(runtime.scheduler, kWanAnswerLimit, "asking the WAN emulator",
                      exchange(runtime, std::move(control_socket), std::move(line)));
}

}  // namespace

Task<Status> change_link(Runtime& runtime, std::string control_socket, LinkChange change) {
  HANSE_CO_CHECK(co_await ask(runtime, std::move(control_socket), json::dump(to_json(change))));
  co_return Status();
}

Task<Result<std::vector<LinkReport>>> read_links(Runtime& runtime, std::string control_socket) {
  HANSE_CO_TRY(ControlAnswer answer,
               co_await ask(runtime, std::move(control_socket), R"({"statistics":true})"));
  co_return std::move(answer.links);
}

}  // namespace hanse::testbed
