#include <doctest/doctest.h>

#include "host/fakes_for_test.h"
#include "host/host_stream_paths.h"
#include "host/relay_answers.h"
#include "http/pipe.h"
#include "runtime/future.h"

namespace hanse::host {
namespace {

using model::StreamPath;

const Endpoint kTargetDisk{.host = "10.0.0.9", .port = 2};

struct HeardFrames {
  std::string text;
  bool ended = false;
};

Task<void> listen_to(Stream& stream, HeardFrames& heard) {
  std::vector<std::byte> buffer(10'000);
  for (;;) {
    const auto got = co_await stream.read_some(buffer);
    if (!got || *got == 0) break;
    heard.text.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
  heard.ended = true;
}

Task<void> say(Stream& stream, std::string text) {
  [[maybe_unused]] const Status written = co_await stream.write(as_bytes(text));
}

// Both zones in one: it joins what the source's host brings with what the target's host dials back.
class Zones {
 public:
  Zones() {
    service.router.add("GET /providers/hanse.migration/v1/relays/{transfer}/{channel}",
                       [this](http::Request, http::PathParameters parameters) {
                         return take(parameters["transfer"] + "/" + parameters["channel"], source_);
                       });
    service.router.add(
        "GET /providers/hanse.host/v1/relays/{id}",
        [this](http::Request, http::PathParameters parameters) { return take(parameters["id"], target_); });
    service.start();
  }

  test::HttpService service;
  test::TestRuntime& world = service.world;
  std::vector<std::string> asked;
  http::PipeCounters counters;

 private:
  Task<http::Reply> take(std::string what, std::unique_ptr<Stream>& side) {
    asked.push_back(what);
    http::Reply reply;
    reply.takeover = [this, &side](std::unique_ptr<Stream> stream) { return join(std::move(stream), side); };
    co_return reply;
  }
  Task<void> join(std::unique_ptr<Stream> stream, std::unique_ptr<Stream>& side) {
    side = std::move(stream);
    if (source_ && target_) REQUIRE(pipes_.spawn(pipe(std::move(source_), std::move(target_))));
    co_return;
  }
  Task<void> pipe(std::unique_ptr<Stream> left, std::unique_ptr<Stream> right) {
    [[maybe_unused]] const Status ended =
        co_await http::pipe_both(world.loop, std::move(left), std::move(right), counters);
  }

  std::unique_ptr<Stream> source_;
  std::unique_ptr<Stream> target_;
  Scope pipes_;
};

struct RelayFixture {
  Zones zones;
  test::TestRuntime& world = zones.world;
  http::Client client{world.runtime, {.endpoint = test::kService}};
  HostStreamPaths paths{world.runtime, client, "/data/relays"};
  bool permitted = true;
  RelayAnswers answers{world.runtime, client,
                       [this](const std::string& transfer, const std::string& endpoint) {
                         return permitted && transfer == "t1" && endpoint == to_string(kTargetDisk);
                       }};

  void run(Nanos time) {
    world.loop.schedule(time, [] {});
    world.loop.run(time);
  }
  Result<std::unique_ptr<OpenPath>> open(StreamPath path, std::string disk = to_string(kTargetDisk)) {
    model::MoveOrder order{.transfer = "t1", .path = path};
    order.seed_endpoint = std::move(disk);
    auto opened = test::complete(world.loop, paths.open(order));
    REQUIRE(opened);
    return std::move(*opened);
  }
  std::unique_ptr<Listener> target() {
    return test::complete(world.loop, world.network.listen(kTargetDisk, {})).value().value();
  }
  std::unique_ptr<Stream> connect(const std::string& endpoint) {
    auto stream =
        test::complete(world.loop, world.network.connect(parse_endpoint(endpoint).value(), {}, Seconds{1}));
    REQUIRE(stream);
    REQUIRE(*stream);
    return std::move(**stream);
  }
};

TEST_CASE("a target that answers is reached directly") {
  RelayFixture host;
  const auto listener = host.target();
  const auto path = host.open(StreamPath::automatic);
  REQUIRE(path);
  CHECK((*path)->kind() == StreamPath::direct);
  CHECK((*path)->seed_endpoint() == to_string(kTargetDisk));
  const IncomingEndpoints told{"10.0.0.9:7", "10.0.0.9:8"};
  CHECK((*path)->endpoints(told)->memory == told.memory);
  CHECK((*path)->endpoints(told)->disk == told.disk);
  CHECK(host.zones.asked.empty());
}

TEST_CASE("a target that does not answer, or listens for relays only, is reached by relay") {
  RelayFixture host;
  for (const char* disk : {"10.0.0.9:2", "unix:/target/disk"}) {
    const auto path = host.open(StreamPath::automatic, disk);
    REQUIRE(path);
    CHECK((*path)->kind() == StreamPath::relayed);
    CHECK((*path)->seed_endpoint().starts_with("unix:/data/relays/"));
    CHECK((*path)->endpoints({})->disk.starts_with("unix:/data/relays/"));
  }
}

TEST_CASE("an order for one path is obeyed") {
  RelayFixture host;
  CHECK(host.open(StreamPath::direct).value()->kind() == StreamPath::direct);
  const auto listener = host.target();
  CHECK(host.open(StreamPath::relayed).value()->kind() == StreamPath::relayed);
}

TEST_CASE("a target cannot have this host's hypervisor connect to anybody else") {
  RelayFixture host;
  const auto listener = host.target();
  const auto path = host.open(StreamPath::direct);
  REQUIRE(path);
  for (const char* elsewhere : {"10.0.0.8:7", "127.0.0.1:7", "unix:/var/run/other.sock", "nonsense"}) {
    CAPTURE(elsewhere);
    CHECK_FALSE((*path)->endpoints({elsewhere, "10.0.0.9:8"}));
    CHECK_FALSE((*path)->endpoints({"10.0.0.9:7", elsewhere}));
  }
}

TEST_CASE("the sockets of a relay belong to the guests' user and go with the path") {
  RelayFixture host;
  REQUIRE(test::complete(host.world.loop, host.paths.start(ProcessUser{65534, 65534})).value());
  auto path = host.open(StreamPath::relayed);
  REQUIRE(path);
  const std::string memory = (*path)->endpoints({})->memory.substr(5);
  CHECK(host.world.files.owners.at(memory) == 65534);
  path->reset();
  host.run(Seconds{1});
  CHECK_FALSE(
      test::complete(host.world.loop, host.world.network.connect({.unix_path = memory}, {}, Seconds{1}))
          .value());
}

TEST_CASE("a data folder whose sockets would have too long a path is refused") {
  RelayFixture host;
  HostStreamPaths deep(host.world.runtime, host.client, "/" + std::string(100, 'd'));
  const auto path =
      test::complete(host.world.loop, deep.open({.transfer = "t1", .path = StreamPath::relayed}));
  REQUIRE(path);
  CHECK(path->error().code == Code::failed_precondition);
}

TEST_CASE("a transfer whose name would change the request's path is refused") {
  RelayFixture host;
  const auto path =
      test::complete(host.world.loop, host.paths.open({.transfer = "../t1", .path = StreamPath::relayed}));
  REQUIRE(path);
  CHECK(path->error().code == Code::invalid_argument);
}

TEST_CASE("a relayed stream runs from hypervisor to hypervisor") {
  RelayFixture host;
  const auto listener = host.target();
  auto path = host.open(StreamPath::relayed);
  REQUIRE(path);
  const auto source = host.connect((*path)->endpoints({})->disk);
  host.run(Seconds{1});
  REQUIRE(host.zones.asked == std::vector<std::string>{"t1/disk"});
  host.answers.serve({"id-1", "t1", to_string(kTargetDisk)});
  auto accepted = test::complete(host.world.loop, listener->accept());
  REQUIRE(accepted);
  const std::unique_ptr<Stream> target = std::move(**accepted);

  HeardFrames at_target;
  HeardFrames at_source;
  Scope scope;
  const std::string much(2'000'000, 'm');
  REQUIRE(scope.spawn(listen_to(*target, at_target)));
  REQUIRE(scope.spawn(listen_to(*source, at_source)));
  REQUIRE(scope.spawn(say(*source, much)));
  REQUIRE(scope.spawn(say(*target, "ready")));
  host.run(Seconds{1});
  CHECK(at_target.text == much);
  CHECK(at_source.text == "ready");

  // What the hypervisor said last arrives even when the move is over.
  REQUIRE(scope.spawn(say(*source, " the end")));
  path->reset();
  source->close();
  host.run(Seconds{1});
  CHECK(at_target.text.size() == much.size() + 8);
  CHECK(at_target.ended);
  target->close();
  host.run(Seconds{1});
  CHECK(host.answers.running() == 0);
}

TEST_CASE("a relay whose ends stay silent is cut some time after its path was given up") {
  RelayFixture host;
  auto path = host.open(StreamPath::relayed);
  REQUIRE(path);
  const auto source = host.connect((*path)->endpoints({})->memory);
  HeardFrames heard;
  Scope scope;
  REQUIRE(scope.spawn(listen_to(*source, heard)));
  host.run(Seconds{1});
  path->reset();
  host.run(kRelayLinger - Seconds{1});
  CHECK_FALSE(heard.ended);
  host.run(Seconds{2});
  CHECK(heard.ended);
}

TEST_CASE("a zone that does not relay closes the hypervisor's connection") {
  RelayFixture host;
  auto path = host.open(StreamPath::relayed);
  REQUIRE(path);
  host.zones.service.server.reset();
  const auto source = host.connect((*path)->endpoints({})->memory);
  HeardFrames heard;
  Scope scope;
  REQUIRE(scope.spawn(listen_to(*source, heard)));
  host.run(Seconds{1});
  CHECK(heard.ended);
}

TEST_CASE("this host connects to nothing but its own ends of a transfer") {
  RelayFixture host;
  const auto listener = host.target();
  const std::uint64_t before = host.world.network.connections();
  host.answers.serve({"id-1", "t1", "127.0.0.1:22"});
  host.answers.serve({"id-1", "t2", to_string(kTargetDisk)});
  host.answers.serve({"id/../x", "t1", to_string(kTargetDisk)});
  host.answers.serve({"", "t1", to_string(kTargetDisk)});
  host.permitted = false;
  host.answers.serve({"id-1", "t1", to_string(kTargetDisk)});
  host.run(Seconds{1});
  CHECK(host.answers.running() == 0);
  CHECK(host.zones.asked.empty());
  CHECK(host.world.network.connections() == before);
}

}  // namespace
}  // namespace hanse::host
