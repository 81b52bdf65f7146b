#include "http/handler.h"

namespace hanse::http {

std::uint64_t Handler::body_limit(const Request&) {
  return 0;
}

bool Handler::wants_body_stream(const Request&) {
  return false;
}

}  // namespace hanse::http
