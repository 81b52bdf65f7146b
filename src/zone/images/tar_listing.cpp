#include "zone/images/tar_listing.h"

#include <charconv>
#include <limits>

namespace hanse::zone {
namespace {

constexpr int kOctalDigits = 3;
constexpr unsigned kOctal = 8;

bool is_octal(std::string_view digits) {
  return digits.size() == kOctalDigits && digits.find_first_not_of("01234567") == std::string_view::npos;
}

// Undoes --quoting-style=escape.
std::string unescape(std::string_view text) {
  constexpr std::string_view kLetters = "abfnrtv";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
    } else if (const std::string_view digits = text.substr(i + 1, kOctalDigits); is_octal(digits)) {
      unsigned value = 0;
      for (const char digit : digits) value = value * kOctal + static_cast<unsigned>(digit - '0');
      plain += static_cast<char>(value);
      i += kOctalDigits;
    } else {
      const std::size_t letter = kLetters.find(text[++i]);
      plain += letter == std::string_view::npos ? text[i] : kMeanings[letter];
    }
  }
  return plain;
}

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

// "-rw-r--r-- 0/0  5 2026-01-31 12:00 ./name"
Status read_line(std::string_view line, TarListing& listing) {
  const std::string_view mode = take_word(line);
  take_word(line);  // the owner
  const std::string_view size_text = take_word(line);
  take_word(line);  // the day
  take_word(line);  // the time
  if (line.empty()) return fail(Code::data_loss, "tar did not say what the archive holds");
  std::string name = unescape(line.substr(1));
  name.erase(0, name.starts_with("./") ? 2 : 0);
  name.erase(0, name.find_first_not_of('/'));
  listing.names.insert(std::move(name));
  ++listing.entries;
  if (mode.starts_with('c') || mode.starts_with('b')) return {};  // it has numbers in the place of a size
  std::int64_t size = 0;
  const auto [end, error] = std::from_chars(size_text.data(), size_text.data() + size_text.size(), size);
  if (error != std::errc() || end != size_text.data() + size_text.size() || size < 0 ||
      size > std::numeric_limits<std::int64_t>::max() - listing.size.value) {
    return fail(Code::data_loss, "tar did not say how large {} of the archive is", line.substr(1));
  }
  listing.size += Bytes{size};
  return {};
}

}  // namespace

std::vector<std::string> tar_listing_command(const std::string& file) {
  return {"tar",           "--list", "--verbose", "--numeric-owner", "--utc", "--quoting-style=escape",
          "--force-local", "--file", file};
}

Result<TarListing> read_tar_listing(std::string_view text) {
  TarListing listing;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    HANSE_CHECK(read_line(line, listing));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return listing;
}

}  // namespace hanse::zone
