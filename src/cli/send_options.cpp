#include "cli/send_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <map>
#include <string>

#include "cli/command_groups.h"

namespace hanse::cli {

void add_send_options(CLI::App& command, SendOptions& options, const char* whose) {
  const std::map<std::string, std::int64_t> rates = {
      {"kbit", 125},         {"Mbit", 125'000}, {"Gbit", 125'000'000}, {"kB", 1'000},   {"MB", 1'000'000},
      {"GB", 1'000'000'000}, {"KiB", 1 << 10},  {"MiB", 1 << 20},      {"GiB", 1 << 30}};
  command
      .add_option(
          "--bandwidth", options.max_rate,
          fmt::format("What {} may take of the link in a second: 100Mbit, 12MB, 8MiB; 0MB: all", whose))
      ->transform(CLI::AsNumberWithUnit(rates, CLI::AsNumberWithUnit::UNIT_REQUIRED, "RATE"));
  command.add_option("--streams", options.streams, "Connections that carry memory side by side")
      ->check(CLI::Range(1, model::kMostStreams))
      ->capture_default_str();
  command.add_flag("--compress", options.compress, "Compress memory by zstd, for a link that is slow");
  command.add_flag(
      "--post-copy", options.post_copy,
      "If memory changes faster than the link carries, let the guest go on at the target before "
      "all of it is there; if the source's or the target's host fails meanwhile, the guest boots "
      "from its disks");
}

void check_send_options(const SendOptions& given) {
  if (given.post_copy && (given.streams != 1 || given.compress))
    throw CLI::ValidationError("--post-copy", "memory can follow only without --streams and --compress");
}

std::optional<BytesPerSecond> max_rate_of(const SendOptions& options) {
  const std::int64_t rate = options.max_rate.value_or(0);
  return rate > 0 ? std::optional(BytesPerSecond{rate}) : std::nullopt;
}

model::StreamOptions streams_of(const SendOptions& options) {
  model::StreamOptions streams{.count = options.streams};
  if (options.compress) streams.compression = model::Compression::zstd;
  streams.post_copy = options.post_copy;
  return streams;
}

}  // namespace hanse::cli
