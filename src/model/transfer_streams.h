// How a transfer sends memory. Both ends are told before they open, so it does not change while it runs.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace hanse::model {

inline constexpr std::int32_t kMostStreams = 16;

enum class Compression { none, zstd };
BOOST_DESCRIBE_ENUM(Compression, none, zstd)

struct StreamOptions {
  std::int32_t count = 1;  // connections side by side, each with a thread of its own at either end
  Compression compression = Compression::none;
  // When memory does not converge the guest goes on at the target, and what it lacks of its memory follows.
  bool post_copy = false;
  bool operator==(const StreamOptions&) const = default;
};
BOOST_DESCRIBE_STRUCT(StreamOptions, (), (count, compression, post_copy))
HANSE_DECLARE_JSON(StreamOptions);

// `at` is where they stand in the document, as "/spec/streams". Errors: invalid_argument naming the field.
Status check(const StreamOptions& streams, const std::string& at);

}  // namespace hanse::model
