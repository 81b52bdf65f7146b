#include "zone/enrolment.h"

#include <utility>

#include "federation/peers.h"
#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr std::int64_t kSignaturesOfATurn = 16;

}  // namespace

Enrolment::Enrolment(Runtime& runtime, store::Store& store, Tables& tables, HostInvitations& invitations,
                     Certificates& certificates, const federation::ZoneIdentity& identity, std::string zone)
    : runtime_(runtime),
      store_(store),
      tables_(tables),
      invitations_(invitations),
      certificates_(certificates),
      identity_(identity),
      zone_(std::move(zone)) {}

Result<model::EnrolmentAnswer> Enrolment::sign(const std::string& host,
                                               const std::string& request_pem) const {
  const CertificateTerms terms{.name = federation::host_name_uri(zone_, host),
                               .for_server = false,
                               .lifetime = federation::kCertificateLifetime};
  HANSE_TRY(std::string certificate, certificates_.sign_request(identity_.authority(), request_pem, terms));
  return model::EnrolmentAnswer{std::move(certificate), identity_.ca_bundle()};
}

Status Enrolment::check_free(const std::string& host) const {
  if (!tables_.hosts.get({.name = host})) return {};
  return fail(Code::already_exists,
              "zone '{}' has a host '{}' already; delete it with 'hanse delete host {}' before another takes "
              "its name",
              zone_, host, host);
}

model::Host Enrolment::new_host(const std::string& name) const {
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  model::Host host;
  host.metadata = {.name = name,
                   .region = zone_,
                   .kind = std::string(KindOf<model::Host>::kTraits.kind),
                   .uid = random_token(runtime_.random, model::kUidDigits),
                   .created_at = now,
                   .last_modified_at = now};
  return host;
}

Task<Result<std::string>> Enrolment::invite(std::string host, Seconds lifetime) {
  HANSE_CO_CHECK(model::check_name(host, "/name"));
  HANSE_CO_CHECK(check_free(host));
  co_return co_await invitations_.make(std::move(host), lifetime, identity_.ca_fingerprint());
}

Task<Result<model::EnrolmentAnswer>> Enrolment::enrol(model::EnrolmentRequest request) {
  for (int attempt = 0; attempt < kUpdateAttempts; ++attempt) {
    HANSE_CO_TRY(HostInvitations::Found invitation, invitations_.find(request.secret));
    const std::string name = invitation.record.host;
    // All that can be refused is refused before the token is used up.
    HANSE_CO_TRY(model::EnrolmentAnswer answer, sign(name, request.request_pem));
    if (invitation.used()) {
      const auto known = tables_.hosts.get({.name = name});
      const std::string uid = known ? (*known)->metadata.uid : std::string();
      HANSE_CO_CHECK(invitations_.check_again(invitation, request.request_pem, uid));
      co_return answer;
    }
    HANSE_CO_CHECK(invitations_.check_open(invitation));
    HANSE_CO_CHECK(check_free(name));
    const model::Host host = new_host(name);
    store::Transaction made = invitations_.use(std::move(invitation), request.request_pem, host.metadata.uid);
    made.compares.push_back(tables_.hosts.absent({.name = name}));
    made.writes.push_back(tables_.hosts.write_of(host));
    const auto revision = co_await store_.transact(std::move(made));
    if (revision) co_return answer;
    // Someone else was first, with the token or with the name: which of them is seen when it is read again.
    if (revision.error().code != Code::aborted) co_return fail(revision.error());
  }
  co_return fail(Code::aborted, "the token is being used by others; try again");
}

std::string Enrolment::invited_host(const std::string& secret) const {
  const auto invitation = invitations_.find(secret);
  return invitation ? invitation->record.host : std::string();
}

Task<Result<model::FleetAnswer>> Enrolment::enrol_fleet(model::FleetRequest request) {
  if (request.count < 1 || request.count > model::kMaxFleetBatch)
    co_return fail_field("/count",
                         "/count must be from 1 to {}; ask for the others in a request of their own",
                         model::kMaxFleetBatch);
  if (request.first < 1 || request.first > model::kMaxSimulatedHosts - request.count)
    co_return fail_field("/first", "the numbers of simulated hosts are from 1 to {}",
                         model::kMaxSimulatedHosts);
  model::FleetAnswer answer{.zone = zone_, .ca_pem = identity_.ca_bundle()};
  store::Transaction records;
  for (std::int64_t number = request.first; number < request.first + request.count; ++number) {
    const std::string name = model::simulated_host_name(number);
    HANSE_CO_TRY(model::EnrolmentAnswer one, sign(name, request.request_pem));
    answer.certificates.push_back(std::move(one.certificate_pem));
    const ResourceId id{.name = name};
    if (!tables_.hosts.get(id)) {
      records.compares.push_back(tables_.hosts.absent(id));
      records.writes.push_back(tables_.hosts.write_of(new_host(name)));
    }
    // A batch of signatures must not keep the hosts that are there already from their turn; while they are
    // many a turn may take long, so not after each.
    if (number % kSignaturesOfATurn == 0) co_await yield_to_loop(runtime_.scheduler);
  }
  const auto made = co_await store_.transact(std::move(records));
  if (!made) co_return fail(made.error());
  co_return answer;
}

Task<Result<model::EnrolmentAnswer>> Enrolment::renew(std::string host, model::RenewalRequest request) {
  HANSE_CO_TRY(const auto record, tables_.hosts.get({.name = host}));
  co_return sign(record->metadata.name, request.request_pem);
}

}  // namespace hanse::zone
