#include "cli/table.h"

#include <algorithm>
#include <string_view>

#include "cli/text.h"

namespace hanse::cli {
namespace {

constexpr std::size_t kGap = 2;

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace

std::vector<std::size_t> column_widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : table.header) widths.push_back(characters(cell));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(printable(row[i])));
  }
  return widths;
}

std::string render_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                       int indent) {
  std::string out(static_cast<std::size_t>(indent), ' ');
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = printable(cells[i]);
    const std::size_t width = characters(cell);
    out += cell;
    if (i + 1 < cells.size()) out.append(kGap + (width < widths[i] ? widths[i] - width : 0), ' ');
  }
  while (out.ends_with(' ')) out.pop_back();
  return out + '\n';
}

std::string render(const Table& table, int indent) {
  const std::vector<std::size_t> widths = column_widths(table);
  std::string out = render_row(table.header, widths, indent);
  for (const auto& row : table.rows) out += render_row(row, widths, indent);
  return out;
}

}  // namespace hanse::cli
