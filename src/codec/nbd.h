// What a client of NBD says to write to one export of a hypervisor on the same host, and what it hears; the
// fixed newstyle handshake and simple replies,
// https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md. Pure. libnbd would do it too, and would
// bring a second TLS library into each agent, which takes 4 MB.
//
// Failure of reading: invalid_argument when it is no answer of such a server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hanse::codec::nbd {

// The server's first word, of kGreetingBytes; the client answers with its flags, as many bytes as here.
inline constexpr std::size_t kGreetingBytes = 18;
Status check_greeting(std::string_view greeting);
std::string client_flags();

// Asks for an export. Replies follow, each a head of kOptionReplyBytes and so many bytes as that says.
std::string choose_export(std::string_view name);
inline constexpr std::size_t kOptionReplyBytes = 20;
inline constexpr std::size_t kMaxOptionData = 64 * 1024;
enum class OptionReply : std::uint32_t { acknowledged = 1, information = 3 };
struct OptionHead {
  OptionReply type = OptionReply::acknowledged;
  std::size_t data = 0;  // at most kMaxOptionData
};
// Errors: also not_found when the server refuses the export.
Result<OptionHead> read_option_head(std::string_view head);
// The size in bytes that an `information` tells of the export; nothing when it is about something else.
Result<std::uint64_t> read_export_size(std::string_view data, std::uint64_t otherwise);

enum class Command : std::uint16_t { write = 1, flush = 3, write_zeroes = 6 };
struct Request {
  Command command = Command::write;
  std::uint64_t handle = 0;  // comes back with the reply
  std::uint64_t offset = 0;
  std::uint32_t size = 0;
};
// The data of a write follows it.
std::string to_bytes(const Request& request);

inline constexpr std::size_t kReplyBytes = 16;
struct Reply {
  std::uint64_t handle = 0;
  std::uint32_t error = 0;  // as errno; 0: done
};
Result<Reply> read_reply(std::string_view reply);

}  // namespace hanse::codec::nbd
