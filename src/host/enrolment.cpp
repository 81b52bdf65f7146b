#include "host/enrolment.h"

#include <boost/json.hpp>
#include <utility>

#include "http/client.h"
#include "model/host_messages.h"
#include "runtime/sleep.h"

namespace hanse::host {
namespace {

constexpr Nanos kRetryBase = Millis{500};
constexpr Nanos kRetryCap = Seconds{10};
constexpr char kPath[] = "/providers/hanse.host/v1/enrolments";

// The first line that is not empty.
Task<Result<std::string>> read_token(Runtime& runtime, const HostConfig& config) {
  const std::string& path = config.enrol_token_file;
  const Result<std::string> text = co_await runtime.files.read(path, kSmallFileLimit);
  if (!text && text.error().code == Code::not_found)
    co_return fail(Code::not_found,
                   "host '{}' has not enrolled and {} does not exist; write a token of 'hanse token enrol' "
                   "there",
                   config.name, path);
  if (!text) co_return fail(text.error());
  constexpr char kSpace[] = " \t\r\n";
  const std::size_t begin = text->find_first_not_of(kSpace);
  if (begin == std::string::npos)
    co_return fail(Code::failed_precondition, "{} has no token; write one of 'hanse token enrol' there",
                   path);
  co_return text->substr(begin, text->find_first_of(kSpace, begin) - begin);
}

Task<Result<PendingEnrolment>> pending_enrolment(Certificates& certificates, IdentityFiles& files) {
  HANSE_CO_TRY(std::optional<PendingEnrolment> pending, co_await files.enrolment());
  if (pending) co_return std::move(*pending);
  HANSE_CO_TRY(KeyedRequest request, certificates.make_request());
  PendingEnrolment made{.request_pem = std::move(request.request_pem), .key_pem = std::move(request.key_pem)};
  HANSE_CO_CHECK(co_await files.begin(made));
  co_return made;
}

// What the zone's refusal means for the one who runs this host.
Error explain(const Error& refusal, const HostConfig& config) {
  if (refusal.code == Code::already_exists)
    return {Code::already_exists,
            fmt::format("host '{}' is enrolled at its zone already: {}; if that is this host and its answer "
                        "was lost, run 'hanse delete host {}' and write a new token of 'hanse token enrol' "
                        "to {}",
                        config.name, refusal.message, config.name, config.enrol_token_file)};
  if (refusal.code == Code::unauthenticated)
    return {Code::unauthenticated,
            fmt::format("the zone refuses the token in {}: {}; write a new one of 'hanse token enrol' there",
                        config.enrol_token_file, refusal.message)};
  return {refusal.code, fmt::format("the zone does not enrol host '{}': {}", config.name, refusal.message)};
}

bool later_may_work(const Error& refusal) {
  return refusal.code == Code::unavailable || refusal.code == Code::resource_exhausted ||
         refusal.code == Code::internal;
}

class Enrolling {
 public:
  Enrolling(Runtime& runtime, const HostConfig& config, PendingEnrolment pending, std::string token)
      : runtime_(runtime),
        log_(runtime.log, "identity"),
        config_(config),
        pending_(std::move(pending)),
        token_(std::move(token)) {}

  Task<Result<IdentityRecord>> run() {
    for (int attempt = 0;; ++attempt) {
      HANSE_CO_TRY(std::optional<IdentityRecord> answer, co_await ask());
      if (answer) co_return std::move(*answer);
      co_await sleep_for(runtime_.scheduler, backoff_delay(runtime_.random, attempt, kRetryBase, kRetryCap));
    }
  }

 private:
  // Nothing when it has to be tried again.
  Task<Result<std::optional<IdentityRecord>>> ask() {
    const Result<std::string> ca = co_await runtime_.files.read(config_.zone_ca_file, kSmallFileLimit);
    if (!ca) co_return again(ca.error().message);
    http::Client client(runtime_,
                        {.endpoint = config_.zone_endpoint, .tls = TlsOptions{.trusted_ca_pem = *ca}});
    const Result<http::Response> response = co_await client.send(request());
    if (!response) co_return again(response.error().message);
    if (!http::is_success(response->status)) {
      const Error refusal = http::error_from_response(*response);
      if (later_may_work(refusal)) co_return again(refusal.message);
      co_return fail(explain(refusal, config_));
    }
    HANSE_CO_TRY(const json::Value body, json::parse(response->body));
    HANSE_CO_TRY(model::EnrolmentAnswer answer, json::from_json<model::EnrolmentAnswer>(body));
    co_return IdentityRecord{.certificate_pem = std::move(answer.certificate_pem),
                             .key_pem = pending_.key_pem,
                             .ca_pem = answer.ca_pem.empty() ? *ca : answer.ca_pem};
  }

  http::Request request() const {
    http::Request request{.method = "POST", .target = kPath};
    request.headers.add("Content-Type", "application/json");
    request.body = json::dump(to_json(model::EnrolmentRequest{config_.name, token_, pending_.request_pem}));
    return request;
  }

  std::optional<IdentityRecord> again(const std::string& reason) {
    if (reason != told_)
      log_.warning("host '{}' waits to enrol at {}: {}", config_.name, to_string(config_.zone_endpoint),
                   reason);
    told_ = reason;
    return std::nullopt;
  }

  Runtime& runtime_;
  Logger log_;
  const HostConfig& config_;
  PendingEnrolment pending_;
  std::string token_;
  std::string told_;
};

}  // namespace

Task<Result<IdentityRecord>> enrol(Runtime& runtime, Certificates& certificates, IdentityFiles& files,
                                   const HostConfig& config) {
  HANSE_CO_TRY(std::string token, co_await read_token(runtime, config));
  HANSE_CO_TRY(PendingEnrolment pending, co_await pending_enrolment(certificates, files));
  Enrolling enrolling(runtime, config, std::move(pending), std::move(token));
  co_return co_await enrolling.run();
}

}  // namespace hanse::host
