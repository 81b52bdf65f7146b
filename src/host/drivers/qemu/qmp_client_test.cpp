#include "host/drivers/qemu/qmp_client.h"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <doctest/doctest.h>
#include <optional>
#include <vector>

#include "host/drivers/qemu/qmp_commands.h"
#include "tests/support/manual_loop.h"

namespace hanse::host::qemu {
namespace {

using test::ManualLoop;

// What QEMU says is fed by the test, what is said to it is kept.
struct Wire {
  explicit Wire(Scheduler& scheduler) : changed(scheduler) {}
  void say(std::string line) {
    incoming += line + "\n";
    changed.notify();
  }
  void hang_up() {
    ended = true;
    changed.notify();
  }
  std::string incoming;
  std::string written;
  bool ended = false;
  Signal changed;
};

class WireStream final : public Stream {
 public:
  explicit WireStream(Wire& wire) : wire_(wire) {}
  Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override {
    while (wire_.incoming.empty() && !wire_.ended)
      co_await wire_.changed.changed_since(wire_.changed.version());
    const std::size_t count = std::min(buffer.size(), wire_.incoming.size());
    std::copy_n(reinterpret_cast<const std::byte*>(wire_.incoming.data()), count, buffer.begin());
    wire_.incoming.erase(0, count);
    co_return count;
  }
  Task<Status> write(std::span<const std::byte> data) override {
    wire_.written.append(reinterpret_cast<const char*>(data.data()), data.size());
    co_return Status();
  }
  Task<Status> shutdown_write() override { co_return Status(); }
  void close() override {}
  PeerIdentity peer() const override { return {}; }
  std::string remote_address() const override { return "unix"; }

 private:
  Wire& wire_;
};

constexpr const char* kGreeting =
    R"({"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}}, "capabilities": ["oob"]}})";

Task<void> keep(Task<Status> work, std::vector<Status>& out) {
  out.push_back(co_await std::move(work));
}
Task<void> keep_value(Task<Result<json::Value>> work, std::vector<Result<json::Value>>& out) {
  out.push_back(co_await std::move(work));
}

struct QmpClientFixture {
  ManualLoop loop;
  Wire wire{loop};
  std::vector<std::string> events;
  bool closed = false;
  QmpClient client{loop, std::make_unique<WireStream>(wire),
                   QmpClient::Handlers{[this](const codec::QmpEvent& event) { events.push_back(event.name); },
                                       [this] { closed = true; }}};
  std::vector<Status> statuses;
  std::vector<Result<json::Value>> values;
  Scope scope;

  void start() {
    REQUIRE(scope.spawn(keep(client.start(), statuses)));
    wire.say(kGreeting);
    loop.run(Seconds{1});
    wire.say(R"({"return": {}, "id": 1})");
    loop.run(Seconds{1});
    REQUIRE(statuses.size() == 1);
    REQUIRE(statuses[0]);
    wire.written.clear();
  }
  void execute(std::string command) {
    REQUIRE(scope.spawn(keep_value(client.execute(std::move(command), {}), values)));
    loop.run(Millis{10});
  }
};

TEST_CASE("a client takes up command mode with commands out of band") {
  QmpClientFixture fixture;
  REQUIRE(fixture.scope.spawn(keep(fixture.client.start(), fixture.statuses)));
  fixture.wire.say(kGreeting);
  fixture.loop.run(Seconds{1});
  CHECK(fixture.wire.written ==
        "{\"execute\":\"qmp_capabilities\",\"id\":1,\"arguments\":{\"enable\":[\"oob\"]}}\n");
  CHECK(fixture.client.version().major == 10);
}

TEST_CASE("replies reach their commands in any order, and events their handler") {
  QmpClientFixture fixture;
  fixture.start();
  fixture.execute("first");
  fixture.execute("second");
  fixture.wire.say(R"({"event": "STOP"})");
  fixture.wire.say(R"({"return": 3, "id": 3})");
  fixture.loop.run(Millis{10});
  REQUIRE(fixture.values.size() == 1);
  CHECK(fixture.values[0].value() == 3);
  fixture.wire.say(R"({"error": {"class": "GenericError", "desc": "no such thing"}, "id": 2})");
  fixture.loop.run(Millis{10});
  REQUIRE(fixture.values.size() == 2);
  CHECK(fixture.values[1].error() == Error{Code::failed_precondition, "first: no such thing"});
  CHECK(fixture.events == std::vector<std::string>{"STOP"});
}

TEST_CASE("a command without answer ends, and its late answer is nobody else's") {
  QmpClientFixture fixture;
  fixture.start();
  fixture.execute("slow");
  fixture.loop.run(kQmpReplyLimit + Seconds{1});
  REQUIRE(fixture.values.size() == 1);
  CHECK(fixture.values[0].error().code == Code::deadline_exceeded);
  fixture.execute("next");
  fixture.wire.say(R"({"return": "late", "id": 2})");
  fixture.wire.say(R"({"return": "right", "id": 3})");
  fixture.loop.run(Millis{10});
  REQUIRE(fixture.values.size() == 2);
  CHECK(fixture.values[1].value() == "right");
}

template <class T>
Task<void> keep_answer(Task<Result<T>> work, std::optional<Result<T>>& out) {
  out = co_await std::move(work);
}

// What is made of the answer with this for its value.
template <class T>
T answer_to(Task<Result<T>> (*query)(QmpClient&), const std::string& value) {
  QmpClientFixture fixture;
  fixture.start();
  std::optional<Result<T>> answer;
  REQUIRE(fixture.scope.spawn(keep_answer(query(fixture.client), answer)));
  fixture.wire.say(R"({"id": 2, "return": )" + value + "}");
  fixture.loop.run(Millis{10});
  REQUIRE(answer);
  return answer->value();
}

TEST_CASE("figures that no machine reaches are told as the largest, and those below nothing as nothing") {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  const std::string blocks =
      R"([{"stats": {"wr_bytes": 9223372036854775807}}, {"stats": {"wr_bytes": 18446744073709551615}}])";
  CHECK(answer_to(qmp::query_bytes_written, blocks) == Bytes{kMost});
  CHECK(answer_to(qmp::query_bytes_written, R"([{"stats": {"wr_bytes": -7}}, {"stats": {"wr_bytes": 5}}])") ==
        Bytes{5});
  CHECK(answer_to(qmp::query_dirty_rate, R"({"dirty-rate": 9223372036854775807})") == BytesPerSecond{kMost});
  CHECK(answer_to(qmp::query_dirty_rate, R"({"dirty-rate": 3})") == BytesPerSecond{3 << 20});
  const auto jobs = answer_to(qmp::query_block_jobs, R"([{"device": "d", "len": 1e300, "offset": -1e300}])");
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].length == Bytes{kMost});
  CHECK(jobs[0].offset == Bytes{0});
  const auto memory = [](QmpClient& client) { return qmp::query_migrate(client); };
  const qmp::MigrationInfo info = answer_to<qmp::MigrationInfo>(
      memory, R"({"ram": {"remaining": 1e30, "mbps": 1e300, "dirty-sync-count": -1}, "downtime": -5})");
  CHECK(info.remaining == Bytes{kMost});
  CHECK(info.rate == BytesPerSecond{kMost});
  CHECK(info.passes == 0);
  CHECK(info.downtime_ms == 0);
}

TEST_CASE("when QEMU goes away everything that waits is told") {
  QmpClientFixture fixture;
  fixture.start();
  fixture.execute("quit");
  fixture.wire.hang_up();
  fixture.loop.run(Millis{10});
  REQUIRE(fixture.values.size() == 1);
  CHECK(fixture.values[0].error().code == Code::unavailable);
  CHECK(fixture.closed);
  fixture.execute("cont");
  CHECK(fixture.values.at(1).error().code == Code::unavailable);
}

}  // namespace
}  // namespace hanse::host::qemu
