#include "zone/enrolment.h"

namespace hanse::zone {

Enrolment::Enrolment(Runtime& runtime, Tables& tables, Authentication& authentication,
                     Certificates& certificates, const federation::ZoneIdentity& identity, std::string zone)
    : runtime_(runtime),
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
  const std::string now = to_rfc3339(runtime_.clock.wall_now());
  model::Host host;
  host.metadata = {.name = request.name,
                   .region = zone_,
                   .kind = std::string(KindOf<model::Host>::kTraits.kind),
                   .uid = random_token(runtime_.random, model::kUidDigits),
                   .created_at = now,
                   .last_modified_at = now};
  HANSE_CO_TRY(host, co_await tables_.hosts.create(std::move(host)));
  co_return answer;
}

Task<Result<model::EnrolmentAnswer>> Enrolment::renew(std::string host, model::RenewalRequest request) {
  HANSE_CO_TRY(const auto record, tables_.hosts.get({.name = host}));
  co_return sign(record->metadata.name, request.request_pem);
}

}  // namespace hanse::zone
