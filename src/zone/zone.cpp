#include "zone/zone.h"

#include "zone/authorization/built_in_roles.h"
#include "zone/carbon/carbon_feed.h"
#include "zone/certificate_renewal.h"
#include "zone/controllers.h"
#include "zone/federation/zone_offer.h"
#include "zone/leases/replica_leases.h"
#include "zone/peer_clients.h"
#include "zone/rebalance/rebalancer.h"
#include "zone/transfers/link_shares.h"
#include "zone/transfers/transfer_service.h"
#include "zone/workloads/explainer.h"

namespace hanse::zone {
namespace {

constexpr char kDefaultTenant[] = "default";
constexpr char kDefaultName[] = "default";

std::string first_line(const std::string& text) {
  const std::string line = text.substr(0, text.find_first_of("\r\n"));
  return line;
}

template <class T>
T built_in(std::string name, const std::string& zone, const std::string& uid, const std::string& now) {
  T resource;
  resource.metadata = {.name = std::move(name),
                       .tenant = kDefaultTenant,
                       .region = zone,
                       .kind = std::string(KindOf<T>::kTraits.kind),
                       .uid = uid,
                       .created_at = now,
                       .last_modified_at = now};
  return resource;
}

template <class T>
Task<Status> create_if_missing(Table<T>& table, T resource) {
  if (table.get(id_of(resource.metadata))) co_return Status();
  const auto created = co_await table.create(std::move(resource));
  if (!created && created.error().code != Code::already_exists) co_return fail(created.error());
  co_return Status();
}

}  // namespace

// In order of construction; each may refer to those above it.
struct Zone::Parts {
  Parts(Runtime& run, store::Store& kept, Cryptography crypto, ZoneConfig settings,
        std::optional<ProcessUser> converter)
      : runtime(run),
        store(kept),
        config(std::move(settings)),
        tables(kept),
        events(run),
        audit(run, crypto.hashing, {config.name, config.data_dir + "/audit", config.audit}),
        carbon(run, events, config),
        tls_changes(run.scheduler),
        identity(run.files, crypto, config.name, config.data_dir),
        certificate_renewal(run, crypto.certificates, identity,
                            {certificate_addresses(config), [this] { certificate_renewed(); }}),
        clients(run, peers, identity),
        peer_table(run, kept, crypto.certificates, peers, clients, tls_changes),
        own_card(run.clock, identity, config),
        membership({run, kept, crypto, peer_table, own_card, events, config}, identity, tables, tls_changes),
        authentication(run, kept, crypto, peers, identity, config),
        authorization(run, kept, tables, config.name),
        host_invitations(run, kept, crypto.hashing, config),
        enrolment(run, kept, tables, host_invitations, crypto.certificates, identity, config.name),
        hosts(run, config.name, kVersion),
        capacity(tables, hosts),
        storages(run, tables),
        hardware(run.clock, config, peers, records),
        first_placement({run, tables, hosts, capacity, storages, events, hardware}),
        frontends(run, tables, peers, first_placement, config.name),
        actions(run, tables, hosts),
        blobs(run.files, crypto.hashing, run.random, config.data_dir + "/blobs"),
        blob_reconciler(run, tables, blobs),
        images(run, blobs, blob_reconciler, std::move(converter)),
        blob_manifests(run, crypto.hashing, blobs),
        image_reconciler({run, crypto.hashing, blobs, blob_manifests}, tables, images, blob_reconciler,
                         clients, peers),
        records({run, crypto, identity, peers, clients, membership, config}, [this] { return offer(); }),
        admission(tables, membership, records),
        reservations(run, config, admission, capacity),
        lease_grants(run, tables, config.name),
        replica_leases(run, tables, clients, config.name),
        zone_candidates(run.clock, config, tables, capacity, peers, admission, records),
        zone_chooser({run, peers, membership, records, zone_candidates}),
        refusals(run.clock),
        explainer(config, tables, capacity, zone_candidates, refusals),
        packing(run, tables, hosts, capacity),
        grants(identity, crypto.signatures, peers),
        transfer_changes(run.scheduler),
        transfers({.records = {run, kept, tables, storages, events, grants, transfer_changes},
                   .hosts = hosts,
                   .orders = orders,
                   .clients = clients,
                   .images = image_reconciler,
                   .blobs = {run, crypto.hashing, blobs, blob_manifests},
                   .certificates = crypto.certificates,
                   .zone = config.name,
                   .round_trip = [this](const std::string& peer) { return records.round_trip(peer); }},
                  capacity, hardware, peers, admission, replica_leases),
        link_shares(run, hosts, orders),
        replica_zones({config, tables, frontends, actions, transfers, clients}),
        controllers({run, kept, tables, hosts, capacity, storages, orders, events, hardware},
                    image_reconciler, replica_leases, admission, transfers,
                    {run, tables, crypto.hashing, events, zone_candidates, zone_chooser, replica_zones,
                     lease_grants, refusals, config.name}),
        rebalancer({run, config, packing, transfers, events}) {
    hosts.set_lease_gate([this](const std::string& uid) { return replica_leases.may_run(uid); });
  }

  Task<Status> load();
  Task<Status> load_admin_token();
  Task<Status> make_defaults();
  void certificate_renewed();
  Result<federation::ZoneDigest> offer();

  Runtime& runtime;
  store::Store& store;
  ZoneConfig config;
  Tables tables;
  federation::Peers peers;
  EventLog events;
  AuditLog audit;
  CarbonFeed carbon;
  Signal tls_changes;
  federation::ZoneIdentity identity;
  CertificateRenewal certificate_renewal;
  PeerClients clients;
  PeerTable peer_table;
  OwnCard own_card;
  Membership membership;
  Authentication authentication;
  Authorization authorization;
  HostInvitations host_invitations;
  Enrolment enrolment;
  HostSessions hosts;
  HostCapacity capacity;
  InstanceStorages storages;
  HardwareChoice hardware;
  FirstPlacement first_placement;
  Frontends frontends;
  InstanceActions actions;
  MoveOrders orders;
  store::BlobFiles blobs;
  BlobReconciler blob_reconciler;
  ImageStore images;
  BlobManifests blob_manifests;
  ImageReconciler image_reconciler;
  ZoneRecords records;
  PeerAdmission admission;
  Reservations reservations;
  LeaseGrants lease_grants;
  ReplicaLeases replica_leases;
  ZoneCandidates zone_candidates;
  ZoneChooser zone_chooser;
  Refusals refusals;
  Explainer explainer;
  HostPacking packing;
  Grants grants;
  Signal transfer_changes;
  TransferService transfers;
  LinkShares link_shares;
  ReplicaZones replica_zones;
  Controllers controllers;
  Rebalancer rebalancer;
  Scope scope{6};  // declared last: destroyed first
};

Task<Status> Zone::Parts::load_admin_token() {
  HANSE_CO_TRY(const std::string admin,
               co_await runtime.files.read(config.admin_token_file, kSmallFileLimit));
  const std::string token = first_line(admin);
  constexpr std::size_t kShortestToken = 16;
  if (token.size() < kShortestToken) {
    co_return fail(Code::invalid_argument, "{} must hold a token of at least {} characters in its first line",
                   config.admin_token_file, kShortestToken);
  }
  authentication.set_admin_token(token);
  co_return Status();
}

// What a user of a new zone expects to be there.
Task<Status> Zone::Parts::make_defaults() {
  const std::string now = to_rfc3339(runtime.clock.wall_now());
  const auto uid = [this] { return random_token(runtime.random, model::kUidDigits); };
  HANSE_CO_CHECK(co_await create_if_missing(
      tables.workspaces, built_in<model::Workspace>(kDefaultName, config.name, uid(), now)));
  HANSE_CO_CHECK(co_await create_if_missing(tables.storage_skus,
                                            built_in<model::StorageSku>("local", config.name, uid(), now)));
  // Roles that are built in count in all tenants; here they can be looked at.
  for (const BuiltInRole& known : built_in_roles()) {
    auto role = built_in<model::Role>(std::string(known.name), config.name, uid(), now);
    const ResourceId id = id_of(role.metadata);
    role.spec = known.spec;
    HANSE_CO_CHECK(co_await create_if_missing(tables.roles, std::move(role)));
    const auto current = co_await tables.roles.update(id, [&known](model::Role& kept) -> Status {
      kept.spec = known.spec;
      return {};
    });
    if (!current) co_return fail(current.error());
  }
  co_return Status();
}

Task<Status> Zone::Parts::load() {
  HANSE_CO_CHECK(co_await identity.load_or_create());
  HANSE_CO_CHECK(co_await audit.start(store.revision()));
  HANSE_CO_CHECK(identity.renew(certificate_addresses(config)));
  HANSE_CO_CHECK(co_await membership.start());
  HANSE_CO_CHECK(co_await authentication.start());
  HANSE_CO_CHECK(co_await load_admin_token());
  HANSE_CO_CHECK(co_await host_invitations.start());
  HANSE_CO_CHECK(co_await blobs.clean_up());
  HANSE_CO_CHECK(co_await make_defaults());
  HANSE_CO_CHECK(authorization.start());
  // Transfers give their orders before the controllers tell any host anything.
  HANSE_CO_CHECK(transfers.start());
  HANSE_CO_CHECK(co_await controllers.start());
  // What the zone says of its room it knows now.
  HANSE_CO_CHECK(records.start());
  HANSE_CO_CHECK(replica_leases.start());
  if (!scope.spawn(certificate_renewal.keep_fresh()) || !scope.spawn(carbon.keep()) ||
      !scope.spawn(blob_reconciler.run()))
    co_return fail(Code::internal, "the zone cannot start");
  if (!scope.spawn(link_shares.run([this] { return transfers.sending(); }, transfers.changes())))
    co_return fail(Code::internal, "the zone cannot share its links");
  if (rebalancer.wanted() && !scope.spawn(rebalancer.run()))
    co_return fail(Code::internal, "the zone cannot start to rebalance");
  co_return Status();
}

Result<federation::ZoneDigest> Zone::Parts::offer() {
  HANSE_TRY(const auto skus, tables.instance_skus.all());
  std::vector<model::InstanceSku> shapes;
  for (const auto& sku : skus) shapes.push_back(*sku);
  const Room room = [this](const federation::FlavourOffer& flavour) -> Result<std::int64_t> {
    HANSE_TRY(const placement::HostRoom found, capacity.room({.architecture = flavour.architecture,
                                                              .vcpu = flavour.vcpu,
                                                              .memory = flavour.memory_mib}));
    return found.instances;
  };
  HANSE_TRY(federation::ZoneDigest digest, offer_of(config, shapes, room));
  digest.carbon = carbon.figure();
  add_hardware(digest, capacity.hardware());
  return digest;
}

void Zone::Parts::certificate_renewed() {
  clients.reset();
  tls_changes.notify();
}

Zone::Zone(Runtime& runtime, store::Store& store, Cryptography cryptography, ZoneConfig config,
           std::optional<ProcessUser> converter)
    : parts_(std::make_unique<Parts>(runtime, store, cryptography, std::move(config), std::move(converter))) {
}

Zone::~Zone() = default;

Task<Status> Zone::start() {
  return parts_->load();
}

Task<Status> Zone::reload_policy() {
  return parts_->membership.load_policy();
}

TlsOptions Zone::server_tls() const {
  const KeyedCertificate& own = parts_->identity.certificate();
  // The CA goes along for those who know its fingerprint only.
  return {.certificate_pem = own.certificate_pem + "\n" + parts_->identity.ca_pem(),
          .key_pem = own.key_pem,
          .trusted_ca_pem = parts_->identity.ca_bundle() + parts_->peers.ca_bundle()};
}

Signal& Zone::tls_changes() {
  return parts_->tls_changes;
}
Runtime& Zone::runtime() {
  return parts_->runtime;
}
store::Store& Zone::store() {
  return parts_->store;
}
const ZoneConfig& Zone::config() const {
  return parts_->config;
}
Tables& Zone::tables() {
  return parts_->tables;
}
Frontends& Zone::frontends() {
  return parts_->frontends;
}
InstanceActions& Zone::instance_actions() {
  return parts_->actions;
}
TransferFrontend& Zone::transfers() {
  return parts_->transfers;
}
HostCapacity& Zone::capacity() {
  return parts_->capacity;
}
HostSessions& Zone::hosts() {
  return parts_->hosts;
}
Authentication& Zone::authentication() {
  return parts_->authentication;
}
Authorization& Zone::authorization() {
  return parts_->authorization;
}
Enrolment& Zone::enrolment() {
  return parts_->enrolment;
}
ImageStore& Zone::images() {
  return parts_->images;
}
BlobManifests& Zone::blob_manifests() {
  return parts_->blob_manifests;
}
EventLog& Zone::events() {
  return parts_->events;
}
AuditLog& Zone::audit() {
  return parts_->audit;
}
PeerAdmission& Zone::admission() {
  return parts_->admission;
}
Reservations& Zone::reservations() {
  return parts_->reservations;
}
LeaseGrants& Zone::lease_grants() {
  return parts_->lease_grants;
}
Explainer& Zone::explainer() {
  return parts_->explainer;
}
ZoneChooser& Zone::zone_chooser() {
  return parts_->zone_chooser;
}
HostPacking& Zone::packing() {
  return parts_->packing;
}
ZoneRecords& Zone::records() {
  return parts_->records;
}
Membership& Zone::membership() {
  return parts_->membership;
}
const federation::Peers& Zone::peers() const {
  return parts_->peers;
}
const federation::ZoneIdentity& Zone::identity() const {
  return parts_->identity;
}

}  // namespace hanse::zone
