// Zone: one provider's control plane, composed. It owns all parts and their order of start; the API (src/api)
// serves it, main.cpp and the simulator make it.
//
// Lifecycle: construct, start(), then serve requests; destroying it stops everything, and what was
// acknowledged is in the store. Thread: the loop. Failure of start(): those of the store, of files, and of
// the configuration.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "federation/peers.h"
#include "federation/zone_identity.h"
#include "runtime/cryptography.h"
#include "runtime/processes.h"
#include "runtime/runtime.h"
#include "runtime/signal.h"
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
#include "zone/workloads/zone_chooser.h"
#include "zone/zone_config.h"
#include "zone/zone_version.h"

namespace hanse::zone {

class Zone {
 public:
  // `converter` is the user that foreign images are read as; nothing: this process's own.
  Zone(Runtime& runtime, store::Store& store, Cryptography cryptography, ZoneConfig config,
       std::optional<ProcessUser> converter);
  ~Zone();
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;

  Task<Status> start();
  // Reads the policy for peers again. A file with a fault changes nothing.
  Task<Status> reload_policy();
  // The certificate or the peers have changed: the server's TLS must be set again.
  Signal& tls_changes();
  // What the zone's listener serves with: its certificate, its own CA and those of its peers.
  TlsOptions server_tls() const;

  Runtime& runtime();
  store::Store& store();
  const ZoneConfig& config() const;
  Tables& tables();
  Frontends& frontends();
  InstanceActions& instance_actions();
  TransferFrontend& transfers();
  HostSessions& hosts();
  HostCapacity& capacity();
  Authentication& authentication();
  Authorization& authorization();
  Enrolment& enrolment();
  ImageStore& images();
  BlobManifests& blob_manifests();
  EventLog& events();
  AuditLog& audit();
  Membership& membership();
  ZoneRecords& records();
  PeerAdmission& admission();
  Reservations& reservations();
  LeaseGrants& lease_grants();
  Explainer& explainer();
  ZoneChooser& zone_chooser();
  HostPacking& packing();
  const federation::Peers& peers() const;
  const federation::ZoneIdentity& identity() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hanse::zone
