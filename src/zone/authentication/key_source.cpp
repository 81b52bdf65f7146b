#include "zone/authentication/key_source.h"

#include <boost/json.hpp>
#include <utility>

#include "codec/json_web_key_set.h"
#include "http/fetch.h"

namespace hanse::zone {
namespace {

constexpr char kDiscovery[] = "/.well-known/openid-configuration";

std::string_view text_member(const json::Object& document, std::string_view name) {
  const json::Value* member = document.if_contains(name);
  return member != nullptr && member->is_string() ? std::string_view(member->get_string())
                                                  : std::string_view();
}

Task<Result<std::string>> fetch(Runtime& runtime, std::string url, std::string ca_pem) {
  return http::fetch(runtime, {.url = std::move(url),
                               .ca_pem = std::move(ca_pem),
                               .time_limit = kKeyRequestLimit,
                               .size_limit = kMaxKeySetBytes});
}

Task<Result<std::string>> discover(Runtime& runtime, IssuerConfig issuer, std::string ca_pem) {
  std::string base = issuer.issuer;
  while (base.ends_with('/')) base.pop_back();
  HANSE_CO_TRY(const std::string text, co_await fetch(runtime, base + kDiscovery, std::move(ca_pem)));
  HANSE_CO_TRY(const json::Value document, json::parse(text));
  if (!document.is_object() || text_member(document.get_object(), "issuer") != issuer.issuer) {
    co_return fail(Code::invalid_argument, "the discovery document at {}{} is not of this issuer", base,
                   kDiscovery);
  }
  co_return std::string(text_member(document.get_object(), "jwks_uri"));
}

}  // namespace

Task<Result<std::vector<WebKey>>> read_issuer_keys(Runtime& runtime, IssuerConfig issuer) {
  if (!issuer.jwks_file.empty()) {
    HANSE_CO_TRY(const std::string text,
                 co_await runtime.files.read(issuer.jwks_file, Bytes{kMaxKeySetBytes}));
    co_return codec::parse_web_key_set(text);
  }
  HANSE_CO_TRY(const std::string ca_pem, co_await runtime.files.read(issuer.ca_file, kSmallFileLimit));
  std::string url = issuer.jwks_url;
  if (url.empty()) {
    HANSE_CO_TRY(url, co_await discover(runtime, issuer, ca_pem));
  }
  HANSE_CO_TRY(const std::string text, co_await fetch(runtime, std::move(url), ca_pem));
  co_return codec::parse_web_key_set(text);
}

}  // namespace hanse::zone
