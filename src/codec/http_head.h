// The heads of HTTP/1.1 messages as plain structs, and their serialisers.
//
// Header names compare without regard to case and keep the order in which they were added. A line break in a
// name, value or target is written as a space, so that no value can add a header of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hanse::codec {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> headers) : headers_(headers) {}

  void add(std::string name, std::string value) { headers_.push_back({std::move(name), std::move(value)}); }
  // Replaces all of this name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);
  // The first of this name; empty when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string get(std::string_view name) const { return std::string(find(name).value_or("")); }
  bool contains(std::string_view name) const { return find(name).has_value(); }
  // Whether `token` is in the comma-separated list of this header, in any case: "Connection: close, upgrade".
  bool has_token(std::string_view name, std::string_view token) const;

  std::size_t size() const { return headers_.size(); }
  auto begin() const { return headers_.begin(); }
  auto end() const { return headers_.end(); }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Header> headers_;
};

bool equal_ignoring_case(std::string_view left, std::string_view right);

struct RequestHead {
  std::string method = "GET";
  std::string target = "/";
  Headers headers = {};
  // What the parser found; serialisers do not look at these.
  int minor_version = 1;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length = {};
};

struct ResponseHead {
  int status = 200;
  std::string reason = {};  // empty: the usual one
  Headers headers = {};
  // What the parser found; serialisers do not look at these.
  int minor_version = 1;
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length = {};
};

std::string serialise(const RequestHead& head);
std::string serialise(const ResponseHead& head);
std::string_view reason_of_status(int status);

// A chunk of a chunked body is chunk_head(size), the bytes, kChunkEnd; kLastChunk ends the body.
std::string chunk_head(std::size_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace hanse::codec
