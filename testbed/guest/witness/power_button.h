// Waits for the ACPI power button, which the kernel reports as a key press on an input device.
// The calling thread is held until the button or `stop`; without any input device it waits for `stop` alone.
#pragma once

#include <stop_token>

namespace hanse::witness {

// True if the button was pressed.
bool wait_for_power_button(const std::stop_token& stop);

}  // namespace hanse::witness
