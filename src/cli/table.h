// A table for people: columns as wide as their widest cell, two spaces between, the last one ragged. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace hanse::cli {

struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows = {};
};

// For rows that come one by one: a cell wider than its column pushes the rest.
std::vector<std::size_t> column_widths(const Table& table);
std::string render_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                       int indent = 0);

// Widths are counted in characters, not bytes. `indent` spaces stand before each line.
std::string render(const Table& table, int indent = 0);

}  // namespace hanse::cli
