// TokenRecords: tokens that are random digits, of which the store keeps the SHA-256 only: the codes that
// people log in with once.
//
// Thread: the loop. Failure: unauthenticated, saying what is wrong with the token and how to get one; those
// of the store.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "runtime/hashing.h"
#include "runtime/runtime.h"
#include "store/store.h"

namespace hanse::zone {

struct TokenRecord {
  std::int32_t version = 1;
  std::string purpose;     // "login"
  std::string subject;     // who
  std::string expires_at;  // RFC 3339
  bool operator==(const TokenRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(TokenRecord, (), (version, purpose, subject, expires_at))
HANSE_DECLARE_JSON(TokenRecord);

// How much longer than its life a record is kept, so that its bearer hears that it expired.
inline constexpr Seconds kKeepExpired{7 * 24 * 3600};

class TokenRecords {
 public:
  TokenRecords(Runtime& runtime, store::Store& store, Hashing& hashing)
      : runtime_(runtime), store_(store), hashing_(hashing) {}

  // Under which the token is kept; tells nothing of it.
  std::string key_of(const std::string& token) const;
  Task<Result<std::string>> make_login(std::string subject, Seconds lifetime, int digits);
  // Uses it up, in one transaction, and gives its subject; a second use of the same code fails.
  Task<Result<std::string>> use_login(std::string token);
  // Removes those that expired long ago.
  Task<Status> clean_up();

 private:
  Result<TokenRecord> find(const std::string& token) const;

  Runtime& runtime_;
  store::Store& store_;
  Hashing& hashing_;
};

}  // namespace hanse::zone
