// What the API stands on: the parts of one zone, as references, so that tests may give their own.
#pragma once

#include "api/connection_room.h"
#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "runtime/runtime.h"
#include "store/store.h"
#include "zone/audit/audit_log.h"
#include "zone/authentication.h"
#include "zone/authorization/authorization.h"
#include "zone/enrolment.h"
#include "zone/event_log.h"
#include "zone/federation/peer_admission.h"
#include "zone/federation/zone_records.h"
#include "zone/frontends.h"
#include "zone/host_sessions.h"
#include "zone/image_store.h"
#include "zone/images/blob_manifests.h"
#include "zone/instance_actions.h"
#include "zone/leases/lease_grants.h"
#include "zone/packing/host_packing.h"
#include "zone/reservations.h"
#include "zone/tables.h"
#include "zone/transfer_frontend.h"
#include "zone/workloads/explainer.h"
#include "zone/zone_config.h"

namespace hanse::zone {
class Zone;
}

namespace hanse::api {

struct ApiParts {
  Runtime& runtime;
  store::Store& store;
  zone::Tables& tables;
  zone::Frontends& frontends;
  zone::InstanceActions& instance_actions;
  zone::TransferFrontend& transfers;
  zone::HostSessions& hosts;
  zone::Authentication& authentication;
  zone::Authorization& authorization;
  zone::Enrolment& enrolment;
  zone::ImageStore& images;
  zone::BlobManifests& blob_manifests;
  zone::EventLog& events;
  zone::AuditLog& audit;
  zone::Membership& membership;
  zone::ZoneRecords& records;
  zone::PeerAdmission& admission;
  zone::Reservations& reservations;
  zone::LeaseGrants& lease_grants;
  zone::Explainer& explainer;
  zone::HostPacking& packing;
  const federation::Peers& peers;
  const federation::ZoneIdentity& identity;
  const zone::ZoneConfig& config;
  ConnectionRoom room = {};
};

// Requires: the zone outlives what is made of its parts.
ApiParts parts_of(zone::Zone& zone);

}  // namespace hanse::api
