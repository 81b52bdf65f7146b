#include "model/transfer_streams.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(StreamOptions)

Status check(const StreamOptions& streams, const std::string& at) {
  if (streams.count < 1 || streams.count > kMostStreams)
    return fail_field(at + "/count", "must be from 1 to {}", kMostStreams);
  const bool plain = streams.count == 1 && streams.compression == Compression::none;
  if (!streams.post_copy || plain) return {};
  return fail_field(at + "/postCopy", "memory can follow only in one stream that is not compressed");
}

}  // namespace hanse::model
