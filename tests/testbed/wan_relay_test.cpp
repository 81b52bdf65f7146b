// The WAN emulator between two real network namespaces: delay, rate, loss, cut and heal.
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstring>
#include <optional>
#include <random>
#include <regex>
#include <sys/un.h>
#include <thread>
#include <vector>

#include "testbed/wan/relay.h"
#include "tests/testbed/namespace_fixture.h"

namespace hanse::testbed::test {
namespace {

using SteadyClock = std::chrono::steady_clock;

class DeviceRandom final : public Random {
 public:
  std::uint64_t next() override { return (static_cast<std::uint64_t>(device_()) << 32) | device_(); }

 private:
  std::random_device device_;
};

sockaddr_in address_of(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

// Two zones, `a` at 10.99.1.1 and `b` at 10.99.2.1, and the emulator in a process of its own.
class TwoZones {
 public:
  explicit TwoZones(LinkChange link) {
    link.pair = {"a", "b"};
    const WanOptions options{control_path(),
                             16,
                             {{"a", a_.name(), "wan", "02:77:00:00:00:01", "10.99.1.1"},
                              {"b", b_.name(), "wan", "02:77:00:00:00:02", "10.99.2.1"}},
                             {std::move(link)}};
    relay_.emplace([options] {
      DeviceRandom random;
      return run_relay(options, random) ? 0 : 1;
    });
    for (int i = 0; i < 500 && ::access(control_path().c_str(), F_OK) != 0; ++i)
      std::this_thread::sleep_for(Millis{10});
    near_ = socket_inside(a_.name(), SOCK_DGRAM, 7000);
    far_ = socket_inside(b_.name(), SOCK_DGRAM, 7000);
  }

  std::string control_path() const { return folder_.path() + "/control"; }
  const std::string& a() const { return a_.name(); }
  const std::string& b() const { return b_.name(); }
  ForkedProcess& relay() { return *relay_; }

  // The time that a datagram takes to the far zone and back; nothing when it is lost.
  std::optional<Nanos> round_trip() {
    const sockaddr_in to = address_of("10.99.2.1", 7000);
    const auto start = SteadyClock::now();
    std::array<char, 64> buffer;
    ::sendto(near_.get(), "ping", 4, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    sockaddr_in from{};
    socklen_t length = sizeof from;
    if (::recvfrom(far_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                   &length) != 4)
      return std::nullopt;
    ::sendto(far_.get(), "pong", 4, 0, reinterpret_cast<const sockaddr*>(&from), length);
    if (::recv(near_.get(), buffer.data(), buffer.size(), 0) != 4) return std::nullopt;
    return SteadyClock::now() - start;
  }

  void set_receive_limits(Millis limit) {
    set_receive_limit(near_.get(), limit);
    set_receive_limit(far_.get(), limit);
  }

  std::string control(const std::string& line) {
    const OwnedDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, control_path().c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const std::string text = line + "\n";
    REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
    set_receive_limit(socket.get(), Seconds{5});
    std::array<char, 4096> buffer;
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
  }

 private:
  TemporaryFolder folder_;
  TemporaryNamespace a_{"hanse-wt" + std::to_string(::getpid()) + "-a"};
  TemporaryNamespace b_{"hanse-wt" + std::to_string(::getpid()) + "-b"};
  std::optional<ForkedProcess> relay_;
  OwnedDescriptor near_;
  OwnedDescriptor far_;
};

constexpr const char* kDone = R"({"error":"","links":[]})"
                              "\n";

// Sends `total` bytes by TCP from a to b and says how long it took until all were read.
std::chrono::duration<double> transfer(TwoZones& zones, std::size_t total) {
  OwnedDescriptor listener = socket_inside(zones.b(), SOCK_STREAM, 7001);
  REQUIRE(::listen(listener.get(), 1) == 0);
  std::thread sender([&] {
    const OwnedDescriptor socket = socket_inside(zones.a(), SOCK_STREAM, 0);
    const sockaddr_in to = address_of("10.99.2.1", 7001);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return;
    const std::vector<char> block(256 * 1024);
    for (std::size_t sent = 0; sent < total;) {
      const ssize_t size =
          ::send(socket.get(), block.data(), std::min(block.size(), total - sent), MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<std::size_t>(size);
    }
  });
  const OwnedDescriptor stream(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  set_receive_limit(stream.get(), Seconds{10});
  const auto start = SteadyClock::now();
  std::vector<char> buffer(256 * 1024);
  std::size_t received = 0;
  for (ssize_t size = 1; size > 0 && received < total;
       received += static_cast<std::size_t>(std::max<ssize_t>(size, 0)))
    size = ::recv(stream.get(), buffer.data(), buffer.size(), 0);
  const auto end = SteadyClock::now();
  sender.join();
  CHECK(received == total);
  return end - start;
}

TEST_CASE("a link of 10 ms each way has a round trip of at least 20 ms") {
  if (!is_root()) return;
  TwoZones zones({.delay_ms = 10});
  for (int i = 0; i < 5; ++i) {
    const std::optional<Nanos> time = zones.round_trip();
    REQUIRE(time.has_value());
    CHECK(*time >= Millis{20});
  }
}

TEST_CASE("a link is cut and healed at run time") {
  if (!is_root()) return;
  TwoZones zones({});
  CHECK(zones.round_trip().has_value());
  CHECK(zones.control(R"({"pair":["a","b"],"cut":true})") == kDone);
  zones.set_receive_limits(Millis{200});
  CHECK_FALSE(zones.round_trip().has_value());
  CHECK(zones.control(R"({"pair":["a","b"],"cut":false})") == kDone);
  zones.set_receive_limits(Seconds{5});
  CHECK(zones.round_trip().has_value());
  CHECK(std::regex_search(zones.control(R"({"statistics":true})"), std::regex(R"("droppedCut":[1-9])")));
}

TEST_CASE("a loss of 100 percent drops everything") {
  if (!is_root()) return;
  TwoZones zones({.loss_percent = 100});
  zones.set_receive_limits(Millis{100});
  for (int i = 0; i < 5; ++i) CHECK_FALSE(zones.round_trip().has_value());
}

TEST_CASE("a rate bounds what passes, and a link without one is not held up by it") {
  if (!is_root()) return;
  TwoZones zones({.delay_ms = 1, .mbit = 50});
  constexpr std::size_t kTotal = 4'000'000;  // 0.64 s at 50 Mbit/s
  const double limited = transfer(zones, kTotal).count();
  MESSAGE("50 Mbit/s link carried ", kTotal * 8 / limited / 1e6, " Mbit/s");
  CHECK(limited >= 0.6);
  CHECK(zones.control(R"({"pair":["a","b"],"delayMs":0,"mbit":0})") == kDone);
  constexpr std::size_t kMuch = 500'000'000;
  const double unlimited = transfer(zones, kMuch).count();
  MESSAGE("unlimited link carried ", kMuch * 8 / unlimited / 1e6, " Mbit/s");
}

TEST_CASE("the devices vanish with the emulator, however it ends") {
  if (!is_root()) return;
  for (const int signal : {SIGTERM, SIGKILL}) {
    TwoZones zones({});
    CHECK(shell("ip -n " + zones.a() + " link show dev wan >/dev/null") == 0);
    CHECK(zones.relay().end(signal) == (signal == SIGTERM ? 0 : 128 + SIGKILL));
    CHECK(shell("ip -n " + zones.a() + " link show dev wan >/dev/null 2>&1") != 0);
  }
}

}  // namespace
}  // namespace hanse::testbed::test
