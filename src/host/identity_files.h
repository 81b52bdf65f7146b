// What a host keeps of its identity on disk, in <data_dir>/identity, 0600 in a folder of 0700:
//   identity.json   key and certificate, and the zone that issued it: CA and address; replaced whole
//   enrolment.json  key and request of an enrolment under way, written before the token is used
//
// Thread: the loop. Failure: those of Files; data_loss when a file cannot be read, with the remedy.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "runtime/files.h"

namespace hanse::host {

struct IdentityRecord {
  std::int32_t version = 2;
  std::string certificate_pem;
  std::string key_pem;
  std::string ca_pem;
  std::string zone_endpoint;  // where the token said that the zone is
  std::string invitation;     // SHA-256 of the token's secret
  bool operator==(const IdentityRecord&) const = default;
};
BOOST_DESCRIBE_STRUCT(IdentityRecord, (),
                      (version, certificate_pem, key_pem, ca_pem, zone_endpoint, invitation))
HANSE_DECLARE_JSON(IdentityRecord);

struct PendingEnrolment {
  std::int32_t version = 2;
  std::string invitation;  // SHA-256 of the token's secret
  std::string request_pem;
  std::string key_pem;
  bool operator==(const PendingEnrolment&) const = default;
};
BOOST_DESCRIBE_STRUCT(PendingEnrolment, (), (version, invitation, request_pem, key_pem))
HANSE_DECLARE_JSON(PendingEnrolment);

class IdentityFiles {
 public:
  IdentityFiles(Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  Task<Result<std::optional<IdentityRecord>>> identity();
  // Also ends the enrolment.
  Task<Status> keep(IdentityRecord record);
  Task<Result<std::optional<PendingEnrolment>>> enrolment();
  Task<Status> begin(PendingEnrolment pending);
  // Ends it; nothing is left. Requires: there is no identity.
  Task<Status> give_up() { return files_.remove_all(folder_); }

  std::string identity_path() const { return folder_ + "/identity.json"; }
  std::string enrolment_path() const { return folder_ + "/enrolment.json"; }

 private:
  Files& files_;
  std::string folder_;
};

}  // namespace hanse::host
