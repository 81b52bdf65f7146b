#include "codec/nbd.h"

#include <doctest/doctest.h>

#include "codec/big_endian.h"

namespace hanse::codec::nbd {
namespace {

std::string greeting(std::uint16_t flags) {
  std::string text = "NBDMAGICIHAVEOPT";
  put_number(text, flags);
  return text;
}

std::string option_head(std::uint32_t type, std::uint32_t size) {
  std::string text;
  put_number(text, std::uint64_t{0x3e889045565a9});
  put_number(text, std::uint32_t{7});
  put_number(text, type);
  put_number(text, size);
  return text;
}

TEST_CASE("a server of the fixed newstyle is known by its greeting") {
  CHECK(check_greeting(greeting(3)));
  CHECK_FALSE(check_greeting(greeting(2)));
  CHECK_FALSE(check_greeting(greeting(3).substr(1)));
  CHECK_FALSE(check_greeting(std::string(kGreetingBytes, 'x')));
}

TEST_CASE("an export is asked for by name, and its size is told") {
  const std::string asked = choose_export("disk-1");
  CHECK(asked.substr(0, 8) == "IHAVEOPT");
  CHECK(asked.find("disk-1") == 20);
  CHECK(asked.size() == 28);
  CHECK(read_option_head(option_head(1, 0)).value().type == OptionReply::acknowledged);
  CHECK(read_option_head(option_head(3, 12)).value().data == 12);
  CHECK(read_option_head(option_head(0x80000006, 0)).error().code == Code::not_found);
  CHECK_FALSE(read_option_head(option_head(3, kMaxOptionData + 1)));
  std::string information;
  put_number(information, std::uint16_t{0});
  put_number(information, std::uint64_t{1} << 30);
  put_number(information, std::uint16_t{0});
  CHECK(read_export_size(information, 0).value() == std::uint64_t{1} << 30);
  CHECK(read_export_size(std::string("\0\3block sizes", 13), 5).value() == 5);
  CHECK_FALSE(read_export_size(information.substr(0, 6), 0));
  CHECK_FALSE(read_export_size("", 0));
}

TEST_CASE("requests have 28 bytes, replies 16") {
  const std::string request =
      to_bytes(Request{.command = Command::write_zeroes, .handle = 7, .offset = 1 << 16, .size = 65536});
  REQUIRE(request.size() == 28);
  CHECK(request.substr(0, 4) == "\x25\x60\x95\x13");
  CHECK(request[7] == 6);
  std::string reply;
  put_number(reply, std::uint32_t{0x67446698});
  put_number(reply, std::uint32_t{28});
  put_number(reply, std::uint64_t{7});
  CHECK(read_reply(reply).value().error == 28);
  CHECK(read_reply(reply).value().handle == 7);
  CHECK_FALSE(read_reply(reply.substr(1)));
  CHECK_FALSE(read_reply(std::string(kReplyBytes, 'x')));
}

}  // namespace
}  // namespace hanse::codec::nbd
