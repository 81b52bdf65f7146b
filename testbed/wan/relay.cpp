#include "testbed/wan/relay.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <vector>

#include "testbed/wan/control_request.h"
#include "testbed/wan/control_server.h"
#include "testbed/wan/tap_device.h"

namespace hanse::testbed {
namespace {

// So many frames of one port before the others have their turn.
constexpr int kBatch = 32;

MonotonicTime now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return MonotonicTime(Seconds{time.tv_sec} + Nanos{time.tv_nsec});
}

std::vector<std::string> names_of(const std::vector<WanPort>& ports) {
  std::vector<std::string> names;
  for (const WanPort& port : ports) names.push_back(port.name);
  return names;
}

class Relay final : public FrameSink {
 public:
  Relay(std::vector<TapDevice> devices, ControlServer control, const std::vector<WanPort>& ports,
        Random& random)
      : devices_(std::move(devices)), control_(std::move(control)), switch_(names_of(ports), *this, random) {}

  Status prepare(const WanOptions& options);
  Status run();

  // A frame that the device does not take is lost, as on any network.
  void deliver(std::size_t port, FrameBytes frame) override {
    [[maybe_unused]] const bool taken = devices_[port].write(frame);
  }

 private:
  enum Source : std::uint64_t { kTimer = kMaxWanPorts, kControl, kSignals };

  Status watch(int descriptor, std::uint64_t source);
  void drain(std::size_t port);
  void set_timer();
  bool handle(std::uint64_t source);  // false: stop

  std::vector<TapDevice> devices_;
  ControlServer control_;
  WanSwitch switch_;
  OwnedDescriptor epoll_;
  OwnedDescriptor timer_;
  OwnedDescriptor signals_;
  std::optional<MonotonicTime> timer_due_;
  std::array<std::byte, kMaxFrameSize> buffer_;
};

Status Relay::watch(int descriptor, std::uint64_t source) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = source;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0) return {};
  return fail(Code::internal, "the WAN emulator cannot watch a descriptor: {}", std::strerror(errno));
}

Status Relay::prepare(const WanOptions& options) {
  for (const LinkChange& link : options.links) HANSE_CHECK(change_link(switch_, link));
  epoll_ = OwnedDescriptor(::epoll_create1(EPOLL_CLOEXEC));
  timer_ = OwnedDescriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  ::sigprocmask(SIG_BLOCK, &stopping, nullptr);
  signals_ = OwnedDescriptor(::signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC));
  for (std::size_t port = 0; port < devices_.size(); ++port) {
    HANSE_TRY(const MacAddress mac, parse_mac(options.ports[port].mac));
    switch_.place(mac, port);
    HANSE_CHECK(watch(devices_[port].descriptor(), port));
  }
  HANSE_CHECK(watch(timer_.get(), kTimer));
  HANSE_CHECK(watch(control_.descriptor(), kControl));
  return watch(signals_.get(), kSignals);
}

void Relay::drain(std::size_t port) {
  for (int i = 0; i < kBatch; ++i) {
    const FrameBytes frame = devices_[port].read(buffer_);
    if (frame.empty()) return;
    switch_.receive(port, frame, now());
  }
}

void Relay::set_timer() {
  const std::optional<MonotonicTime> due = switch_.next_due();
  if (due == timer_due_) return;
  timer_due_ = due;
  itimerspec setting{};  // all zero disarms
  if (due) {
    const Nanos since_start = due->time_since_epoch();
    setting.it_value.tv_sec = since_start / Seconds{1};
    setting.it_value.tv_nsec = (since_start % Seconds{1}).count();
  }
  ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &setting, nullptr);
}

bool Relay::handle(std::uint64_t source) {
  if (source < devices_.size()) {
    drain(source);
  } else if (source == kTimer) {
    std::uint64_t expirations = 0;
    if (::read(timer_.get(), &expirations, sizeof expirations) > 0) timer_due_.reset();
  } else if (source == kControl) {
    control_.serve([this](const std::string& line) { return answer_control_line(switch_, line); });
  } else {
    return false;
  }
  return true;
}

Status Relay::run() {
  std::array<epoll_event, kMaxWanPorts + 3> events;
  while (true) {
    set_timer();
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR)
      return fail(Code::internal, "the WAN emulator's loop failed: {}", std::strerror(errno));
    for (int i = 0; i < count; ++i)
      if (!handle(events[static_cast<std::size_t>(i)].data.u64)) return {};
    switch_.deliver_due(now());
  }
}

}  // namespace

Status run_relay(const WanOptions& options, Random& random) {
  std::vector<TapDevice> devices;
  for (const WanPort& port : options.ports) {
    HANSE_TRY(TapDevice device, TapDevice::open(port, options.prefix_length, options.ports));
    devices.push_back(std::move(device));
  }
  HANSE_TRY(ControlServer control, ControlServer::listen(options.control_socket));
  Relay relay(std::move(devices), std::move(control), options.ports, random);
  HANSE_CHECK(relay.prepare(options));
  return relay.run();
}

Status run_wan(const std::string& options_file, Random& random) {
  std::ifstream file(options_file);
  if (!file)
    return fail(Code::not_found, "WAN options {} cannot be read: {}", options_file, std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  HANSE_TRY(const WanOptions options, parse_wan_options(text));
  return run_relay(options, random);
}

}  // namespace hanse::testbed
