#include "model/transfer.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(TransferSpec)
HANSE_DEFINE_JSON(TransferProgress)
HANSE_DEFINE_JSON(TransferReport)
HANSE_DEFINE_JSON(TransferGrant)
HANSE_DEFINE_JSON(TransferStatus)
HANSE_DEFINE_JSON(Transfer)

namespace {

// Why it sends no memory, whatever the instance does when it begins. Empty: it may send some.
std::string reason_against_memory(const TransferSpec& spec) {
  if (spec.copy) return "of a copy only the disks are sent";
  if (spec.sku) return "with another SKU the guest boots at the target";
  if (spec.mode == TransferMode::warm) return "in a warm move the guest boots at the target";
  if (spec.mode == TransferMode::cold) return "in a cold move the guest is stopped";
  return "";
}

// What would be accepted and mean nothing.
Status check_memory_options(const TransferSpec& spec) {
  const std::string reason = reason_against_memory(spec);
  if (reason.empty()) return {};
  const StreamOptions& streams = spec.streams;
  const auto refuse = [&reason](const char* field, std::string_view what) {
    return fail_field(field, "{}, so there is no memory that {}; leave it out", reason, what);
  };
  if (streams.count != 1) return refuse("/spec/streams/count", "more streams could carry");
  if (streams.compression != Compression::none)
    return refuse("/spec/streams/compression", "could be compressed");
  if (streams.post_copy) return refuse("/spec/streams/postCopy", "could follow");
  if (spec.limits.max_blackout_ms)
    return fail_field("/spec/limits/maxBlackoutMs", "{}, so no stop of it is planned; leave it out", reason);
  return {};
}

}  // namespace

bool is_end(TransferPhase phase) {
  switch (phase) {
    case TransferPhase::completed:
    case TransferPhase::rolled_back:
    case TransferPhase::cancelled:
    case TransferPhase::refused:
      return true;
    default:
      return false;
  }
}

bool is_within_zone(const Transfer& transfer) {
  return transfer.spec.host.has_value();
}

bool keeps_source(const Transfer& transfer) {
  return transfer.spec.copy && transfer.status.role == TransferRole::source;
}

bool may_post_copy(const Transfer& transfer) {
  return transfer.spec.streams.post_copy && transfer.status.mode == TransferMode::live && !transfer.spec.copy;
}

Status check(const Transfer& transfer) {
  HANSE_CHECK(check_name(transfer.spec.instance, "/spec/instance"));
  const TransferSpec& spec = transfer.spec;
  HANSE_CHECK(check(spec.limits, "/spec/limits"));
  HANSE_CHECK(check(spec.streams, "/spec/streams"));
  const auto& deadline = spec.deadline_seconds;
  if (deadline && (*deadline < 1 || *deadline > kLongestDeadlineSeconds)) {
    return fail_field("/spec/deadlineSeconds", "must be from 1 to {} seconds; leave it out for none",
                      kLongestDeadlineSeconds);
  }
  if (spec.copy) HANSE_CHECK(check_name(*spec.copy, "/spec/copy"));
  if (spec.snapshot) HANSE_CHECK(check_name(*spec.snapshot, "/spec/snapshot"));
  if (spec.snapshot && !spec.copy)
    return fail_field("/spec/snapshot", "only a copy is made of a snapshot; name it in copy");
  if (spec.copy && spec.host)
    return fail_field("/spec/copy", "a copy is made in another zone; leave the host out");
  if (spec.copy && spec.mode != TransferMode::automatic)
    return fail_field("/spec/mode", "of a copy only the disks are sent; leave the mode out");
  if (spec.sku) HANSE_CHECK(check_name(*spec.sku, "/spec/sku"));
  if (spec.sku && spec.host)
    return fail_field("/spec/sku", "an instance is given another SKU by another zone; leave the host out");
  if (spec.sku && spec.mode == TransferMode::live)
    return fail_field("/spec/sku",
                      "with another SKU it boots at the target; take mode warm or cold, or none");
  HANSE_CHECK(check_memory_options(spec));
  if (!spec.host) return check_name(spec.target_zone, "/spec/targetZone");
  HANSE_CHECK(check_name(*spec.host, "/spec/host"));
  return spec.target_zone.empty() ? Status{} : check_name(spec.target_zone, "/spec/targetZone");
}

}  // namespace hanse::model
