// A table for people: columns as wide as their widest cell, two spaces between, the last one ragged. Pure.
#pragma once

#include <string>
#include <vector>

namespace hanse::cli {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows = {};
};

// Widths are counted in characters, not bytes. `indent` spaces stand before each line.
std::string render(const Table& table, int indent = 0);

}  // namespace hanse::cli
