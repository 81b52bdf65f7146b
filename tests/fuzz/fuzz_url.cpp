// A target that is read can be written again and then reads the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hanse::codec;
  const auto target = parse_target(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!target) return 0;
  const auto again = parse_target(join_path(target->segments) + encode_query(target->query));
  if (!again || again->segments != target->segments || again->query != target->query) std::abort();
  return 0;
}
