// ListingStream: a list that is longer than a page, as the body of one answer. It is read from the tables a
// part at a time, as fast as the client takes it, so that it costs the zone no more memory than a page; what
// changes meanwhile is in it or not, as with pages that are asked for one after the other.
//
// Lifecycle: by the body that reads it. Thread: the loop. Failure: that of the list; the answer is then torn.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "api/resource_kind.h"
#include "http/message.h"

namespace hanse::api {

class ListingStream {
 public:
  // `first`: what was read already, so that a wrong request is refused before anything is sent.
  ListingStream(const ResourceKind& kind, zone::ListRequest request, ResourceKind::Listing first);

  Task<Result<std::size_t>> read(std::span<std::byte> room);

 private:
  void take(ResourceKind::Listing listing);

  const ResourceKind& kind_;
  zone::ListRequest request_;
  std::size_t left_;    // items that may still come
  std::string before_;  // what separates
  std::string items_;
  std::size_t given_ = 0;  // of before_ and items_
  bool some_ = false;
  bool ended_ = false;
};

// Items of one answer at most.
inline constexpr std::size_t kMaxListed = 100'000;

// Requires: request.limit is above that of a page.
Result<http::BodySource> stream_listing(const ResourceKind& kind, zone::ListRequest request);

}  // namespace hanse::api
