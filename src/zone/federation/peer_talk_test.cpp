#include "zone/federation/peer_talk.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

TEST_CASE("an answer that is no message, or too large to be one, is told apart") {
  CHECK(read_exchange_answer("{}")->is_empty());
  CHECK(read_exchange_answer("").error().code == Code::data_loss);
  CHECK(read_exchange_answer("<html>").error().code == Code::data_loss);
  CHECK(read_exchange_answer(R"({"heads":7})").error().code == Code::data_loss);
  CHECK(read_exchange_answer(std::string(federation::kMaxExchangeBody + 1, ' ')).error().code ==
        Code::out_of_range);
}

}  // namespace
}  // namespace hanse::zone
