// RequestTap: reads along what a client sends over one connection, and hands on each request that is whole.
// It ends for good at what is no HTTP, and at an upgrade, behind which there is none.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "codec/http_parser.h"

namespace hanse::simulator {

class RequestTap {
 public:
  // As it was sent. True: what was read last is not to be handed on yet.
  using Take = std::function<bool(std::string request)>;
  explicit RequestTap(Take take) : take_(std::move(take)) {}

  // True when one of the requests that these bytes complete is not to be handed on yet.
  bool read(const std::string& bytes);

 private:
  Take take_;
  codec::RequestParser parser_;
  std::string request_;  // what of it the parser has taken
  std::string rest_;
  bool over_ = false;
};

}  // namespace hanse::simulator
