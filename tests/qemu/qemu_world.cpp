#include "tests/qemu/qemu_world.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "runtime/sleep.h"
#include "runtime/timeout.h"

namespace hanse::test {
namespace {

constexpr std::uint32_t kNobody = 65534;
constexpr Nanos kHeartbeatLimit = Seconds{60};
constexpr Nanos kAnswerLimit = Seconds{60};
constexpr const char* kSourceName = "source.move.hanse";
constexpr const char* kTargetName = "target.move.hanse";

// The driver takes a blob by its name; what is in it is the image store's business.
std::string digest_of(int number) {
  return "sha256:" + std::string(63, '0') + std::to_string(number);
}

void place_blob(const std::string& folder, const std::string& file, int number) {
  const std::filesystem::path blob = folder + "/blobs/sha256-" + digest_of(number).substr(7);
  std::filesystem::copy_file(std::string(HANSE_GUEST) + "/" + file, blob);
  std::filesystem::permissions(blob, std::filesystem::perms(0644));
}

std::string make_folder() {
  std::string folder = "/tmp/hanse-qemu-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  std::filesystem::permissions(folder, std::filesystem::perms(0711));
  std::filesystem::create_directory(folder + "/blobs");
  std::filesystem::permissions(folder + "/blobs", std::filesystem::perms(0711));
  return folder;
}

Task<Result<std::string>> fetch(Runtime& runtime, Endpoint endpoint, std::string path) {
  HANSE_CO_TRY(auto stream, co_await runtime.network.connect(endpoint, std::nullopt, kAnswerLimit));
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: witness\r\nConnection: close\r\n\r\n";
  HANSE_CO_CHECK(co_await stream->write(as_bytes(request)));
  std::string answer;
  std::array<std::byte, 4096> buffer{};
  for (;;) {
    HANSE_CO_TRY(const std::size_t count, co_await stream->read_some(buffer));
    if (count == 0) co_return answer;
    answer.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
}

}  // namespace

QemuWorld::QemuWorld(GuestUser user)
    : user_(user), certificates_(real_.runtime().clock), folder_(make_folder()) {
  place_blob(folder_, "vmlinux", 1);
  place_blob(folder_, "initramfs.cpio.zst", 2);
  place_blob(folder_, "witness.qcow2", 3);
  const Seconds lifetime{3600};
  const auto source_ca = certificates_.make_authority("source of a test", lifetime).value();
  const auto target_ca = certificates_.make_authority("target of a test", lifetime).value();
  const auto issue = [&](const KeyedCertificate& authority, const char* name) {
    CertificateTerms terms{.name = std::string("hanse://move/") + name};
    terms.dns_names = {name};
    return certificates_.issue(authority, terms).value();
  };
  const KeyedCertificate source = issue(source_ca, kSourceName);
  const KeyedCertificate target = issue(target_ca, kTargetName);
  source_ = {source.certificate_pem, source.key_pem, target_ca.certificate_pem};
  target_ = {target.certificate_pem, target.key_pem, source_ca.certificate_pem};
}

QemuWorld::~QemuWorld() {
  for (const char* host : {"a", "b"}) signal_machine(host, SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void QemuWorld::run(Task<Status> scenario) {
  const Status outcome = real_.run_task(std::move(scenario));
  REQUIRE_MESSAGE(outcome, (outcome ? std::string() : outcome.error().message));
}

host::qemu::QemuOptions QemuWorld::options(const std::string& host) const {
  host::qemu::QemuOptions options;
  options.data_dir = folder_ + "/" + host;
  options.blob_dir = folder_ + "/blobs";
  if (user_ == GuestUser::nobody) options.guest_user = ProcessUser{kNobody, kNobody};
  options.zone = "test";
  options.host = host;
  options.stream_address = "127.0.0.1";
  return options;
}

std::unique_ptr<QemuDriver> QemuWorld::make_driver(const std::string& host) {
  return std::make_unique<QemuDriver>(runtime(), options(host));
}

model::MachineSpec QemuWorld::witness() const {
  model::MachineSpec machine;
  machine.uid = kUid;
  machine.name = "witness";
  machine.title = "default/default/witness";
  machine.memory_mib = MiB{192};
  machine.machine_type = "pc-q35-10.0";
  machine.cpu_model = "qemu64";
  machine.disks = {model::DiskSpec{.uid = "disk-1", .size_mib = MiB{256}, .base_digest = digest_of(3)}};
  machine.boot_blobs = {model::Blob{.role = model::BlobRole::kernel, .digest = digest_of(1)},
                        model::Blob{.role = model::BlobRole::initramfs, .digest = digest_of(2)}};
  machine.command_line =
      "console=ttyS0 quiet panic=-1 nokaslr mitigations=off random.trust_cpu=on 8250.nr_uarts=1";
  const std::string pattern = std::to_string(2 * dirty_mb_per_second);
  machine.user_data = "#cloud-config\nhanse_witness:\n  lines_per_second: 50\n  dirty_mb_per_second: " +
                      std::to_string(dirty_mb_per_second) + "\n  pattern_mb: " + pattern + "\n";
  machine.forwards = {model::PortForward{.guest_port = 80}};
  return machine;
}

host::IncomingOptions QemuWorld::incoming(bool direct) const {
  return {.credentials = target_, .peer_name = kSourceName, .direct = direct};
}

host::OutgoingOptions QemuWorld::outgoing(host::IncomingEndpoints target) const {
  return {.credentials = source_, .peer_name = kTargetName, .target = std::move(target)};
}

Task<Status> QemuWorld::seed(QemuDriver* source, QemuDriver* target, Epoch epoch) {
  HANSE_CO_TRY(const host::Readers readers, co_await source->freeze_disks(kUid));
  HANSE_CO_TRY(const host::Writers writers,
               co_await target->prepare_incoming(witness(), epoch, host::KeptDisks::none));
  for (std::size_t disk = 0; disk < readers.size(); ++disk) {
    for (const host::ChunkRange& range : readers[disk]->ranges()) {
      for (std::uint64_t chunk = range.first; chunk < range.first + range.count; ++chunk) {
        host::PlacedChunk placed{.index = chunk};
        if (!range.zero) {
          HANSE_CO_TRY(placed.content, co_await readers[disk]->read(chunk, 1, {}));
        }
        std::vector<host::PlacedChunk> one;
        one.push_back(std::move(placed));
        HANSE_CO_CHECK(co_await writers[disk]->write(std::move(one)));
      }
    }
    HANSE_CO_CHECK(co_await writers[disk]->flush());
  }
  co_return Status();
}

Task<Status> QemuWorld::hand_over(QemuDriver* source) {
  HANSE_CO_CHECK(co_await source->drain_disks(kUid));
  co_return co_await source->send_state(kUid, host::SwitchKind::whole);
}

Task<Status> QemuWorld::wait_heartbeat(QemuDriver* driver) {
  const auto first = driver->observe(kUid)->last_heartbeat;
  const MonotonicTime deadline = runtime().clock.now() + kHeartbeatLimit;
  while (runtime().clock.now() < deadline) {
    const auto last = driver->observe(kUid)->last_heartbeat;
    if (last && (!first || last->guest > first->guest)) co_return Status();
    co_await sleep_for(runtime().scheduler, Millis{20});
  }
  co_return fail(Code::deadline_exceeded, "the guest sends no heartbeat; its console: {}",
                 driver->console(kUid, 0).text);
}

Task<Result<std::string>> QemuWorld::ask(QemuDriver* driver, std::string path) {
  const auto state = driver->observe(kUid);
  if (!state || state->forwards.empty()) co_return fail(Code::not_found, "the witness has no port");
  Endpoint endpoint{.host = state->forwards[0].address,
                    .port = static_cast<std::uint16_t>(state->forwards[0].host_port)};
  co_return co_await with_timeout(runtime().scheduler, kAnswerLimit, "the witness's answer",
                                  fetch(runtime(), std::move(endpoint), std::move(path)));
}

Task<Status> QemuWorld::check_witness(QemuDriver* driver) {
  HANSE_CO_TRY(const std::string answer, co_await ask(driver, "/check"));
  if (answer.find("\"ok\": true") == std::string::npos)
    co_return fail(Code::data_loss, "the witness has lost something: {}", answer);
  co_return Status();
}

void QemuWorld::signal_machine(const std::string& host, int number) {
  std::ifstream file(folder_ + "/" + host + "/instances/" + kUid + "/run/qemu.pid");
  std::int64_t pid = 0;
  if (!(file >> pid)) return;
  if (const auto process = runtime().processes.identify(pid)) runtime().processes.signal(*process, number);
}

}  // namespace hanse::test
