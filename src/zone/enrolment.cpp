#include "zone/enrolment.h"

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr std::int64_t kSignaturesOfATurn = 16;

}  // namespace

Enrolment::Enrolment(Runtime& runtime, store::Store& store, Tables& tables, Authentication& authentication,
                     Certificates& certificates, const federation::ZoneIdentity& identity, std::string zone)
    : runtime_(runtime),
      store_(store),
      tables_(tables),
      authentication_(authentication),
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

Task<Result<model::EnrolmentAnswer>> Enrolment::enrol(model::EnrolmentRequest request) {
  const ResourceId id{.name = request.name};
  HANSE_CO_CHECK(model::check_name(request.name, "/name"));
  // All that can be refused is refused before the token is used up.
  HANSE_CO_TRY(model::EnrolmentAnswer answer, sign(request.name, request.request_pem));
  if (tables_.hosts.get(id)) {
    co_return fail(
        Code::already_exists,
        "host '{}' has enrolled already; delete it with 'hanse delete host {}' before another takes its name",
        request.name, request.name);
  }
  HANSE_CO_CHECK(co_await authentication_.use_enrolment_token(request.token, request.name));
  const auto made = co_await tables_.hosts.create(new_host(request.name));
  if (!made) co_return fail(made.error());
  co_return answer;
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
