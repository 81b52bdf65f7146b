// The wire format of QMP, QEMU's machine protocol: one JSON object a line in both directions. Sans-IO: bytes
// go in, messages come out.
//
// Lifecycle: one QmpDecoder for one connection; after an error it is of no further use. Thread: any.
// Failure: data_loss for what is not QMP, resource_exhausted for a line beyond kMaxQmpLine.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

namespace hanse::codec {

// The list of all CPU models with their features is the longest answer, below 1 MiB.
inline constexpr std::size_t kMaxQmpLine = std::size_t{4} << 20;

// QEMU's first line.
struct QmpGreeting {
  int major = 0;
  int minor = 0;
  int micro = 0;
  bool out_of_band = false;  // it can take commands that overtake others
};

struct QmpReply {
  std::uint64_t id = 0;  // of the command; 0 when QEMU could not read it
  Result<json::Value> result;
};

struct QmpEvent {
  std::string name;
  json::Object data;
  std::optional<Nanos> since_epoch;  // QEMU's wall clock; absent when its host has none
};

using QmpMessage = std::variant<QmpGreeting, QmpReply, QmpEvent>;

class QmpDecoder {
 public:
  // Appends the messages that are complete now.
  Status feed(std::string_view bytes, std::vector<QmpMessage>& out);

 private:
  std::string partial_line_;
};

enum class QmpUrgency { in_order, out_of_band };

// One line with its newline. Requires: id > 0.
std::string encode_qmp_command(std::string_view command, json::Object arguments, std::uint64_t id,
                               QmpUrgency urgency);

}  // namespace hanse::codec
