#include "host/enrolment.h"

#include <boost/json.hpp>
#include <utility>

#include "federation/invitation.h"
#include "federation/peers.h"
#include "host/agent_lock.h"
#include "host/host_config.h"
#include "host/identity_files.h"
#include "http/client.h"
#include "model/host_messages.h"

namespace hanse::host {
namespace {

constexpr Nanos kAnswerLimit = Seconds{20};
constexpr char kPath[] = "/providers/hanse.host/v1/enrolments";

bool later_may_work(const Error& refusal) {
  return refusal.code == Code::unavailable || refusal.code == Code::resource_exhausted ||
         refusal.code == Code::internal || refusal.code == Code::aborted;
}

class Enrolling {
 public:
  Enrolling(Runtime& runtime, Certificates& certificates, std::string data_dir,
            federation::Invitation invitation, std::string digest)
      : runtime_(runtime),
        certificates_(certificates),
        data_dir_(std::move(data_dir)),
        files_(runtime.files, identity_folder(data_dir_)),
        lock_(runtime, lock_socket(data_dir_)),
        invitation_(std::move(invitation)),
        digest_(std::move(digest)) {}

  Task<Result<HostName>> run() {
    HANSE_CO_TRY(const std::optional<IdentityRecord> known, co_await files_.identity());
    if (known) co_return name_of(*known);
    HANSE_CO_CHECK(co_await prepare());
    HANSE_CO_TRY(IdentityRecord enrolled, co_await ask());
    HANSE_CO_TRY(const CertificateInfo info, certificates_.read(enrolled.certificate_pem));
    HANSE_CO_TRY(HostName name, read_host_name(info.name));
    HANSE_CO_CHECK(co_await files_.keep(std::move(enrolled)));
    co_return name;
  }

 private:
  // Of the host that this folder is of already: right when the same token made it.
  Result<HostName> name_of(const IdentityRecord& known) {
    HANSE_TRY(const CertificateInfo info, certificates_.read(known.certificate_pem));
    HANSE_TRY(HostName name, read_host_name(info.name));
    if (known.invitation == digest_) return name;
    return fail(
        Code::already_exists,
        "{} is of host '{}' of zone '{}' already; give another folder with --data-dir, or remove {} to "
        "enrol this machine anew",
        data_dir_, name.host, name.zone, files_.identity_path());
  }

  // The key and the request, of an attempt before or new.
  Task<Status> prepare() {
    HANSE_CO_TRY(std::optional<PendingEnrolment> before, co_await files_.enrolment());
    const bool again = before && before->invitation == digest_;
    if (!again) {
      HANSE_CO_CHECK(federation::check_expiry(invitation_, runtime_.clock.wall_now()));
    }
    // Neither two of these at a time nor one beside an agent.
    HANSE_CO_CHECK(co_await runtime_.files.make_directories(data_dir_, 0711));
    HANSE_CO_CHECK(co_await lock_.take());
    if (again) {
      pending_ = std::move(*before);
      co_return Status();
    }
    HANSE_CO_TRY(KeyedRequest request, certificates_.make_request());
    pending_ = {.invitation = digest_,
                .request_pem = std::move(request.request_pem),
                .key_pem = std::move(request.key_pem)};
    co_return co_await files_.begin(pending_);
  }

  Task<Result<IdentityRecord>> ask() {
    http::Client client(runtime_,
                        {.endpoint = invitation_.endpoint,
                         .tls = TlsOptions{.pinned_ca_fingerprint = invitation_.ca_fingerprint,
                                           .expected_name = federation::zone_name_uri(invitation_.zone)},
                         .user_agent = "hanse-host",
                         .response_timeout = kAnswerLimit});
    http::Request request{.method = "POST", .target = kPath};
    request.headers.add("Content-Type", "application/json");
    request.body = json::dump(to_json(model::EnrolmentRequest{invitation_.secret, pending_.request_pem}));
    const Result<http::Response> response = co_await client.send(std::move(request));
    if (!response) co_return fail(unheard(response.error()));
    if (!http::is_success(response->status)) {
      const Error refusal = http::error_from_response(*response);
      if (later_may_work(refusal)) co_return fail(unheard(refusal));
      HANSE_CO_CHECK(co_await files_.give_up());
      co_return fail(refusal.code, "{} does not enrol this machine: {}", zone(), refusal.message);
    }
    HANSE_CO_TRY(const json::Value body, json::parse(response->body));
    HANSE_CO_TRY(model::EnrolmentAnswer answer, json::from_json<model::EnrolmentAnswer>(body));
    co_return IdentityRecord{.certificate_pem = std::move(answer.certificate_pem),
                             .key_pem = pending_.key_pem,
                             .ca_pem = std::move(answer.ca_pem),
                             .zone_endpoint = to_string(invitation_.endpoint),
                             .invitation = digest_};
  }

  std::string zone() const {
    return fmt::format("zone '{}' at {}", invitation_.zone, to_string(invitation_.endpoint));
  }
  // The zone may have made the host or not; asked again it says the same.
  Error unheard(const Error& why) const {
    return {why.code, fmt::format("{} has not enrolled this machine yet: {}; run the same command again",
                                  zone(), why.message)};
  }

  Runtime& runtime_;
  Certificates& certificates_;
  std::string data_dir_;
  IdentityFiles files_;
  AgentLock lock_;
  federation::Invitation invitation_;
  std::string digest_;  // of its secret
  PendingEnrolment pending_;
};

}  // namespace

Task<Result<HostName>> enrol(Runtime& runtime, Certificates& certificates, Hashing& hashing,
                             EnrolmentOptions options) {
  HANSE_CO_TRY(federation::Invitation invitation,
               federation::read_invitation(hashing, options.token, federation::InvitationKind::host));
  std::string digest = federation::secret_digest(hashing, invitation.secret);
  Enrolling enrolling(runtime, certificates, std::move(options.data_dir), std::move(invitation),
                      std::move(digest));
  co_return co_await enrolling.run();
}

}  // namespace hanse::host
