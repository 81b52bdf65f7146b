#include "zone/federation/membership.h"

#include <algorithm>
#include <fmt/ranges.h>

#include "runtime/sleep.h"

namespace hanse::zone {
namespace {

constexpr Nanos kTryAgain = Seconds{5};
constexpr std::size_t kNamedPeers = 10;  // in a message

std::string names_in_message(const std::vector<std::string>& names) {
  const std::size_t named = std::min(names.size(), kNamedPeers);
  std::string text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (names.size() > named) text += fmt::format(" and {} more", names.size() - named);
  return text;
}

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
  while (true) {
    const std::uint64_t seen = services_.peers.changes().version();
    co_await joining_.retry();
    if (const Status cleaned = co_await invitations_.clean_up(); !cleaned)
      log_.warning("expired invitations cannot be removed: {}", cleaned.error().message);
    co_await retire_previous();
    // Something new is tried at once, what failed after a while.
    if (services_.peers.changes().version() == seen)
      co_await services_.peers.changes().changed_since(seen, kTryAgain);
  }
}

// The time is kept with the CA, so that a zone that starts often retires it too.
Task<void> Membership::retire_previous() {
  if (!identity_.has_previous()) co_return;
  const WallTime now = services_.runtime.clock.wall_now();
  Status done;
  if (identity_.previous_until().empty()) {
    done = co_await identity_.keep_previous_until(now + kPreviousAuthorityTime);
  } else if (identity_.previous_until() <= to_rfc3339(now)) {
    done = co_await identity_.retire_previous();
    if (done) cards_changed();
  }
  if (!done) log_.warning("the CA before this one cannot be retired: {}", done.error().message);
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

Status Membership::check_announced(const std::vector<std::string>& unheard) const {
  const auto announced = announced_at();
  if (!announced) return {};
  const std::string silent =
      unheard.empty() ? std::string() : "; not heard of since it was announced: " + names_in_message(unheard);
  const WallTime known = *announced + kAnnouncementTime;
  if (services_.runtime.clock.wall_now() < known) {
    return fail(Code::failed_precondition,
                "hosts know the next CA when they have renewed their certificates, at {} at the latest, and "
                "who does not is locked out{}; wait until then, or use --force",
                to_rfc3339(known), silent);
  }
  if (unheard.empty()) return {};
  return fail(Code::failed_precondition,
              "peers may not know the next CA and would not trust this zone any more{}; wait for them, or "
              "use --force",
              silent);
}

Task<Status> Membership::change_authority(AuthorityChange change) {
  if (!change.force) HANSE_CO_CHECK(check_announced(change.unheard));
  HANSE_CO_CHECK(
      co_await identity_.change_authority(services_.runtime.clock.wall_now() + kPreviousAuthorityTime));
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
