// The exchanges of a Client that are not one answer in memory: events, upgrades, bodies on the way.
#include <span>
#include <utility>

#include "base/scope.h"
#include "http/client.h"
#include "http/client_exchange.h"
#include "http/message_io.h"
#include "runtime/future.h"
#include "runtime/timeout.h"

namespace hanse::http {
namespace {

class ResponseEventStream final : public EventStream {
 public:
  ResponseEventStream(Scheduler& scheduler, OpenExchange exchange, Nanos timeout)
      : scheduler_(scheduler), exchange_(std::move(exchange)), timeout_(timeout) {}

  Task<Result<std::optional<codec::ServerSentEvent>>> next() override {
    for (;;) {
      if (auto event = decoder_.next()) co_return std::move(event);
      Result<std::string> piece = co_await with_timeout(scheduler_, timeout_, "the next event or heartbeat",
                                                        read_piece(*exchange_.stream, exchange_.parser));
      if (!piece) co_return fail(Code::unavailable, "the event stream broke: {}", piece.error().message);
      if (piece->empty()) co_return std::nullopt;
      HANSE_CO_CHECK(decoder_.feed(*piece));
    }
  }

 private:
  Scheduler& scheduler_;
  OpenExchange exchange_;
  Nanos timeout_;
  codec::EventDecoder decoder_;
};

// The first bytes of the answer, or the end, while the body is still on its way.
Task<void> listen(BufferedStream& stream, bool& heard, Promise<Status> first) {
  const Result<std::size_t> got = co_await stream.fill();
  heard = true;
  first.set(got ? Status() : fail(got.error()));
}

Task<Status> wait_for_first(Future<Status> first) {
  co_return co_await std::move(first);
}

Task<Result<std::size_t>> stop_sending() {
  co_return fail(Code::cancelled, "the answer came before all was sent");
}

}  // namespace

Task<Result<std::unique_ptr<EventStream>>> Client::events(std::string target, std::string last_event_id) {
  Request request{.target = std::move(target)};
  request.headers.add("Accept", "text/event-stream");
  if (!last_event_id.empty()) request.headers.add("Last-Event-ID", std::move(last_event_id));
  std::string name = name_of(request);
  co_return co_await with_timeout(runtime_.scheduler, options_.response_timeout, std::move(name),
                                  open_events(std::move(request)));
}

Task<Result<std::unique_ptr<EventStream>>> Client::open_events(Request request) {
  HANSE_CO_TRY(OpenExchange exchange, co_await open(std::move(request), false));
  const codec::ResponseHead& head = exchange.parser.head();
  if (!is_success(head.status)) {
    HANSE_CO_TRY(const Response response, co_await finish(std::move(exchange)));
    co_return fail(error_from_response(response));
  }
  if (!head.headers.get("Content-Type").starts_with("text/event-stream")) {
    co_return fail(Code::unimplemented, "{} answers with no event stream", to_string(options_.endpoint));
  }
  co_return std::make_unique<ResponseEventStream>(runtime_.scheduler, std::move(exchange),
                                                  options_.event_timeout);
}

Task<Result<std::unique_ptr<Stream>>> Client::upgrade(Request request, std::string protocol) {
  request.headers.set("Connection", "Upgrade");
  request.headers.set("Upgrade", std::move(protocol));
  std::string name = name_of(request);
  co_return co_await with_timeout(runtime_.scheduler, options_.response_timeout, std::move(name),
                                  open_upgrade(std::move(request)));
}

Task<Result<std::unique_ptr<Stream>>> Client::open_upgrade(Request request) {
  HANSE_CO_TRY(OpenExchange exchange, co_await open(std::move(request), false));
  if (exchange.parser.head().status == 101) co_return std::move(exchange.stream);
  HANSE_CO_TRY(const Response response, co_await finish(std::move(exchange)));
  if (!is_success(response.status)) co_return fail(error_from_response(response));
  co_return fail(Code::unimplemented, "{} does not switch protocols there", to_string(options_.endpoint));
}

Task<Result<Response>> Client::download(Request request, BodySink sink) {
  const Nanos limit = options_.response_timeout;
  std::string name = name_of(request);
  HANSE_CO_TRY(OpenExchange exchange,
               co_await with_timeout(runtime_.scheduler, limit, name, open(std::move(request), true)));
  if (!is_success(exchange.parser.head().status)) {
    co_return co_await with_timeout(runtime_.scheduler, limit, name, finish(std::move(exchange)));
  }
  for (;;) {
    HANSE_CO_TRY(const std::string piece,
                 co_await with_timeout(runtime_.scheduler, limit, name,
                                       read_piece(*exchange.stream, exchange.parser)));
    if (piece.empty()) break;
    HANSE_CO_CHECK(co_await sink(as_bytes(piece)));
  }
  Response response = response_of(exchange.parser.head());
  if (exchange.parser.head().keep_alive) give_back(std::move(exchange.stream));
  co_return response;
}

// Never on an idle connection: a source cannot be read twice.
Task<Result<Response>> Client::upload(Request request, std::uint64_t content_length, BodySource source) {
  const Nanos limit = options_.response_timeout;
  const std::string name = name_of(request);
  codec::RequestHead head = head_of(request);
  head.headers.set("Content-Length", std::to_string(content_length));
  source.length = content_length;
  HANSE_CO_TRY(Lease lease, co_await connect(false));
  BufferedStream& stream = *lease.stream;
  HANSE_CO_CHECK(co_await write_pieces(runtime_.scheduler, stream, codec::serialise(head), limit));
  // A server that refuses does not read to the end: to send on would have it reset the connection, and the
  // kernel throw its answer away.
  bool heard = false;
  auto [first, answered] = make_promise<Status>(runtime_.scheduler);
  Scope listening(1);
  if (!listening.spawn(listen(stream, heard, first))) co_return fail(Code::internal, "scope is full");
  source.read = [&heard, read = std::move(source.read)](std::span<std::byte> room) {
    return heard ? stop_sending() : read(room);
  };
  const Status sent = co_await write_source(runtime_.scheduler, stream, std::move(source), false, limit);
  // Only a broken connection may hide an answer that came early; an error of the source is our own. What was
  // heard instead counts from here on, be it an answer or that the connection is gone.
  if (!sent && !heard && sent.error().code != Code::unavailable) co_return fail(sent.error());
  HANSE_CO_CHECK(
      co_await with_timeout<void>(runtime_.scheduler, limit, name, wait_for_first(std::move(answered))));
  Result<codec::ResponseParser> parser =
      co_await with_timeout(runtime_.scheduler, limit, name, read_response_head(stream, request.method));
  if (!parser) co_return fail(parser.error());
  OpenExchange exchange{std::move(lease.stream), std::move(*parser)};
  co_return co_await with_timeout(runtime_.scheduler, limit, name, finish(std::move(exchange)));
}

}  // namespace hanse::http
