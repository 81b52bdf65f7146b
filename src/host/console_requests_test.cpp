#include "host/console_requests.h"

#include <doctest/doctest.h>

#include "tests/support/fake_driver.h"
#include "tests/support/manual_loop.h"

namespace hanse::host {
namespace {

struct ConsoleRequestsFixture {
  test::ManualLoop loop;
  test::FakeDriver driver{loop};
  std::vector<model::HostResponse> answers;
  ConsoleRequests consoles{driver,
                           [this](model::HostResponse answer) { answers.push_back(std::move(answer)); }};

  ConsoleRequestsFixture() { driver.set_run_state("m1", RunState::running); }
  model::HostResponse read(std::int64_t offset) {
    consoles.serve({.id = 1, .uid = "m1", .offset = offset});
    REQUIRE_FALSE(answers.empty());
    return answers.back();
  }
};

TEST_CASE("a console is read from an offset") {
  ConsoleRequestsFixture host;
  host.driver.consoles["m1"] = "hello world";
  CHECK(host.read(6).text == "world");
  CHECK(host.read(6).offset == 6);
  CHECK(host.read(6).id == 1);
  CHECK(host.read(11).text.empty());
  CHECK(host.read(-5).text == "hello world");
}

TEST_CASE("a long console comes in pieces, characters whole") {
  ConsoleRequestsFixture host;
  std::string text(kConsolePiece - 1, 'x');
  text += "\xE2\x82\xAC and the rest";
  host.driver.consoles["m1"] = text;
  const model::HostResponse first = host.read(0);
  CHECK(first.text.size() == kConsolePiece - 1);
  CHECK(host.read(kConsolePiece - 1).text == "\xE2\x82\xAC and the rest");
}

TEST_CASE("a console is written, and a failure is told with its code") {
  ConsoleRequestsFixture host;
  const model::HostRequest request{
      .id = 5, .method = model::HostMethod::write_console, .uid = "m1", .text = "ls\n"};
  host.consoles.serve(request);
  CHECK(host.answers.empty());
  host.loop.run();
  REQUIRE(host.answers.size() == 1);
  CHECK(host.answers[0].id == 5);
  CHECK(host.answers[0].error.empty());
  CHECK(host.driver.consoles["m1"] == "ls\n");
  host.driver.fail_next("write_console", Error{Code::unavailable, "the guest does not read"});
  host.consoles.serve(request);
  host.loop.run();
  CHECK(host.answers[1].error == "the guest does not read");
  CHECK(host.answers[1].code == "unavailable");
}

TEST_CASE("no such machine, and too many writes") {
  ConsoleRequestsFixture host;
  host.consoles.serve({.id = 1, .uid = "m2"});
  REQUIRE(host.answers.size() == 1);
  CHECK(host.answers[0].code == "not_found");
  for (std::size_t i = 0; i <= kMaxConsoleWrites; ++i)
    host.consoles.serve({.id = 2, .method = model::HostMethod::write_console, .uid = "m1"});
  REQUIRE(host.answers.size() == 2);
  CHECK(host.answers[1].code == "resource_exhausted");
  host.loop.run();
  CHECK(host.answers.size() == 2 + kMaxConsoleWrites);
}

}  // namespace
}  // namespace hanse::host
