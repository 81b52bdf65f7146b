#include "cli/http_api_client.h"

#include <boost/json.hpp>
#include <utility>

#include "base/json.h"

namespace hanse::cli {
namespace {

class HttpWatchStream final : public WatchStream {
 public:
  explicit HttpWatchStream(std::unique_ptr<http::EventStream> events) : events_(std::move(events)) {}

  Task<Result<std::optional<WatchEvent>>> next() override {
    HANSE_CO_TRY(const std::optional<codec::ServerSentEvent> event, co_await events_->next());
    if (!event) co_return std::optional<WatchEvent>();
    WatchEvent change;
    change.id = event->id;
    change.event = event->event;
    if (!event->data.empty()) {
      HANSE_CO_TRY(change.data, json::parse(event->data));
    }
    co_return std::optional<WatchEvent>(std::move(change));
  }

 private:
  std::unique_ptr<http::EventStream> events_;
};

class HttpApiClient final : public ApiClient {
 public:
  HttpApiClient(Runtime& runtime, http::ClientOptions options) : client_(runtime, std::move(options)) {}

  Task<Result<ApiAnswer>> call(std::string method, std::string path,
                               std::optional<json::Value> body) override {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(path);
    if (body) {
      request.body = json::dump(*body);
      request.headers.set("content-type", "application/json");
    }
    HANSE_CO_TRY(const http::Response response, co_await client_.send(std::move(request)));
    if (!http::is_success(response.status)) co_return fail(http::error_from_response(response));
    ApiAnswer answer;
    answer.status = response.status;
    if (!response.body.empty()) {
      HANSE_CO_TRY(answer.body, json::parse(response.body));
    }
    co_return answer;
  }

  Task<Result<std::unique_ptr<WatchStream>>> watch(std::string path, std::string last_event_id) override {
    HANSE_CO_TRY(std::unique_ptr<http::EventStream> events,
                 co_await client_.events(std::move(path), std::move(last_event_id)));
    co_return std::unique_ptr<WatchStream>(std::make_unique<HttpWatchStream>(std::move(events)));
  }

  Task<Result<json::Value>> upload(std::string path, std::uint64_t length, ReadPiece source) override {
    http::Request request;
    request.method = "POST";
    request.target = std::move(path);
    request.headers.set("content-type", "application/octet-stream");
    http::BodySource body;
    body.length = length;
    body.read = std::move(source);
    HANSE_CO_TRY(const http::Response response,
                 co_await client_.upload(std::move(request), length, std::move(body)));
    if (!http::is_success(response.status)) co_return fail(http::error_from_response(response));
    co_return json::parse(response.body);
  }

 private:
  http::Client client_;
};

}  // namespace

std::unique_ptr<ApiClient> make_http_api_client(Runtime& runtime, http::ClientOptions options) {
  return std::make_unique<HttpApiClient>(runtime, std::move(options));
}

}  // namespace hanse::cli
