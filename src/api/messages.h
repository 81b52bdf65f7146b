// The bodies of requests and answers that are not resources: actions, tokens, health, regions.
#pragma once

#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "federation/peer_record.h"
#include "federation/policy.h"
#include "federation/zone_digest.h"
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
  std::vector<std::string> cpu_models;  // that one of its hosts, or more, can give a guest
  std::vector<std::string> machine_types;
};
BOOST_DESCRIBE_STRUCT(RegionSpec, (),
                      (provider, member_state, city, latitude, longitude, endpoint, cpu_models,
                       machine_types))
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

// A zone that this one is in a federation with, or is about to be.
struct PeerSpec {
  std::string endpoint;
  std::string identity_key;
  std::int32_t authorities = 0;  // CAs that are pinned for it
  federation::PeerPolicy policy;
};
BOOST_DESCRIBE_STRUCT(PeerSpec, (), (endpoint, identity_key, authorities, policy))
HANSE_DECLARE_JSON(PeerSpec);

struct PeerMetadata {
  std::string name;
  std::string kind = "peer";
};
BOOST_DESCRIBE_STRUCT(PeerMetadata, (), (name, kind))
HANSE_DECLARE_JSON(PeerMetadata);

struct PeerStatus {
  federation::PeerState state = federation::PeerState::active;
  std::string since;
  std::string expires_at;  // when it is given up; empty: never
  bool reachable = false;
  std::optional<double> round_trip_ms;  // measured
  std::optional<std::int64_t> heard_seconds_ago;
  std::optional<federation::ZoneDigest> digest;  // as it signed it
};
BOOST_DESCRIBE_STRUCT(PeerStatus, (),
                      (state, since, expires_at, reachable, round_trip_ms, heard_seconds_ago, digest))
HANSE_DECLARE_JSON(PeerStatus);

struct PeerView {
  PeerMetadata metadata;
  PeerSpec spec;
  PeerStatus status;
};
BOOST_DESCRIBE_STRUCT(PeerView, (), (metadata, spec, status))
HANSE_DECLARE_JSON(PeerView);

struct InvitationDraft {
  std::int64_t expires_in_seconds = 3600;
};
BOOST_DESCRIBE_STRUCT(InvitationDraft, (), (expires_in_seconds))
HANSE_DECLARE_JSON(InvitationDraft);

struct InvitationText {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(InvitationText, (), (token))
HANSE_DECLARE_JSON(InvitationText);

struct PolicyText {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(PolicyText, (), (text))
HANSE_DECLARE_JSON(PolicyText);

struct RotationRequest {
  bool finish = false;  // take the announced CA into use
  bool force = false;   // to finish also when hosts or peers may not know it yet
};
BOOST_DESCRIBE_STRUCT(RotationRequest, (), (finish, force))
HANSE_DECLARE_JSON(RotationRequest);

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

struct SnapshotDraft {
  bool memory = false;  // with the state of the guest, which stands still for a moment
};
BOOST_DESCRIBE_STRUCT(SnapshotDraft, (), (memory))
HANSE_DECLARE_JSON(SnapshotDraft);

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

// With a login code a person gets a first token.
struct LoginCodeRequest {
  std::string subject;
  std::int64_t expires_in_seconds = 3600;
};
BOOST_DESCRIBE_STRUCT(LoginCodeRequest, (), (subject, expires_in_seconds))
HANSE_DECLARE_JSON(LoginCodeRequest);

// All that a person needs to add a context and to log in.
struct LoginCodeAnswer {
  std::string code;
  std::string ca_pem;
  std::string endpoint;
};
BOOST_DESCRIBE_STRUCT(LoginCodeAnswer, (), (code, ca_pem, endpoint))
HANSE_DECLARE_JSON(LoginCodeAnswer);

struct LoginRequest {
  std::string code;
  std::int64_t expires_in_seconds = 12 * 3600;
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (code, expires_in_seconds))
HANSE_DECLARE_JSON(LoginRequest);

// Of the caller: a role, and where it counts.
struct SelfGrant {
  std::string role;
  std::string assignment;  // "<tenant>/<name>"
  std::vector<std::string> tenants;
  std::vector<std::string> regions;
  std::vector<std::string> workspaces;
};
BOOST_DESCRIBE_STRUCT(SelfGrant, (), (role, assignment, tenants, regions, workspaces))
HANSE_DECLARE_JSON(SelfGrant);

// Who the caller is, and what he may do.
struct Self {
  std::string subject;
  std::vector<std::string> groups;
  std::string issuer;
  std::optional<std::string> expires_at;
  bool administrator = false;
  std::vector<SelfGrant> grants;
};
BOOST_DESCRIBE_STRUCT(Self, (), (subject, groups, issuer, expires_at, administrator, grants))
HANSE_DECLARE_JSON(Self);

// A JSON web key set (RFC 7517).
struct WebKeySet {
  std::vector<json::Value> keys;
};
BOOST_DESCRIBE_STRUCT(WebKeySet, (), (keys))
HANSE_DECLARE_JSON(WebKeySet);

struct HostInvitationDraft {
  std::string name;  // of the new host
  std::int64_t expires_in_seconds = 3600;
};
BOOST_DESCRIBE_STRUCT(HostInvitationDraft, (), (name, expires_in_seconds))
HANSE_DECLARE_JSON(HostInvitationDraft);

}  // namespace hanse::api
