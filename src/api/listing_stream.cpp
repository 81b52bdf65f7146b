#include "api/listing_stream.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "api/resource_routes.h"

namespace hanse::api {
namespace {

// Items that are read at a time: few enough to stay in the processor's cache on their way out.
constexpr std::size_t kPart = 200;

}  // namespace

ListingStream::ListingStream(const ResourceKind& kind, zone::ListRequest request, ResourceKind::Listing first)
    : kind_(kind), request_(std::move(request)), left_(request_.limit) {
  before_ = kListBegin;
  take(std::move(first));
}

void ListingStream::take(ResourceKind::Listing listing) {
  given_ = 0;
  left_ -= std::min(left_, listing.count);
  request_.skip_token = listing.skip_token;
  if (some_ && listing.count > 0) before_ += ',';
  some_ = some_ || listing.count > 0;
  items_ = std::move(listing.items);
  ended_ = left_ == 0 || request_.skip_token.empty();
  if (ended_) items_ += list_end(request_.skip_token);
}

Task<Result<std::size_t>> ListingStream::read(std::span<std::byte> room) {
  while (given_ == before_.size() + items_.size()) {
    if (ended_) co_return std::size_t{0};
    before_.clear();
    request_.limit = std::min(left_, kPart);
    HANSE_CO_TRY(ResourceKind::Listing listing, kind_.list(request_));
    take(std::move(listing));
  }
  const bool separates = given_ < before_.size();
  const std::string& from = separates ? before_ : items_;
  const std::size_t at = separates ? given_ : given_ - before_.size();
  const std::size_t count = std::min(room.size(), from.size() - at);
  std::memcpy(room.data(), from.data() + at, count);
  given_ += count;
  co_return count;
}

Result<http::BodySource> stream_listing(const ResourceKind& kind, zone::ListRequest request) {
  zone::ListRequest part = request;
  part.limit = std::min(request.limit, kPart);
  HANSE_TRY(ResourceKind::Listing first, kind.list(part));
  const auto stream = std::make_shared<ListingStream>(kind, std::move(request), std::move(first));
  return http::BodySource{.read = [stream](std::span<std::byte> room) { return stream->read(room); }};
}

}  // namespace hanse::api
