#include "simulator/request_tap.h"

#include <utility>

#include "base/bytes.h"

namespace hanse::simulator {

bool RequestTap::read(const std::string& bytes) {
  bool withheld = false;
  if (over_) return withheld;
  rest_ += bytes;
  while (!over_ && !rest_.empty()) {
    const auto taken = parser_.feed(as_bytes(rest_));
    if (!taken) {
      over_ = true;
      break;
    }
    request_.append(rest_, 0, *taken);
    rest_.erase(0, *taken);
    (void)parser_.take_body();
    if (!parser_.done()) {
      if (*taken == 0) break;
      continue;
    }
    over_ = parser_.head().headers.contains("Upgrade");
    parser_ = codec::RequestParser();
    withheld = take_(std::exchange(request_, {})) || withheld;
  }
  return withheld;
}

}  // namespace hanse::simulator
