#include "api/parts.h"

#include "zone/zone.h"

namespace hanse::api {

ApiParts parts_of(zone::Zone& zone) {
  return {.runtime = zone.runtime(),
          .store = zone.store(),
          .tables = zone.tables(),
          .frontends = zone.frontends(),
          .instance_actions = zone.instance_actions(),
          .transfers = zone.transfers(),
          .hosts = zone.hosts(),
          .authentication = zone.authentication(),
          .authorization = zone.authorization(),
          .enrolment = zone.enrolment(),
          .images = zone.images(),
          .blob_manifests = zone.blob_manifests(),
          .events = zone.events(),
          .audit = zone.audit(),
          .membership = zone.membership(),
          .records = zone.records(),
          .admission = zone.admission(),
          .reservations = zone.reservations(),
          .lease_grants = zone.lease_grants(),
          .explainer = zone.explainer(),
          .packing = zone.packing(),
          .peers = zone.peers(),
          .identity = zone.identity(),
          .config = zone.config()};
}

}  // namespace hanse::api
