#include "host/drivers/qemu/outgoing_wait.h"

#include "host/drivers/qemu/command_line.h"

namespace hanse::host::qemu {

namespace {

// What QEMU sends in one go, however slowly.
constexpr Bytes kLargestPiece{std::int64_t{4} << 20};

constexpr Nanos kEndLimit = Seconds{15};

Nanos stall_limit(const model::TransferLimits& limits) {
  if (!limits.max_rate) return kStallLimit;
  return kStallLimit + Seconds{kLargestPiece.value / limits.max_rate->value};
}

}  // namespace

bool ProgressWatch::moves(Bytes sent, MonotonicTime now, const model::TransferLimits& limits) {
  const double seconds = std::chrono::duration<double>(now - last_look_).count();
  if (seconds > 0) {
    const double rate = static_cast<double>((sent - sent_).value) / seconds;
    rate_ = BytesPerSecond{static_cast<std::int64_t>(rate > 0 ? rate : 0)};
  }
  if (sent != sent_ || limits.paused) last_change_ = now;
  sent_ = sent;
  last_look_ = now;
  return now - last_change_ < stall_limit(limits);
}

Status check_mirrors(const Machine& machine) {
  if (!machine.lives()) return fail(Code::unavailable, "machine {} has ended during its move", machine.uid());
  for (std::size_t index = 0; index < machine.record.machine.disks.size(); ++index) {
    const MirrorState* mirror = machine.session->state().mirror(mirror_job(index));
    if (mirror != nullptr && mirror->failed)
      return fail(Code::unavailable, "the mirror of disk {} broke off: {}; check the way to the target",
                  machine.record.machine.disks[index].uid,
                  mirror->error.empty() ? "it was cancelled" : mirror->error);
  }
  return {};
}

Task<bool> has_ended(Session& session) {
  co_return session.monitor().closed() && co_await session.wait_ended(kEndLimit);
}

tl::unexpected<Error> stalled(const Machine& machine, std::string_view what) {
  return fail(Code::unavailable, "the {} of machine {} did not get on for {} s; check the way to the target",
              what, machine.uid(), std::chrono::duration_cast<Seconds>(kStallLimit).count());
}

}  // namespace hanse::host::qemu
