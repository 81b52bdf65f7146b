// SharedBytes: bytes that several hold and none changes, or a part of them, which keeps the whole where it
// is.
//
// Lifecycle: the whole goes with its last part. Thread: any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace hanse {

class SharedBytes {
 public:
  SharedBytes() = default;
  SharedBytes(std::string whole)  // NOLINT(google-explicit-constructor): takes the place of a string
      : whole_(std::make_shared<const std::string>(std::move(whole))), view_(*whole_) {}

  // Requires: `inside` is a part of view().
  SharedBytes part(std::string_view inside) const {
    SharedBytes some(*this);
    some.view_ = inside;
    return some;
  }
  std::string_view view() const { return view_; }
  std::size_t size() const { return view_.size(); }
  bool operator==(const SharedBytes& other) const { return view_ == other.view_; }

 private:
  std::shared_ptr<const std::string> whole_;
  std::string_view view_;
};

}  // namespace hanse
