// The arrows of a diagram and the rows of a table in docs/states/, for comparing them with the code.
#pragma once

#include <cstddef>
#include <fstream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hanse::test {

inline std::vector<std::string> lines_below(const std::string& file_name, const std::string& heading) {
  std::ifstream file(std::string(HANSE_SOURCE_DIR) + "/docs/states/" + file_name);
  std::vector<std::string> lines;
  std::string line;
  bool inside = false;
  while (std::getline(file, line)) {
    if (line.starts_with("## ")) inside = line == heading;
    if (inside) lines.push_back(line);
  }
  return lines;
}

// The lines "a --> b: why" below that heading, but for those from or to the outside, "[*]". A diagram of
// messages has other arrows.
inline std::set<std::string> drawn_arrows(const std::string& file_name, const std::string& heading,
                                          const std::string& arrow = " --> ") {
  std::set<std::string> arrows;
  for (const std::string& line : lines_below(file_name, heading)) {
    if (line.find(arrow) == std::string::npos || line.find("[*]") != std::string::npos) continue;
    arrows.insert(line.substr(line.find_first_not_of(' ')));
  }
  return arrows;
}

// The cells of the table below that heading, without its head and without what marks names as code.
inline std::vector<std::vector<std::string>> written_rows(const std::string& file_name,
                                                          const std::string& heading) {
  std::vector<std::vector<std::string>> rows;
  for (std::string line : lines_below(file_name, heading)) {
    if (!line.starts_with("| ")) continue;
    std::erase(line, '`');
    std::vector<std::string> cells;
    for (std::size_t begin = 2, end = 0; (end = line.find(" |", begin)) != std::string::npos; begin = end + 3)
      cells.push_back(line.substr(begin, end - begin));
    rows.push_back(std::move(cells));
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

}  // namespace hanse::test
