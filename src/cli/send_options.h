// How a move sends, as users say it: options of migrate, drain and evacuate.
#pragma once

#include <cstdint>
#include <optional>

#include "model/transfer_streams.h"

namespace CLI {
class App;
}  // namespace CLI

namespace hanse::cli {

struct SendOptions {
  std::optional<std::int64_t> max_rate;  // bytes a second; 0: no limit
  std::int32_t streams = 1;
  bool compress = false;
  bool post_copy = false;
};

// `options` outlives the command. `whose` is what the limit of the link is of: "disk and memory".
void add_send_options(CLI::App& command, SendOptions& options, const char* whose);

// Throws CLI::ValidationError; the zone checks the same in model::check().
void check_send_options(const SendOptions& given);

model::StreamOptions streams_of(const SendOptions& options);

}  // namespace hanse::cli
