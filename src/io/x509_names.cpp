#include "io/x509_names.h"

#include <algorithm>
#include <new>
#include <openssl/x509v3.h>
#include <string>

namespace hanse::io {
namespace {

// Takes `value`.
void append(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (name == nullptr || value == nullptr) throw std::bad_alloc();
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

// URI and DNS names are visible ASCII.
Status append_text(GENERAL_NAMES* names, int type, const std::string& text) {
  const bool good =
      !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  if (!good)
    return fail(Code::invalid_argument, "'{}' is no name for a certificate; use visible ASCII", text);
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  if (value == nullptr || ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) != 1)
    throw std::bad_alloc();
  append(names, type, value);
  return {};
}

Status append_address(GENERAL_NAMES* names, const std::string& text) {
  ASN1_OCTET_STRING* value = a2i_IPADDRESS(text.c_str());
  if (value == nullptr)
    return fail(Code::invalid_argument, "'{}' is no IP address; write one like 192.0.2.7 or 2001:db8::7",
                text);
  append(names, GEN_IPADD, value);
  return {};
}

}  // namespace

Result<NamesHandle> alternative_names(const CertificateTerms& terms) {
  NamesHandle names(GENERAL_NAMES_new());
  if (!names) throw std::bad_alloc();
  HANSE_CHECK(append_text(names.get(), GEN_URI, terms.name));
  for (const std::string& name : terms.dns_names) HANSE_CHECK(append_text(names.get(), GEN_DNS, name));
  for (const std::string& address : terms.ip_addresses) HANSE_CHECK(append_address(names.get(), address));
  return names;
}

}  // namespace hanse::io
