#include "io/x509_writing.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "io/openssl_handles.h"
#include "io/x509_names.h"

namespace hanse::io {
namespace {

// Peers whose clocks are behind accept a fresh certificate too.
constexpr Seconds kClockSkew{300};
constexpr int kSerialBits = 127;  // of chance; RFC 5280 allows 20 bytes
constexpr int kVersion3 = 2;

// Collects the outcome of many calls, so that one check at the end does.
class Writer {
 public:
  explicit Writer(EVP_PKEY* subject_key) : certificate_(X509_new()) {
    require(X509_set_version(certificate_.get(), kVersion3));
    require(X509_set_pubkey(certificate_.get(), subject_key));
    const NumberHandle serial(BN_new());
    require(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY));
    require(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate_.get())) != nullptr);
  }

  X509* get() { return certificate_.get(); }
  void require(int good) { good_ = good_ && good == 1; }

  void set_lifetime(WallTime now, Seconds lifetime) {
    const auto start = std::chrono::floor<Seconds>(now.time_since_epoch());
    require(ASN1_TIME_set(X509_getm_notBefore(get()), (start - kClockSkew).count()) != nullptr);
    require(ASN1_TIME_set(X509_getm_notAfter(get()), (start + lifetime).count()) != nullptr);
  }

  void set_common_name(const std::string& name) {
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(get()), "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(name.data()),
                                       static_cast<int>(name.size()), -1, 0));
  }

  // `value` in the syntax of x509v3_config. Never with text from outside: names go through x509_names.h.
  void add(int extension, const char* value, X509* issuer) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, get(), nullptr, nullptr, 0);
    const ExtensionHandle made(X509V3_EXT_conf_nid(nullptr, &context, extension, value));
    require(made != nullptr && X509_add_ext(get(), made.get(), -1) == 1);
  }

  Result<std::string> sign(EVP_PKEY* key) {
    require(X509_sign(get(), key, EVP_sha256()) > 0);
    if (!good_)
      return fail(Code::invalid_argument, "no certificate can be made: {}; check the names",
                  openssl_reason());
    const BioHandle output = writing_bio();
    PEM_write_bio_X509(output.get(), get());
    return written_text(output.get());
  }

 private:
  CertificateHandle certificate_;
  bool good_ = true;
};

const char* extended_usage(const CertificateTerms& terms) {
  if (terms.for_server && terms.for_client) return "serverAuth,clientAuth";
  return terms.for_server ? "serverAuth" : "clientAuth";
}

// The last part of hanse://zone/a/host/h1, for tools that show nothing else; nothing relies on it.
std::string common_name_for(const std::string& uri) {
  constexpr std::size_t kLongest = 64;  // the bound of X.520
  const std::size_t slash = uri.rfind('/');
  return uri.substr(slash == std::string::npos ? 0 : slash + 1).substr(0, kLongest);
}

}  // namespace

Result<std::string> write_authority(EVP_PKEY* key, const std::string& common_name, Seconds lifetime,
                                    WallTime now) {
  Writer writer(key);
  writer.set_lifetime(now, lifetime);
  writer.set_common_name(common_name);
  writer.require(X509_set_issuer_name(writer.get(), X509_get_subject_name(writer.get())));
  writer.add(NID_basic_constraints, "critical,CA:TRUE", writer.get());
  writer.add(NID_key_usage, "critical,keyCertSign,cRLSign", writer.get());
  writer.add(NID_subject_key_identifier, "hash", writer.get());
  return writer.sign(key);
}

Result<std::string> write_leaf(EVP_PKEY* subject_key, Issuer issuer, const CertificateTerms& terms,
                               WallTime now) {
  if (!terms.for_server && !terms.for_client)
    return fail(Code::invalid_argument, "certificate for '{}' is for neither servers nor clients; choose one",
                terms.name);
  HANSE_TRY(const auto names, alternative_names(terms));
  if (X509_check_private_key(issuer.certificate, issuer.key) != 1)
    return fail(Code::invalid_argument, "certificate and key of the CA do not belong together: {}",
                openssl_reason());
  Writer writer(subject_key);
  writer.set_lifetime(now, terms.lifetime);
  writer.set_common_name(common_name_for(terms.name));
  writer.require(X509_set_issuer_name(writer.get(), X509_get_subject_name(issuer.certificate)));
  writer.add(NID_basic_constraints, "critical,CA:FALSE", issuer.certificate);
  writer.add(NID_key_usage, "critical,digitalSignature,keyEncipherment", issuer.certificate);
  writer.add(NID_ext_key_usage, extended_usage(terms), issuer.certificate);
  writer.add(NID_subject_key_identifier, "hash", issuer.certificate);
  writer.add(NID_authority_key_identifier, "keyid", issuer.certificate);
  writer.require(X509_add1_ext_i2d(writer.get(), NID_subject_alt_name, names.get(), 0, X509V3_ADD_DEFAULT));
  return writer.sign(issuer.key);
}

}  // namespace hanse::io
