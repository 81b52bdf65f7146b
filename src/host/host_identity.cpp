#include "host/host_identity.h"

#include <boost/json.hpp>
#include <utility>

#include "federation/peers.h"
#include "host/host_config.h"
#include "model/host_messages.h"
#include "runtime/renewal.h"

namespace hanse::host {
HostIdentity::HostIdentity(Runtime& runtime, Certificates& certificates, const std::string& data_dir)
    : runtime_(runtime),
      certificates_(certificates),
      log_(runtime.log, "identity"),
      files_(runtime.files, identity_folder(data_dir)) {}

Task<Status> HostIdentity::prepare() {
  HANSE_CO_TRY(std::optional<IdentityRecord> known, co_await files_.identity());
  if (known) co_return take(std::move(*known));
  co_return fail(
      Code::failed_precondition,
      "this machine has not enrolled in a zone, there is no {}; let the zone's operator run 'hanse "
      "host invite NAME', and give the token to 'hanse host enrol -' here",
      files_.identity_path());
}

Status HostIdentity::take(IdentityRecord record) {
  HANSE_TRY(CertificateInfo info, certificates_.read(record.certificate_pem));
  const Result<HostName> name = read_host_name(info.name);
  if (!name) {
    return fail(Code::failed_precondition,
                "the certificate in {} is of no host: {}; remove it and enrol anew", files_.identity_path(),
                name.error().message);
  }
  if (!name_.host.empty() && *name != name_)
    return fail(Code::failed_precondition, "zone '{}' renews the certificate of host '{}' as '{}'",
                name_.zone, name_.host, info.name);
  HANSE_TRY(endpoint_, parse_endpoint(record.zone_endpoint));
  name_ = *name;
  info_ = std::move(info);
  record_ = std::move(record);
  return {};
}

TlsOptions HostIdentity::tls() const {
  return {.certificate_pem = record_.certificate_pem,
          .key_pem = record_.key_pem,
          .trusted_ca_pem = record_.ca_pem,
          .expected_name = federation::zone_name_uri(name_.zone)};
}

Task<void> HostIdentity::keep_fresh(http::Client& zone) {
  return keep_renewed(runtime_, {.current = [this] { return info_; },
                                 .renew = [this, &zone] { return renew_and_tell(zone); }});
}

Task<Status> HostIdentity::renew_and_tell(http::Client& zone) {
  const Status renewed = co_await renew(zone);
  if (renewed) {
    log_.info("the certificate of host '{}' is renewed until {}", name_.host, to_rfc3339(info_.not_after));
    co_return renewed;
  }
  const bool over = runtime_.clock.wall_now() > info_.not_after;
  log_.warning(
      "the certificate of host '{}' {} {} and cannot be renewed: {}{}", name_.host,
      over ? "has ended at" : "ends at", to_rfc3339(info_.not_after), renewed.error().message,
      over ? fmt::format("; remove {}, delete the host at its zone and enrol it anew", files_.identity_path())
           : "");
  co_return renewed;
}

Task<Status> HostIdentity::renew(http::Client& zone) {
  HANSE_CO_TRY(KeyedRequest request, certificates_.make_request());
  HANSE_CO_TRY(const json::Value body,
               co_await zone.call_json("POST", "/providers/hanse.host/v1/hosts/" + name_.host + "/renewals",
                                       to_json(model::RenewalRequest{request.request_pem})));
  HANSE_CO_TRY(model::EnrolmentAnswer answer, json::from_json<model::EnrolmentAnswer>(body));
  IdentityRecord renewed{.certificate_pem = std::move(answer.certificate_pem),
                         .key_pem = std::move(request.key_pem),
                         .ca_pem = answer.ca_pem.empty() ? record_.ca_pem : answer.ca_pem,
                         .zone_endpoint = record_.zone_endpoint,
                         .invitation = record_.invitation};
  HANSE_CO_CHECK(take(renewed));
  HANSE_CO_CHECK(co_await files_.keep(std::move(renewed)));
  zone.set_tls(tls());
  co_return Status();
}

}  // namespace hanse::host
