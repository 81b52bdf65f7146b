// Owners for what OpenSSL hands out, and its error queue as text. Thread: any.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string>
#include <string_view>

namespace hanse::io {

template <auto kFree>
struct OpensslDeleter {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioHandle = std::unique_ptr<BIO, OpensslDeleter<BIO_free_all>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, OpensslDeleter<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, OpensslDeleter<X509_free>>;
using RequestHandle = std::unique_ptr<X509_REQ, OpensslDeleter<X509_REQ_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, OpensslDeleter<X509_EXTENSION_free>>;
using DigestHandle = std::unique_ptr<EVP_MD_CTX, OpensslDeleter<EVP_MD_CTX_free>>;

// A BIO that reads `text`, which must outlive it.
BioHandle reading_bio(std::string_view text);
std::string written_text(BIO* memory);

// The first reason in this thread's error queue, which is emptied; "unknown reason" when it is empty.
std::string openssl_reason();

std::string to_hex(const unsigned char* bytes, std::size_t size);

}  // namespace hanse::io
