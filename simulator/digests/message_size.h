// How many bytes an exchange of records is on the wire: its bodies as the JSON that they are sent as,
// exactly, and a stated overhead. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "federation/record_exchange.h"

namespace hanse::simulator {

// Of a request and its answer: two HTTP heads (about 330 and 180 bytes), two TLS records, and the headers of
// IP and TCP with their acknowledgements.
inline constexpr std::size_t kRequestOverhead = 750;
// Of a new connection: TCP, and TLS 1.3 in which both sides show a certificate.
inline constexpr std::size_t kHandshakeBytes = 4'500;
// A probe has no body to speak of.
inline constexpr std::size_t kProbeBytes = kRequestOverhead + 20;

// Requires: every record's body is one that record_bytes() was given for. What it is sent as, to the byte.
std::size_t message_bytes(const federation::ExchangeMessage& message, std::size_t record_bytes);
// Of the record as JSON.
std::size_t record_bytes(const federation::SignedRecord& record);

}  // namespace hanse::simulator
