// For the tests of the host: a zone that speaks the host's protocol over a network in memory, and
// certificates that are plain texts.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "host/host_frames.h"
#include "host/move/streams.h"
#include "runtime/certificates.h"
#include "tests/support/http_service.h"

namespace hanse::host::test_support {

// "certificate <name> <not before> <not after> <serial>", in seconds since 1970.
class TextCertificates final : public Certificates {
 public:
  explicit TextCertificates(const Clock& clock) : clock_(clock) {}

  std::string certificate(const std::string& name, Seconds lifetime) {
    const auto now = std::chrono::duration_cast<Seconds>(since_epoch(clock_.wall_now()));
    return fmt::format("certificate {} {} {} {}", name, now.count(), (now + lifetime).count(), ++made_);
  }
  Result<KeyedCertificate> make_authority(std::string, Seconds) override { return none(); }
  Result<KeyedCertificate> issue(const KeyedCertificate&, const CertificateTerms&) override { return none(); }
  Result<KeyedRequest> make_request() override {
    ++requests;
    return KeyedRequest{fmt::format("request {}", requests), fmt::format("key {}", requests)};
  }
  Result<std::string> sign_request(const KeyedCertificate&, std::string_view,
                                   const CertificateTerms&) override {
    return none();
  }
  Result<CertificateInfo> read(std::string_view text) override {
    CertificateInfo info;
    std::vector<std::string> words;
    for (std::string word; const char c : std::string(text) + " ") {
      if (c != ' ') word += c;
      if (c == ' ') words.push_back(std::exchange(word, {}));
    }
    if (words.size() != 5 || words[0] != "certificate") return none();
    info.name = words[1];
    info.not_before = WallTime(Seconds{std::stoll(words[2])});
    info.not_after = WallTime(Seconds{std::stoll(words[3])});
    return info;
  }

  int requests = 0;

 private:
  static tl::unexpected<Error> none() { return fail(Code::invalid_argument, "no certificate"); }

  const Clock& clock_;
  int made_ = 0;
};

class FakeZone {
 public:
  FakeZone() {
    service.router.add(
        "GET /providers/hanse.host/v1/hosts/{name}/stream",
        [this](http::Request request, http::PathParameters) { return open(std::move(request)); });
  }

  test::HttpService service;
  test::TestRuntime& world = service.world;

  // What it does with the next streams.
  bool refuses = false;
  bool welcomes = true;
  bool syncs = true;
  bool talks = true;  // pings
  std::vector<model::MachineDesired> desired;

  // What it has heard.
  std::vector<Nanos> dialled;
  std::vector<std::string> certificates;  // of those who dialled
  std::vector<model::HostHello> hellos;
  std::vector<model::MachineObserved> observed;
  std::vector<model::HostResponse> responses;
  int pings = 0;

  bool connected() const { return stream_ != nullptr; }
  void run(Nanos time) {
    world.loop.schedule(time, [] {});  // the loop's time passes only from timer to timer
    world.loop.run(time);
  }
  void cut() {
    if (stream_ != nullptr) stream_->close();
  }
  void say(model::HostFrame type, const json::Value& payload) { say_bytes(encode(type, payload).value()); }
  void say_bytes(std::string bytes) {
    if (stream_ != nullptr) REQUIRE(writing_.spawn(write(*stream_, std::move(bytes))));
  }
  // The last that was told of a machine.
  const model::MachineObserved* last(const std::string& uid) const {
    const model::MachineObserved* found = nullptr;
    for (const model::MachineObserved& view : observed)
      if (view.uid == uid) found = &view;
    return found;
  }

 private:
  Task<http::Reply> open(http::Request request) {
    dialled.push_back(service.now());
    certificates.push_back(request.peer.name);
    if (refuses)
      co_return http::problem_response(Error{Code::aborted, "another agent has this identity"}, request.path);
    http::Reply reply;
    reply.takeover = [this](std::unique_ptr<Stream> stream) { return serve(std::move(stream)); };
    co_return reply;
  }

  static Task<void> write(Stream& stream, std::string bytes) {
    [[maybe_unused]] const Status written = co_await stream.write(as_bytes(bytes));
  }

  Task<void> serve(std::unique_ptr<Stream> stream) {
    stream_ = stream.get();
    Scope beating;
    if (talks) REQUIRE(beating.spawn(beat()));
    FrameReader reader(world.loop, *stream);
    for (;;) {
      const auto frame = co_await reader.next();
      if (!frame) break;
      hear(*frame);
    }
    stream_ = nullptr;
  }

  Task<void> beat() {
    for (;;) {
      co_await sleep_for(world.loop, Seconds{10});
      say(model::HostFrame::ping, json::Object());
    }
  }

  template <class T>
  static T read(const codec::Frame& frame) {
    return json::from_json<T>(json::parse(frame.payload).value()).value();
  }

  void hear(const codec::Frame& frame) {
    const auto type = static_cast<model::HostFrame>(frame.type);
    if (type == model::HostFrame::observed) observed.push_back(read<model::MachineObserved>(frame));
    if (type == model::HostFrame::response) responses.push_back(read<model::HostResponse>(frame));
    if (type == model::HostFrame::ping) ++pings;
    if (type != model::HostFrame::hello) return;
    hellos.push_back(read<model::HostHello>(frame));
    if (!welcomes) return;
    say(model::HostFrame::welcome, to_json(model::HostWelcome{"a", "1"}));
    for (const model::MachineDesired& each : desired) say(model::HostFrame::desired, to_json(each));
    if (syncs) say(model::HostFrame::synced, json::Object());
  }

  Stream* stream_ = nullptr;
  Scope writing_;
};

inline model::MachineDesired wanted(const std::string& uid, model::MachineGoal goal,
                                    std::int64_t generation = 1) {
  model::MachineDesired desired{.generation = generation, .epoch = Epoch{1}, .goal = goal};
  desired.machine.uid = uid;
  return desired;
}

inline model::MachineDesired moving(const std::string& uid, model::MoveGoal goal) {
  model::MachineDesired desired = wanted(uid, model::MachineGoal::running, 2);
  desired.move = model::MoveOrder{.transfer = "t1", .goal = goal};
  return desired;
}

// Where the target of a move listens.
inline constexpr const char* kFakeSeedEndpoint = "10.0.0.2:3";

class DirectPath final : public OpenPath {
 public:
  std::string seed_endpoint() const override { return kFakeSeedEndpoint; }
  Result<IncomingEndpoints> endpoints(const IncomingEndpoints& told) const override { return told; }
  model::StreamPath kind() const override { return model::StreamPath::direct; }
};

class DirectPaths final : public StreamPaths {
 public:
  Task<Result<std::unique_ptr<OpenPath>>> open(model::MoveOrder) override {
    co_return std::make_unique<DirectPath>();
  }
};

}  // namespace hanse::host::test_support
