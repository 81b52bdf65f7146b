// Base64 with the URL alphabet and without padding (RFC 4648, section 5), as JSON web tokens use it. Pure,
// over Boost.Beast's Base64.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanse::codec {

std::string to_base64url(std::string_view bytes);
// Nothing unless it is exactly what to_base64url() writes: one value has one text.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace hanse::codec
