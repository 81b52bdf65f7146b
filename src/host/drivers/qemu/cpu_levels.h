// x86-64-v2, -v3 and -v4: the levels of the x86-64 psABI as CPU models, which mean the same on every host and
// in every version of QEMU: qemu64 with the features of the level, and no others. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hanse::host::qemu {

// Those whose features this host can give a guest, by QEMU's names of them.
std::vector<std::string> levels_with(const std::vector<std::string>& features);

// What -cpu is given for a model: of a level its features, anything else as it is.
std::string cpu_argument(std::string_view model);

}  // namespace hanse::host::qemu
