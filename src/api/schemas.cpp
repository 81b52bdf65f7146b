#include "api/schemas.h"

#include "api/messages.h"
#include "api/schema_writer.h"
#include "federation/record_exchange.h"
#include "model/authorization.h"
#include "model/host_messages.h"
#include "model/packing_report.h"
#include "model/placement_explanation.h"
#include "model/replica_lease.h"
#include "model/reservation.h"
#include "model/storage.h"
#include "model/transfer.h"
#include "model/workload.h"
#include "model/zone_resources.h"
#include "zone/audit/audit_chain.h"
#include "zone/audit/audit_record.h"
#include "zone/federation/messages.h"
#include "zone/image_store.h"
#include "zone/images/blob_manifest.h"
#include "zone/transfer_frontend.h"

namespace hanse::api {
namespace {

json::Object problem_schema() {
  const json::Object text{{"type", "string"}};
  const json::Object source{{"type", "object"},
                            {"properties", json::Object{{"pointer", text}, {"parameter", text}}}};
  return {{"type", "object"},
          {"properties", json::Object{{"type", text},
                                      {"title", text},
                                      {"status", json::Object{{"type", "integer"}}},
                                      {"detail", text},
                                      {"instance", text},
                                      {"sources", json::Object{{"type", "array"}, {"items", source}}}}}};
}

void add_common(SchemaWriter& writer) {
  writer.add<model::Metadata>("Metadata");
  writer.add<model::Condition>("Condition");
  writer.add<model::PlainStatus>("PlainStatus");
  writer.add<model::VolumeReference>("VolumeReference");
  writer.add<model::PortForward>("PortForward");
  writer.add<model::Permission>("Permission");
  writer.add<model::RoleAssignmentScope>("RoleAssignmentScope");
  writer.add<model::InstanceSpec>("InstanceSpec");
  writer.add<model::TransferSpec>("TransferSpec");
}

template <class T>
void add_resource(SchemaWriter& writer, const std::string& name) {
  writer.add<T>(name);
  writer.add_list(name);
}

void add_resources(SchemaWriter& writer) {
  add_resource<model::Workspace>(writer, "Workspace");
  add_resource<model::InstanceSku>(writer, "InstanceSku");
  add_resource<model::Instance>(writer, "Instance");
  add_resource<model::StorageSku>(writer, "StorageSku");
  add_resource<model::BlockStorage>(writer, "BlockStorage");
  add_resource<model::Image>(writer, "Image");
  add_resource<model::Host>(writer, "Host");
  add_resource<model::Workload>(writer, "Workload");
  add_resource<model::Transfer>(writer, "Transfer");
  add_resource<model::Role>(writer, "Role");
  add_resource<model::RoleAssignment>(writer, "RoleAssignment");
  add_resource<model::Event>(writer, "Event");
  add_resource<zone::AuditRecord>(writer, "AuditRecord");
  add_resource<Region>(writer, "Region");
  add_resource<PeerView>(writer, "Peer");
}

void add_messages(SchemaWriter& writer) {
  writer.add<Health>("Health");
  writer.add<zone::AuditCaller>("AuditCaller");
  writer.add<zone::AuditAnchor>("AuditAnchor");
  writer.add<zone::SignedAuditHead>("SignedAuditHead");
  writer.add<InvitationDraft>("InvitationDraft");
  writer.add<InvitationText>("InvitationText");
  writer.add<PolicyText>("PolicyText");
  writer.add<RotationRequest>("RotationRequest");
  writer.add<federation::SignedRecord>("SignedRecord");
  writer.add<federation::ExchangeMessage>("ExchangeMessage");
  writer.add<model::ReservationRequest>("ReservationRequest");
  writer.add<model::ReplicaLeaseRequest>("ReplicaLeaseRequest");
  writer.add<model::ReplicaLeaseAnswer>("ReplicaLeaseAnswer");
  writer.add<model::ReservationAnswer>("ReservationAnswer");
  writer.add<model::WorkloadExplanation>("WorkloadExplanation");
  writer.add<model::PackingReport>("PackingReport");
  writer.add<zone::AcceptanceRequest>("AcceptanceRequest");
  writer.add<zone::AcceptanceAnswer>("AcceptanceAnswer");
  writer.add<zone::ConfirmationRequest>("ConfirmationRequest");
  writer.add<ConsoleInput>("ConsoleInput");
  writer.add<ConsoleOutput>("ConsoleOutput");
  writer.add<SnapshotDraft>("SnapshotDraft");
  writer.add<TransferDraft>("TransferDraft");
  writer.add<model::TransferLimitsChange>("TransferLimitsChange");
  writer.add<model::TransferForecast>("TransferForecast");
  writer.add<zone::ForecastRequest>("ForecastRequest");
  writer.add<zone::ForecastAnswer>("ForecastAnswer");
  writer.add<TokenRequest>("TokenRequest");
  writer.add<TokenAnswer>("TokenAnswer");
  writer.add<LoginCodeRequest>("LoginCodeRequest");
  writer.add<LoginCodeAnswer>("LoginCodeAnswer");
  writer.add<LoginRequest>("LoginRequest");
  writer.add<SelfGrant>("SelfGrant");
  writer.add<Self>("Self");
  writer.add<WebKeySet>("WebKeySet");
  writer.add<HostInvitationDraft>("HostInvitationDraft");
  writer.add<model::EnrolmentRequest>("EnrolmentRequest");
  writer.add<model::EnrolmentAnswer>("EnrolmentAnswer");
  writer.add<model::FleetRequest>("FleetRequest");
  writer.add<model::FleetAnswer>("FleetAnswer");
  writer.add<model::RenewalRequest>("RenewalRequest");
  writer.add<zone::UploadedBlob>("UploadedBlob");
  writer.add<zone::BlobManifest>("BlobManifest");
  writer.add<zone::IncomingRequest>("IncomingRequest");
  writer.add<zone::GrantRequest>("GrantRequest");
  writer.add<migration::IncomingView>("IncomingView");
  writer.add<migration::OutcomeView>("OutcomeView");
}

}  // namespace

json::Object schemas() {
  SchemaWriter writer;
  add_common(writer);
  add_resources(writer);
  add_messages(writer);
  json::Object all = writer.take();
  all.emplace("Problem", problem_schema());
  return all;
}

}  // namespace hanse::api
