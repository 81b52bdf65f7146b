#include "host/host_identity.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "host/enrolment.h"
#include "model/host_messages.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr std::string_view kZonePrefix = "hanse://zone/";
constexpr std::string_view kHostPart = "/host/";
// The wall clock may be set in the meantime.
constexpr Nanos kLongestSleep = Seconds{600};
constexpr Nanos kRetryBase = Seconds{1};
constexpr Nanos kRetryCap = Seconds{300};

}  // namespace

HostIdentity::HostIdentity(Runtime& runtime, Certificates& certificates, const HostConfig& config)
    : runtime_(runtime),
      certificates_(certificates),
      config_(config),
      log_(runtime.log, "identity"),
      files_(runtime.files, identity_folder(config)) {}

Task<Status> HostIdentity::prepare() {
  HANSE_CO_TRY(std::optional<IdentityRecord> known, co_await files_.identity());
  if (known) co_return take(std::move(*known));
  HANSE_CO_TRY(IdentityRecord enrolled, co_await enrol(runtime_, certificates_, files_, config_));
  HANSE_CO_CHECK(take(enrolled));
  HANSE_CO_CHECK(co_await files_.keep(std::move(enrolled)));
  log_.info("host '{}' has enrolled in zone '{}'", config_.name, zone_);
  co_return Status();
}

Status HostIdentity::take(IdentityRecord record) {
  HANSE_TRY(CertificateInfo info, certificates_.read(record.certificate_pem));
  const std::string& name = info.name;
  const std::size_t host_part = name.find(kHostPart, kZonePrefix.size());
  if (!name.starts_with(kZonePrefix) || host_part == std::string::npos ||
      name.substr(host_part + kHostPart.size()) != config_.name)
    return fail(Code::failed_precondition,
                "the certificate in {} is of '{}' and not of host '{}'; give this host a data_dir of its own "
                "or its old name",
                files_.identity_path(), name, config_.name);
  zone_ = name.substr(kZonePrefix.size(), host_part - kZonePrefix.size());
  info_ = std::move(info);
  record_ = std::move(record);
  return {};
}

TlsOptions HostIdentity::tls() const {
  return {.certificate_pem = record_.certificate_pem,
          .key_pem = record_.key_pem,
          .trusted_ca_pem = record_.ca_pem,
          .expected_name = std::string(kZonePrefix) + zone_};
}

WallTime HostIdentity::half_life() const {
  return info_.not_before + (info_.not_after - info_.not_before) / 2;
}

Task<void> HostIdentity::keep_fresh(http::Client& zone) {
  for (int failures = 0;;) {
    const Nanos left = half_life() - runtime_.clock.wall_now();
    if (left > Nanos{0}) {
      co_await sleep_for(runtime_.scheduler, std::min(left, kLongestSleep));
      continue;
    }
    const Status renewed = co_await renew(zone);
    if (renewed) {
      log_.info("the certificate of host '{}' is renewed until {}", config_.name,
                to_rfc3339(info_.not_after));
      failures = 0;
    } else {
      const bool over = runtime_.clock.wall_now() > info_.not_after;
      log_.warning("the certificate of host '{}' {} {} and cannot be renewed: {}{}", config_.name,
                   over ? "has ended at" : "ends at", to_rfc3339(info_.not_after), renewed.error().message,
                   over
                       ? fmt::format("; remove {}, delete the host at its zone and enrol it with a new token",
                                     files_.identity_path())
                       : "");
    }
    // Also after a success: a zone that issues certificates that are old already is not asked in a loop.
    co_await sleep_for(runtime_.scheduler, backoff_delay(runtime_.random, failures, kRetryBase, kRetryCap));
    if (!renewed) ++failures;
  }
}

Task<Status> HostIdentity::renew(http::Client& zone) {
  HANSE_CO_TRY(KeyedRequest request, certificates_.make_request());
  HANSE_CO_TRY(const json::Value body,
               co_await zone.call_json("POST", "/providers/hanse.host/v1/hosts/" + config_.name + "/renewals",
                                       to_json(model::RenewalRequest{request.request_pem})));
  HANSE_CO_TRY(model::EnrolmentAnswer answer, json::from_json<model::EnrolmentAnswer>(body));
  IdentityRecord renewed{.certificate_pem = std::move(answer.certificate_pem),
                         .key_pem = std::move(request.key_pem),
                         .ca_pem = answer.ca_pem.empty() ? record_.ca_pem : answer.ca_pem};
  HANSE_CO_CHECK(take(renewed));
  HANSE_CO_CHECK(co_await files_.keep(std::move(renewed)));
  zone.set_tls(tls());
  co_return Status();
}

}  // namespace hanse::host
