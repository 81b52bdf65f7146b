#include "codec/nbd.h"

#include "codec/big_endian.h"

namespace hanse::codec::nbd {
namespace {

constexpr std::uint64_t kServerMagic = 0x4e42444d41474943;  // "NBDMAGIC"
constexpr std::uint64_t kOptionMagic = 0x49484156454f5054;  // "IHAVEOPT"
constexpr std::uint64_t kOptionReplyMagic = 0x3e889045565a9;
constexpr std::uint32_t kRequestMagic = 0x25609513;
constexpr std::uint32_t kReplyMagic = 0x67446698;
constexpr std::uint16_t kFixedNewstyle = 1;
constexpr std::uint32_t kOptionGo = 7;
constexpr std::uint32_t kErrorReply = 0x80000000;
constexpr std::uint16_t kExportInformation = 0;

tl::unexpected<Error> no_server() {
  return fail(Code::invalid_argument, "the hypervisor's disk server does not speak NBD");
}

}  // namespace

Status check_greeting(std::string_view greeting) {
  ByteReader reader(greeting);
  const bool known =
      reader.take<std::uint64_t>() == kServerMagic && reader.take<std::uint64_t>() == kOptionMagic;
  const auto flags = reader.take<std::uint16_t>();
  if (known && reader.at_end() && (flags & kFixedNewstyle) != 0) return {};
  return no_server();
}

std::string client_flags() {
  std::string out;
  put_number(out, std::uint32_t{kFixedNewstyle});
  return out;
}

std::string choose_export(std::string_view name) {
  std::string data;
  put_number(data, static_cast<std::uint32_t>(name.size()));
  data += name;
  put_number(data, std::uint16_t{0});  // no information beyond what is always told
  std::string out;
  put_number(out, kOptionMagic);
  put_number(out, kOptionGo);
  put_number(out, static_cast<std::uint32_t>(data.size()));
  return out + data;
}

Result<OptionHead> read_option_head(std::string_view head) {
  ByteReader reader(head);
  const bool known =
      reader.take<std::uint64_t>() == kOptionReplyMagic && reader.take<std::uint32_t>() == kOptionGo;
  const auto type = reader.take<std::uint32_t>();
  const auto size = reader.take<std::uint32_t>();
  if (!known || !reader.at_end() || size > kMaxOptionData) return no_server();
  if ((type & kErrorReply) != 0) return fail(Code::not_found, "the hypervisor does not export this disk");
  return OptionHead{static_cast<OptionReply>(type), size};
}

Result<std::uint64_t> read_export_size(std::string_view data, std::uint64_t otherwise) {
  ByteReader reader(data);
  const auto kind = reader.take<std::uint16_t>();
  if (!reader.good()) return no_server();
  if (kind != kExportInformation) return otherwise;
  const auto size = reader.take<std::uint64_t>();
  if (!reader.good()) return no_server();
  return size;
}

std::string to_bytes(const Request& request) {
  std::string out;
  put_number(out, kRequestMagic);
  put_number(out, std::uint16_t{0});  // flags
  put_number(out, static_cast<std::uint16_t>(request.command));
  put_number(out, request.handle);
  put_number(out, request.offset);
  put_number(out, request.size);
  return out;
}

Result<Reply> read_reply(std::string_view reply) {
  ByteReader reader(reply);
  const auto magic = reader.take<std::uint32_t>();
  const auto error = reader.take<std::uint32_t>();
  const auto handle = reader.take<std::uint64_t>();
  if (magic != kReplyMagic || !reader.at_end()) return no_server();
  return Reply{.handle = handle, .error = error};
}

}  // namespace hanse::codec::nbd
