#include "power_button.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <linux/input.h>
#include <poll.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace hanse::witness {
namespace {

constexpr int kPollMilliseconds = 200;

std::vector<pollfd> open_input_devices() {
  std::vector<pollfd> devices;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/input", error)) {
    if (!entry.path().filename().string().starts_with("event")) continue;
    const int device = open(entry.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (device >= 0) devices.push_back({device, POLLIN, 0});
  }
  return devices;
}

bool power_pressed(int device) {
  input_event event{};
  while (read(device, &event, sizeof event) == static_cast<ssize_t>(sizeof event)) {
    if (event.type == EV_KEY && event.code == KEY_POWER && event.value == 1) return true;
  }
  return false;
}

}  // namespace

bool wait_for_power_button(const std::stop_token& stop) {
  std::vector<pollfd> devices = open_input_devices();
  bool pressed = false;
  while (!pressed && !stop.stop_requested()) {
    poll(devices.data(), devices.size(), kPollMilliseconds);
    pressed = std::any_of(devices.begin(), devices.end(),
                          [](const pollfd& device) { return power_pressed(device.fd); });
  }
  for (const pollfd& device : devices) close(device.fd);
  return pressed;
}

}  // namespace hanse::witness
