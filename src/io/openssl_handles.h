// Owners for what OpenSSL hands out, and its error queue as text. OpenSSL's types are only named here: BIO is
// bio_st, EVP_PKEY evp_pkey_st, X509 x509_st, and so on. Thread: any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct bignum_st;
struct bio_st;
struct evp_md_ctx_st;
struct evp_pkey_st;
struct ssl_st;
struct stack_st_GENERAL_NAME;
struct x509_st;
struct X509_extension_st;
struct X509_req_st;

namespace hanse::io {

struct OpensslDeleter {
  void operator()(bignum_st* number) const;
  void operator()(bio_st* bio) const;
  void operator()(evp_md_ctx_st* digest) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(ssl_st* connection) const;
  void operator()(stack_st_GENERAL_NAME* names) const;
  void operator()(x509_st* certificate) const;
  void operator()(X509_extension_st* extension) const;
  void operator()(X509_req_st* request) const;
};

using NumberHandle = std::unique_ptr<bignum_st, OpensslDeleter>;
using BioHandle = std::unique_ptr<bio_st, OpensslDeleter>;
using DigestHandle = std::unique_ptr<evp_md_ctx_st, OpensslDeleter>;
using KeyHandle = std::unique_ptr<evp_pkey_st, OpensslDeleter>;
using ConnectionHandle = std::unique_ptr<ssl_st, OpensslDeleter>;
using NamesHandle = std::unique_ptr<stack_st_GENERAL_NAME, OpensslDeleter>;
using CertificateHandle = std::unique_ptr<x509_st, OpensslDeleter>;
using ExtensionHandle = std::unique_ptr<X509_extension_st, OpensslDeleter>;
using RequestHandle = std::unique_ptr<X509_req_st, OpensslDeleter>;

// A BIO that reads `text`, which must outlive it.
BioHandle reading_bio(std::string_view text);
BioHandle writing_bio();
std::string written_text(bio_st* memory);

// The first reason in this thread's error queue, which is emptied; "unknown reason" when it is empty.
std::string openssl_reason();

std::string to_hex(const unsigned char* bytes, std::size_t size);
const unsigned char* bytes_of(std::string_view text);

}  // namespace hanse::io
