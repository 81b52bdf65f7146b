#include "host/drivers/qemu/cpu_levels.h"

#include <algorithm>
#include <span>

namespace hanse::host::qemu {
namespace {

constexpr std::string_view kBaseModel = "qemu64";

// Each level has those of the one before it too. System V psABI for x86-64, table 3.1; fxsr, mmx, sse and
// sse2 of the first are in qemu64, osxsave is the guest's to set.
constexpr std::string_view kSecond[] = {"cx16", "lahf-lm", "popcnt", "pni", "sse4.1", "sse4.2", "ssse3"};
constexpr std::string_view kThird[] = {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"};
constexpr std::string_view kFourth[] = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"};

struct Level {
  std::string_view name;
  std::span<const std::string_view> more;
};
constexpr Level kLevels[] = {{"x86-64-v2", kSecond}, {"x86-64-v3", kThird}, {"x86-64-v4", kFourth}};

}  // namespace

std::vector<std::string> levels_with(const std::vector<std::string>& features) {
  std::vector<std::string> levels;
  for (const Level& level : kLevels) {
    const bool all = std::all_of(level.more.begin(), level.more.end(), [&](std::string_view feature) {
      return std::find(features.begin(), features.end(), feature) != features.end();
    });
    if (!all) break;
    levels.emplace_back(level.name);
  }
  return levels;
}

std::string cpu_argument(std::string_view model) {
  std::string argument(kBaseModel);
  for (const Level& level : kLevels) {
    for (const std::string_view feature : level.more) argument.append(",+").append(feature);
    if (level.name == model) return argument;
  }
  return std::string(model);
}

}  // namespace hanse::host::qemu
