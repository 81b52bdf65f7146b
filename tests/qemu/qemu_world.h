// QemuWorld: what the tests with real machines share: the real runtime, a folder that the guest user reaches,
// the witness guest's files as blobs, credentials for moves, and questions to the witness.
//
// Lifecycle: one for a test; its destructor ends the machines that are left. Drivers must go before it.
#pragma once

#include <memory>
#include <string>

#include "host/drivers/qemu/qemu_driver.h"
#include "io/openssl_certificates.h"
#include "io/real_runtime.h"

namespace hanse::test {

using host::qemu::QemuDriver;

inline constexpr const char* kUid = "witness-1";

// Who guests run as: nobody, or root, who may open /dev/userfaultfd without being let.
enum class GuestUser { nobody, root };

class QemuWorld {
 public:
  explicit QemuWorld(GuestUser user = GuestUser::nobody);
  ~QemuWorld();
  QemuWorld(const QemuWorld&) = delete;
  QemuWorld& operator=(const QemuWorld&) = delete;

  // Of its memory the witness changes so much.
  int dirty_mb_per_second = 8;

  // Fails the test with the error's message.
  void run(Task<Status> scenario);

  Runtime& runtime() { return real_.runtime(); }
  std::unique_ptr<QemuDriver> make_driver(const std::string& host);
  host::qemu::QemuOptions options(const std::string& host) const;
  const std::string& folder() const { return folder_; }
  model::MachineSpec witness() const;
  host::IncomingOptions incoming(bool direct) const;
  host::OutgoingOptions outgoing(host::IncomingEndpoints target) const;

  // Freezes the source's disks and brings their content to a target that it prepares.
  Task<Status> seed(QemuDriver* source, QemuDriver* target, Epoch epoch);

  // From the switch point to all that there is to send.
  static Task<Status> hand_over(QemuDriver* source);

  // Errors: deadline_exceeded when the guest sends no heartbeat.
  Task<Status> wait_heartbeat(QemuDriver* driver);
  Task<Result<std::string>> ask(QemuDriver* driver, std::string path);
  // Errors: data_loss when the witness misses a line or a page.
  Task<Status> check_witness(QemuDriver* driver);
  void signal_machine(const std::string& host, int number);

 private:
  GuestUser user_;
  io::RealRuntime real_;
  io::OpensslCertificates certificates_;
  std::string folder_;
  model::StreamCredentials source_;
  model::StreamCredentials target_;
};

}  // namespace hanse::test
