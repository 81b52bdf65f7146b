#include "io/openssl_handles.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace hanse::io {

void OpensslDeleter::operator()(bignum_st* number) const {
  BN_free(number);
}

void OpensslDeleter::operator()(bio_st* bio) const {
  BIO_free_all(bio);
}

void OpensslDeleter::operator()(evp_md_ctx_st* digest) const {
  EVP_MD_CTX_free(digest);
}

void OpensslDeleter::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}

void OpensslDeleter::operator()(ssl_st* connection) const {
  SSL_free(connection);
}

void OpensslDeleter::operator()(stack_st_GENERAL_NAME* names) const {
  GENERAL_NAMES_free(names);
}

void OpensslDeleter::operator()(x509_st* certificate) const {
  X509_free(certificate);
}

void OpensslDeleter::operator()(X509_extension_st* extension) const {
  X509_EXTENSION_free(extension);
}

void OpensslDeleter::operator()(X509_req_st* request) const {
  X509_REQ_free(request);
}

BioHandle reading_bio(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

BioHandle writing_bio() {
  return BioHandle(BIO_new(BIO_s_mem()));
}

std::string written_text(bio_st* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<std::size_t>(size));
}

std::string openssl_reason() {
  const unsigned long number = ERR_get_error();
  ERR_clear_error();
  const char* reason = number == 0 ? nullptr : ERR_reason_error_string(number);
  return reason == nullptr ? "unknown reason" : reason;
}

std::string to_hex(const unsigned char* bytes, std::size_t size) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace hanse::io
