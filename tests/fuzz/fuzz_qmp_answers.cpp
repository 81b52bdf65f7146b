// What a hypervisor, whose guest may have taken it over, answers to each query: it ends in an answer or an
// error, and every figure is one that can be reckoned with. Its events are for GuestState.
//
// The input is a letter for the query and the text of the answer, which may end early and go on with other
// lines.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "host/drivers/qemu/guest_state.h"
#include "host/drivers/qemu/qmp_commands.h"
#include "tests/support/test_runtime.h"

namespace {

using namespace hanse;
using namespace hanse::host::qemu;

void require(bool holds) {
  if (!holds) std::abort();
}

// Such figures can be added and compared as often as anyone does.
void check(Bytes size) {
  require(size.value >= 0 && size.value <= std::int64_t{1} << 54);
}
void check(BytesPerSecond rate) {
  check(Bytes{rate.value});
}

Task<void> ask(QmpClient& client, char query) {
  switch (query) {
    case 's':
      static_cast<void>(co_await qmp::query_status(client));
      break;
    case 'm':
      if (const auto info = co_await qmp::query_migrate(client)) {
        check(info->sent);
        check(info->remaining);
        check(info->rate);
        check(Bytes{info->passes});
        require(info->downtime_ms >= 0 && info->expected_downtime_ms >= 0);
      }
      break;
    case 'j':
      if (const auto jobs = co_await qmp::query_block_jobs(client)) {
        for (const qmp::BlockJobInfo& job : *jobs) {
          check(job.length);
          check(job.offset);
        }
      }
      break;
    case 'n':
      static_cast<void>(co_await qmp::query_named_block_nodes(client));
      break;
    case 'M':
      static_cast<void>(co_await qmp::query_machines(client));
      break;
    case 'c':
      static_cast<void>(co_await qmp::query_cpu_definitions(client));
      break;
    case 'f':
      static_cast<void>(co_await qmp::query_cpu_features(client));
      break;
    case 'w':
      if (const auto written = co_await qmp::query_bytes_written(client)) check(*written);
      break;
    case 'd':
      if (const auto rate = co_await qmp::query_dirty_rate(client); rate && *rate) check(**rate);
      break;
    default:
      break;
  }
}

struct Hypervisor {
  test::TestRuntime world;
  std::shared_ptr<test::MemoryPipe> to_agent = std::make_shared<test::MemoryPipe>(world.loop);
  std::shared_ptr<test::MemoryPipe> to_qemu = std::make_shared<test::MemoryPipe>(world.loop);
  GuestState state;
  QmpClient client{world.loop,
                   std::make_unique<test::MemoryStream>(to_agent, to_qemu, PeerIdentity(), "qemu"),
                   {.on_event = [this](const codec::QmpEvent& event) { take(event); }, .on_closed = [] {}}};
  bool answered = false;
  Scope asking{1};

  void take(const codec::QmpEvent& event) {
    state.apply(event, world.loop.wall_now());
    static_cast<void>(state.run_state());
    static_cast<void>(state.memory());
  }
  void say(std::string_view text) {
    to_agent->data += text;
    to_agent->changed.notify();
    world.loop.run(Millis{1});
  }
  Task<void> start() { require((co_await client.start()).has_value()); }
  Task<void> ask_once(char query) {
    co_await ask(client, query);
    answered = true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Hypervisor qemu;
  require(qemu.asking.spawn(qemu.start()));
  qemu.say("{\"QMP\": {\"version\": {\"qemu\": {\"major\": 10}}, \"capabilities\": [\"oob\"]}}\n");
  qemu.say("{\"return\": {}, \"id\": 1}\n");
  require(qemu.asking.running() == 0 && qemu.asking.spawn(qemu.ask_once(static_cast<char>(data[0]))));
  const std::string_view answer(reinterpret_cast<const char*>(data) + 1, size - 1);
  qemu.say("{\"id\": 2, \"return\": ");
  qemu.say(answer);
  qemu.say("}\n");
  qemu.world.loop.run(2 * kQmpReplyLimit);
  require(qemu.answered);
  return 0;
}
