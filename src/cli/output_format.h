// The formats of -o.
#pragma once

namespace hanse::cli {

enum class OutputFormat { table, wide, json, yaml, name };

constexpr bool is_for_programs(OutputFormat format) {
  return format == OutputFormat::json || format == OutputFormat::yaml;
}

}  // namespace hanse::cli
