// The first byte says how the rest is cut into pieces; a message must be read the same whole and in pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/http_parser.h"

namespace {

using namespace hanse::codec;

struct Outcome {
  bool failed = false;
  bool done = false;
  std::string start;
  std::string body;
};

std::string start_of(const RequestHead& head) {
  return head.method + head.target;
}
std::string start_of(const ResponseHead& head) {
  return std::to_string(head.status);
}

template <class Head>
Outcome read(const std::string& text, std::size_t piece) {
  HttpParser<Head> parser(HttpLimits{.header_bytes = 4096, .header_count = 20, .body_bytes = 10'000});
  Outcome outcome;
  std::string pending;
  for (std::size_t i = 0; i < text.size() && !parser.done(); i += piece) {
    pending += text.substr(i, piece);
    while (!pending.empty() && !parser.done()) {
      const auto taken = parser.feed(std::as_bytes(std::span(pending)));
      if (!taken) {
        outcome.failed = true;
        return outcome;
      }
      outcome.body += parser.take_body();
      if (*taken == 0) break;
      pending.erase(0, *taken);
    }
  }
  outcome.done = parser.done();
  if (parser.head_done()) outcome.start = start_of(parser.head());
  return outcome;
}

template <class Head>
void compare(const std::string& text, std::size_t piece) {
  const Outcome whole = read<Head>(text, text.size());
  const Outcome pieces = read<Head>(text, piece);
  if (whole.failed || pieces.failed) return;  // a limit or a fault may be seen earlier in one of the two
  if (whole.done != pieces.done || whole.start != pieces.start) std::abort();
  // Of a message that is not complete yet one of the two may have given more of its body than the other.
  const std::size_t common = std::min(whole.body.size(), pieces.body.size());
  if (whole.done && whole.body.size() != pieces.body.size()) std::abort();
  if (whole.body.compare(0, common, pieces.body, 0, common) != 0) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  compare<RequestHead>(text, data[0] + std::size_t{1});
  compare<ResponseHead>(text, data[0] + std::size_t{1});
  return 0;
}
