// TlsContext: certificate, key and trusted CAs, read and checked once, from which connections are made.
// TLS 1.3 only, no session tickets: each connection proves who is at either end.
//
// Lifecycle: its channels keep it. Thread: the loop. Failure: invalid_argument for unusable PEM texts.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/channel.h"
#include "runtime/network.h"

struct ssl_ctx_st;
struct x509_store_ctx_st;

namespace hanse::io {

class TlsContext : public std::enable_shared_from_this<TlsContext> {
 public:
  static Result<std::shared_ptr<TlsContext>> for_server(const TlsOptions& options);
  // Requires a CA to trust. The certificate is optional.
  static Result<std::shared_ptr<TlsContext>> for_client(const TlsOptions& options);

  enum class Role { server, client };
  TlsContext(Role role, std::string expected_name);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  std::unique_ptr<Channel> make_channel(int socket);

  ssl_ctx_st* get() const { return context_; }
  Role role() const { return role_; }
  const std::string& expected_name() const { return expected_name_; }
  const std::string& expected_host() const { return expected_host_; }

 private:
  Status use_identity(const TlsOptions& options);
  Status trust(const std::string& ca_pem);
  void pin(std::string fingerprint);
  static int verify_pinned(x509_store_ctx_st* chain, void* context);

  Role role_;
  std::string expected_name_;
  std::string expected_host_;
  std::string pinned_fingerprint_;
  ssl_ctx_st* context_;
};

}  // namespace hanse::io
