#include "migration/mode.h"

#include <doctest/doctest.h>

namespace hanse::migration {
namespace {

using model::TransferMode;

TEST_CASE("a copy is taken of what runs and of what is stopped") {
  CHECK(choose_mode(TransferMode::automatic, {.instance = "web", .runs = true, .copy = true})->mode ==
        TransferMode::warm);
  CHECK(choose_mode(TransferMode::cold, {.instance = "web", .is_stopped = true, .copy = true})->mode ==
        TransferMode::cold);
  CHECK_FALSE(choose_mode(TransferMode::automatic, {.instance = "web", .copy = true}));
}

TEST_CASE("automatic is live where that is possible, else warm, and cold for what is stopped") {
  const auto choose = [](const ModeFacts& facts) { return choose_mode(TransferMode::automatic, facts); };
  CHECK(choose({.runs = true})->mode == TransferMode::live);
  const auto warm = choose({.runs = true, .no_live_reason = "its host cannot"});
  CHECK(warm->mode == TransferMode::warm);
  CHECK(warm->reason == "it runs, but its host cannot");
  CHECK(choose({.is_stopped = true})->mode == TransferMode::cold);
  CHECK(choose({.runs = true, .new_sku = "large"})->reason == "it runs, and boots with SKU 'large'");
  CHECK(choose({.runs = true, .new_sku = "large"})->mode == TransferMode::warm);
  CHECK(choose({.is_stopped = true, .new_sku = "large"})->mode == TransferMode::cold);
  CHECK(choose({}).error().code == Code::failed_precondition);
}

TEST_CASE("a mode that is asked for is taken or refused, never exchanged for another") {
  const ModeFacts running{.instance = "web", .runs = true};
  const ModeFacts stopped{.instance = "web", .is_stopped = true};
  CHECK(choose_mode(TransferMode::live, running)->mode == TransferMode::live);
  CHECK(choose_mode(TransferMode::warm, running)->mode == TransferMode::warm);
  CHECK(choose_mode(TransferMode::cold, stopped)->mode == TransferMode::cold);
  CHECK_FALSE(choose_mode(TransferMode::live, stopped));
  CHECK_FALSE(choose_mode(TransferMode::warm, stopped));
  CHECK(choose_mode(TransferMode::cold, running).error().message.find("hanse stop web") != std::string::npos);
  CHECK_FALSE(choose_mode(TransferMode::live, {.runs = true, .no_live_reason = "no"}));
}

TEST_CASE("for a refusal that names the mode only what is open turns warm") {
  const Error about_mode = live_refusal(Code::resource_exhausted, "no");
  CHECK(turns_warm(TransferMode::automatic, TransferMode::live, about_mode));
  CHECK_FALSE(turns_warm(TransferMode::live, TransferMode::live, about_mode));
  CHECK_FALSE(turns_warm(TransferMode::automatic, TransferMode::warm, about_mode));
  CHECK_FALSE(turns_warm(TransferMode::automatic, TransferMode::live, {Code::resource_exhausted, "no"}));
}

}  // namespace
}  // namespace hanse::migration
