// Fakes for the unit tests of commands: a zone that answers from a script, a terminal that keeps its text,
// files in memory, and a session over them on a loop with virtual time.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/scope.h"
#include "cli/commands.h"
#include "tests/support/fake_files.h"
#include "tests/support/manual_loop.h"

namespace hanse::cli::test {

// Answers by "METHOD path"; several answers under one key are given one after the other, the last for ever.
class FakeZone final : public ApiClient {
 public:
  void on(const std::string& request, const std::string& body, int status = 200) {
    answers_[request].push_back(ApiAnswer{status, json::parse(body).value()});
  }
  void on_error(const std::string& request, Error error) {
    answers_[request].push_back(fail(std::move(error)));
  }
  // One connection of a watch: its events, then the end of the stream.
  void on_watch(const std::string& path, std::vector<WatchEvent> events) {
    watches_[path].push_back(std::move(events));
  }

  Task<Result<ApiAnswer>> call(std::string method, std::string path,
                               std::optional<json::Value> body) override {
    const std::string request = method + " " + path;
    requests.push_back(body ? request + " " + json::dump(*body) : request);
    const auto found = answers_.find(request);
    if (found == answers_.end()) co_return fail(Code::not_found, "'{}' does not exist", request);
    Result<ApiAnswer> answer = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    co_return answer;
  }
  Task<Result<std::unique_ptr<WatchStream>>> watch(std::string path, std::string last_event_id) override {
    requests.push_back(fmt::format("WATCH {} after '{}'", path, last_event_id));
    const auto found = watches_.find(path);
    if (found == watches_.end()) co_return fail(Code::not_found, "'{}' does not exist", path);
    auto stream = std::make_unique<Stream>();
    if (!found->second.empty()) {
      stream->events = std::move(found->second.front());
      found->second.pop_front();
    }
    co_return std::unique_ptr<WatchStream>(std::move(stream));
  }
  Task<Result<json::Value>> upload(std::string path, std::uint64_t length, ReadPiece source) override {
    std::string content;
    std::byte buffer[16];
    while (true) {
      HANSE_CO_TRY(const std::size_t count, co_await source(std::span<std::byte>(buffer)));
      if (count == 0) break;
      content.append(reinterpret_cast<const char*>(buffer), count);
    }
    requests.push_back(fmt::format("UPLOAD {} {} {}", path, length, content));
    const auto found = answers_.find("UPLOAD " + path);
    if (found == answers_.end()) co_return fail(Code::data_loss, "'{}' is no image", path);
    co_return found->second.front()->body;
  }

  std::vector<std::string> requests;

 private:
  struct Stream final : WatchStream {
    std::vector<WatchEvent> events;
    std::size_t position = 0;
    Task<Result<std::optional<WatchEvent>>> next() override {
      if (position == events.size()) co_return std::optional<WatchEvent>();
      co_return std::optional<WatchEvent>(events[position++]);
    }
  };

  std::map<std::string, std::deque<Result<ApiAnswer>>> answers_;
  std::map<std::string, std::deque<std::vector<WatchEvent>>> watches_;
};

class FakeTerminal final : public Terminal {
 public:
  void print(std::string_view text) override { output += text; }
  void print_error(std::string_view text) override { errors += text; }
  bool shows_progress() const override { return terminal; }
  bool is_interactive() const override { return terminal; }
  Task<Result<std::string>> read_input(Bytes limit) override {
    if (static_cast<std::int64_t>(input.size()) > limit.value)
      co_return fail(Code::resource_exhausted, "too long");
    co_return input;
  }
  Status set_raw(bool raw) override {
    raw_changes += raw ? "raw " : "normal ";
    return {};
  }
  Task<Result<std::string>> read_keys() override {
    if (keys.empty()) co_return std::string();
    std::string typed = keys.front();
    keys.pop_front();
    co_return typed;
  }

  std::string output;
  std::string errors;
  std::string input;
  std::string raw_changes;
  std::deque<std::string> keys;
  bool terminal = false;
};

struct Stage {
  FakeZone zone;
  FakeTerminal terminal;
  hanse::test::FakeFiles files;
  hanse::test::ManualLoop loop;
  OutputFormat output = OutputFormat::table;

  Session session() { return Session{zone, terminal, files, loop, loop, loop, Place(), output}; }
  // Runs a command to its end, or fails the test.
  Status run(Task<Status> command) {
    Status status = fail(Code::internal, "the command did not end");
    Scope scope(2);
    REQUIRE(scope.spawn(keep(std::move(command), status)));
    loop.run();
    return status;
  }

 private:
  static Task<void> keep(Task<Status> command, Status& status) { status = co_await std::move(command); }
};

}  // namespace hanse::cli::test
