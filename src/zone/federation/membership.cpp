#include "zone/federation/membership.h"

#include <algorithm>

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr Nanos kTryAgain = Seconds{5};
// After a change of the CA, certificates of the one before count until all of them have ended.
constexpr Nanos kPreviousAuthorityTime = 2 * Nanos(federation::kCertificateLifetime);

}  // namespace

Membership::Membership(MembershipServices services, federation::ZoneIdentity& identity, Tables& tables,
                       Signal& tls_changes)
    : services_(services),
      identity_(identity),
      tables_(tables),
      tls_changes_(tls_changes),
      invitations_(services),
      joining_(services, identity),
      log_(services.runtime.log, "federation") {}

Task<Status> Membership::start() {
  HANSE_CO_CHECK(services_.peers.load());
  HANSE_CO_CHECK(co_await load_policy());
  if (!scope_.spawn(keep_trying())) co_return fail(Code::internal, "the federation's tasks cannot start");
  co_return Status();
}

Task<void> Membership::keep_trying() {
  MonotonicTime retire_at = services_.runtime.clock.now() + kPreviousAuthorityTime;
  bool had_previous = identity_.has_previous();
  while (true) {
    const std::uint64_t seen = services_.peers.changes().version();
    co_await joining_.retry();
    if (const Status cleaned = co_await invitations_.clean_up(); !cleaned)
      log_.warning("expired invitations cannot be removed: {}", cleaned.error().message);
    const MonotonicTime now = services_.runtime.clock.now();
    if (identity_.has_previous() && !had_previous) retire_at = now + kPreviousAuthorityTime;
    had_previous = identity_.has_previous();
    if (had_previous && now >= retire_at) {
      if (const Status retired = co_await identity_.retire_previous(); !retired)
        log_.warning("the CA before this one cannot be removed: {}", retired.error().message);
      cards_changed();
    }
    // Something new is tried at once, what failed after a while.
    if (services_.peers.changes().version() == seen)
      co_await services_.peers.changes().changed_since(seen, kTryAgain);
  }
}

Task<Result<std::string>> Membership::invite(Seconds lifetime) {
  return invitations_.invite(lifetime, identity_.ca_fingerprint());
}

Status Membership::check_no_ties(const std::string& zone) const {
  HANSE_TRY(const auto transfers, tables_.transfers.all());
  const auto moving = std::count_if(transfers.begin(), transfers.end(), [&](const auto& transfer) {
    const bool with = transfer->spec.target_zone == zone || transfer->status.source_zone == zone;
    return with && !model::is_end(transfer->status.phase);
  });
  HANSE_TRY(const auto instances, tables_.instances.all());
  const auto theirs = std::count_if(instances.begin(), instances.end(), [&](const auto& instance) {
    return instance->status.moved_to.empty() && instance->status.workload.starts_with(zone + "/");
  });
  HANSE_TRY(const auto workloads, tables_.workloads.all());
  std::ptrdiff_t ours = 0;
  for (const auto& workload : workloads) {
    const auto& replicas = workload->status.replicas;
    ours +=
        std::count_if(replicas.begin(), replicas.end(), [&](const auto& one) { return one.zone == zone; });
  }
  if (moving + theirs + ours == 0) return {};
  return fail(
      Code::failed_precondition,
      "zone '{}' still has {} transfers with this one, {} instances here and {} replicas of ours; end or "
      "move those first, or use --force",
      zone, moving, theirs, ours);
}

Task<Status> Membership::leave(std::string zone, bool force) {
  if (!force) HANSE_CO_CHECK(check_no_ties(zone));
  co_return co_await joining_.leave(std::move(zone));
}

Task<Status> Membership::adopt(federation::PeerRecord record) {
  const PeerTable::Stored* known = services_.peers.find(record.name);
  if (known != nullptr) co_return Status();
  record.state = federation::PeerState::active;
  co_return co_await services_.peers.write(std::move(record), store::kNoRevision);
}

std::vector<federation::PeerRecord> Membership::list() const {
  std::vector<federation::PeerRecord> records;
  for (const auto& [name, stored] : services_.peers.all()) records.push_back(stored.record);
  return records;
}

Result<federation::PeerRecord> Membership::get(const std::string& zone) const {
  const PeerTable::Stored* known = services_.peers.find(zone);
  if (known == nullptr) {
    return fail(Code::not_found, "zone '{}' is no peer; list those with 'hanse federation ls'", zone);
  }
  return known->record;
}

void Membership::cards_changed() {
  services_.own_card.outdate();
  tls_changes_.notify();
}

Task<Status> Membership::announce_authority() {
  HANSE_CO_CHECK(co_await identity_.announce_authority());
  cards_changed();
  co_return Status();
}

Task<Status> Membership::change_authority() {
  HANSE_CO_CHECK(co_await identity_.change_authority());
  HANSE_CO_CHECK(identity_.renew(certificate_addresses(services_.config)));
  cards_changed();
  co_return Status();
}

std::string Membership::policy_path() const {
  return services_.config.policy_file.empty() ? services_.config.data_dir + "/policy.toml"
                                              : services_.config.policy_file;
}

Task<Status> Membership::load_policy() {
  const std::string path = policy_path();
  Result<std::string> text = co_await services_.runtime.files.read(path, Bytes{federation::kMaxPolicyText});
  if (!text && text.error().code != Code::not_found) co_return fail(text.error());
  if (!text) text = std::string();
  HANSE_CO_TRY(policy_, federation::Policy::parse(*text, path));
  policy_text_ = std::move(*text);
  ++policy_version_;
  co_return Status();
}

Task<Status> Membership::set_policy(std::string text) {
  HANSE_CO_TRY(federation::Policy policy, federation::Policy::parse(text, "policy"));
  HANSE_CO_CHECK(co_await services_.runtime.files.write_atomically(policy_path(), text, 0644));
  policy_ = std::move(policy);
  policy_text_ = std::move(text);
  ++policy_version_;
  co_return Status();
}

}  // namespace hanse::zone
