// The bodies of requests and answers that are not resources: actions, tokens, health, regions.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "model/metadata.h"
#include "model/transfer.h"

namespace hanse::api {

struct Health {
  std::string status = "ok";
  std::string zone;
  std::string version;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, zone, version))
HANSE_DECLARE_JSON(Health);

// A zone of the federation, as SECA's region. Of a peer only what the trust file says is known.
struct RegionSpec {
  std::string provider;
  std::string member_state;
  std::string city;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(RegionSpec, (), (provider, member_state, city, latitude, longitude, endpoint))
HANSE_DECLARE_JSON(RegionSpec);

struct RegionMetadata {
  std::string name;
  std::string kind = "region";
};
BOOST_DESCRIBE_STRUCT(RegionMetadata, (), (name, kind))
HANSE_DECLARE_JSON(RegionMetadata);

struct RegionStatus {
  model::ResourceState state = model::ResourceState::active;
};
BOOST_DESCRIBE_STRUCT(RegionStatus, (), (state))
HANSE_DECLARE_JSON(RegionStatus);

struct Region {
  RegionMetadata metadata;
  RegionSpec spec;
  RegionStatus status;
};
BOOST_DESCRIBE_STRUCT(Region, (), (metadata, spec, status))
HANSE_DECLARE_JSON(Region);

struct ConsoleInput {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(ConsoleInput, (), (text))
HANSE_DECLARE_JSON(ConsoleInput);

struct ConsoleOutput {
  std::int64_t offset = 0;  // where the text begins
  std::string text;
};
BOOST_DESCRIBE_STRUCT(ConsoleOutput, (), (offset, text))
HANSE_DECLARE_JSON(ConsoleOutput);

struct TransferDraft {
  model::TransferSpec spec;
};
BOOST_DESCRIBE_STRUCT(TransferDraft, (), (spec))
HANSE_DECLARE_JSON(TransferDraft);

struct TokenRequest {
  std::int64_t expires_in_seconds = 24 * 3600;
  std::string subject = "user";
};
BOOST_DESCRIBE_STRUCT(TokenRequest, (), (expires_in_seconds, subject))
HANSE_DECLARE_JSON(TokenRequest);

struct TokenAnswer {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (token))
HANSE_DECLARE_JSON(TokenAnswer);

struct EnrolmentTokenRequest {
  std::int64_t expires_in_seconds = 3600;
};
BOOST_DESCRIBE_STRUCT(EnrolmentTokenRequest, (), (expires_in_seconds))
HANSE_DECLARE_JSON(EnrolmentTokenRequest);

// All that a new host needs.
struct EnrolmentTokenAnswer {
  std::string token;
  std::string ca_pem;
  std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(EnrolmentTokenAnswer, (), (token, ca_pem, endpoint))
HANSE_DECLARE_JSON(EnrolmentTokenAnswer);

}  // namespace hanse::api
