// The witness: a small program in a guest that notices anything lost when its machine is moved, stopped or
// crashes. Started by init as `witness DISK_DIRECTORY SEED_DIRECTORY` (either may be empty). Ends with 0
// after the power button, when every acknowledged line is on disk; with 1 if it cannot serve.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <signal.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "heartbeat.h"
#include "http_server.h"
#include "power_button.h"
#include "witness.h"

namespace hanse::witness {
namespace {

constexpr int kHttpThreads = 3;
constexpr std::size_t kMaximumHostnameBytes = 64;

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string first_word(const std::string& path) {
  std::string word;
  std::ifstream(path) >> word;
  return word.substr(0, kMaximumHostnameBytes);
}

int run(const std::string& disk, const std::string& seed) {
  Settings settings;
  settings.read_user_data(read_file(seed + "/user-data"));
  Witness witness(settings, disk + "/log");
  witness.hostname = first_word("/proc/sys/kernel/hostname");
  witness.boot_id = first_word("/proc/sys/kernel/random/boot_id");
  witness.has_disk = !disk.empty() && witness.log.open();

  HttpServer server(witness);
  if (!server.listen_on(HttpServer::kPort)) {
    std::perror("witness: cannot listen on port 80, is another server running");
    return 1;
  }
  Heartbeat heartbeat(witness);
  std::stop_source source;
  const std::stop_token stop = source.get_token();
  std::vector<std::jthread> threads;
  threads.emplace_back([&] { witness.log.write_until(stop); });
  threads.emplace_back([&] { witness.pattern.walk_until(stop); });
  threads.emplace_back([&] { heartbeat.beat_until(stop); });
  for (int count = 0; count < kHttpThreads; ++count) threads.emplace_back([&] { server.serve_until(stop); });

  wait_for_power_button(stop);
  source.request_stop();
  return 0;
}

}  // namespace
}  // namespace hanse::witness

int main(int count, char** arguments) {
  signal(SIGPIPE, SIG_IGN);
  const std::string disk = count > 1 ? arguments[1] : "";
  const std::string seed = count > 2 ? arguments[2] : "";
  return hanse::witness::run(disk, seed);
}
