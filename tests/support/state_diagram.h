// The arrows of a state diagram in docs/states/, for comparing them with the code.
#pragma once

#include <fstream>
#include <set>
#include <string>

namespace hanse::test {

// The lines "a --> b: why" below that heading, but for those from or to the outside, "[*]".
inline std::set<std::string> drawn_arrows(const std::string& file_name, const std::string& heading) {
  std::ifstream file(std::string(HANSE_SOURCE_DIR) + "/docs/states/" + file_name);
  std::set<std::string> arrows;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## ")) inside = line == heading;
    if (!inside || line.find(" --> ") == std::string::npos || line.find("[*]") != std::string::npos) continue;
    arrows.insert(line.substr(line.find_first_not_of(' ')));
  }
  return arrows;
}

}  // namespace hanse::test
