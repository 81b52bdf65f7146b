#include "heartbeat.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <unistd.h>

#include "pace.h"

namespace hanse::witness {
namespace {

constexpr std::string_view kPortName = "org.hanse.guest.0";
constexpr int kOpenFlags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

// Without udev there is no /dev/virtio-ports: the name stands in sysfs, the device node in /dev.
int open_named_port() {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/class/virtio-ports", error)) {
    std::string name;
    std::ifstream(entry.path() / "name") >> name;
    if (name == kPortName) return open(("/dev/" + entry.path().filename().string()).c_str(), kOpenFlags);
  }
  return -1;
}

}  // namespace

Heartbeat::Heartbeat(Witness& witness)
    : witness_(witness), console_(open("/dev/ttyS0", kOpenFlags)), port_(open_named_port()) {}

Heartbeat::~Heartbeat() {
  if (console_ >= 0) close(console_);
  if (port_ >= 0) close(port_);
}

void Heartbeat::beat_until(const std::stop_token& stop) {
  std::int64_t next = monotonic_nanoseconds();
  std::int64_t next_console = next;
  while (!stop.stop_requested()) {
    const std::int64_t now = monotonic_nanoseconds();
    write_port(++witness_.counter, now);
    read_port();
    if (now >= next_console) {
      write_console(now);
      next_console += kNanosecondsPerSecond;
    }
    next += witness_.settings.heartbeat_milliseconds * kNanosecondsPerMillisecond;
    if (next < now) next = now;  // Late beats are not made up for: a burst would say nothing about time.
    sleep_until(next);
  }
}

void Heartbeat::write_port(std::uint64_t sequence, std::int64_t now) {
  if (port_ < 0) return;
  char line[64];
  const int size = std::snprintf(line, sizeof line, "heartbeat %llu %lld\n",
                                 static_cast<unsigned long long>(sequence), static_cast<long long>(now));
  if (write(port_, line, static_cast<std::size_t>(size)) != size) ++witness_.heartbeats_dropped;
}

void Heartbeat::read_port() {
  if (port_ < 0) return;
  char buffer[512];
  const ssize_t count = read(port_, buffer, sizeof buffer);
  if (count <= 0) return;
  input_.append(buffer, static_cast<std::size_t>(count));
  for (std::size_t end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
    constexpr std::string_view kLocation = "location ";
    const std::string_view line = std::string_view(input_).substr(0, end);
    if (line.starts_with(kLocation)) witness_.settings.set_location(line.substr(kLocation.size()));
    input_.erase(0, end + 1);
  }
  if (input_.size() > kMaximumInputBytes) input_.clear();
}

void Heartbeat::write_console(std::int64_t now) {
  if (console_ < 0) return;
  const std::string line = "heartbeat " + std::to_string(witness_.counter) + ' ' + std::to_string(now) +
                           " lines=" + std::to_string(witness_.log.acknowledged()) +
                           " page_errors=" + std::to_string(witness_.pattern.errors()) +
                           " location=" + witness_.settings.location() + "\r\n";
  if (write(console_, line.data(), line.size()) < 0) return;  // A full console loses the line, by intent.
}

}  // namespace hanse::witness
