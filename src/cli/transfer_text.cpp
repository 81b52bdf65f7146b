#include "cli/transfer_text.h"

#include <boost/json.hpp>

#include "cli/json_lookup.h"
#include "cli/next_step.h"
#include "cli/text.h"

namespace hanse::cli {
namespace {

using boost::json::value;

std::string time_at(const value& transfer, std::string_view pointer) {
  return milliseconds_text(number_at(transfer, pointer));
}

std::string size_at(const value& transfer, std::string_view pointer) {
  return bytes_text(whole_at(transfer, pointer));
}

using FigureText = std::string (*)(const value&, std::string_view);

bool is_copy(const value& transfer) {
  return find_at(transfer, "/spec/copy") != nullptr;
}

// "12.3 MB (10.1 MB to 14 MB)"
std::string range_at(const value& figures, const std::string& pointer, FigureText text) {
  return fmt::format("{} ({} to {})", text(figures, pointer + "/likely"), text(figures, pointer + "/low"),
                     text(figures, pointer + "/high"));
}

std::string basis_text(const value& figures) {
  const std::string basis = text_at(figures, "/basis/rateBasis");
  const char* const how = basis == "moves"   ? "as earlier moves had it"
                          : basis == "probe" ? "by a probe"
                                             : "of which nothing is known yet";
  const std::string snapshots =
      whole_at(figures, "/basis/snapshotBytes") == 0
          ? ""
          : fmt::format("; {} of snapshots, less what they share", size_at(figures, "/basis/snapshotBytes"));
  return fmt::format(
      "{} of memory, {}/s of it dirtied; {} of disks, {}/s written, {} % of {} sampled chunks missing "
      "there{}; "
      "{}/s {}, {} round trip",
      size_at(figures, "/basis/memoryBytes"), size_at(figures, "/basis/dirtyRate"),
      size_at(figures, "/basis/diskBytes"), size_at(figures, "/basis/writeRate"),
      whole_at(figures, "/basis/missingPercent"), whole_at(figures, "/basis/sampledChunks"), snapshots,
      size_at(figures, "/basis/rate"), how,
      milliseconds_text(number_at(figures, "/basis/roundTripUs") / 1000));
}

bool is_live(const value& transfer) {
  const std::string mode = text_at(transfer, "/status/mode");
  return !is_copy(transfer) && (mode.empty() || mode == "live");
}

bool is_warm_move(const value& transfer) {
  return !is_copy(transfer) && text_at(transfer, "/status/mode") == "warm";
}

// Both times of it are by the clocks of two hosts, and who was to remember the first may have been started
// again.
std::string blackout_line(const value& transfer) {
  const bool live = is_live(transfer);
  if (!live && !is_warm_move(transfer)) return "";  // it did not run, or runs on as it did
  const char* const title = live ? "blackout" : "outage  ";
  if (find_at(transfer, "/status/report/blackoutMs") == nullptr)
    return fmt::format(
        "  {}  not known: the clocks of the two hosts are apart, or a zone or host was started again\n",
        title);
  std::string line = fmt::format("  {}  {}", title, time_at(transfer, "/status/report/blackoutMs"));
  if (!live) return line + " from its shutdown to its start; then it boots\n";
  line += " by QEMU";
  if (find_at(transfer, "/status/report/guestBlackoutMs") != nullptr)
    line += fmt::format(", {} by the guest's clock", time_at(transfer, "/status/report/guestBlackoutMs"));
  return line + "\n";
}

// Beside the forecast what came of it.
std::string comparison(const value& transfer) {
  const std::string at = "/status/forecast/";
  const std::int64_t bytes =
      whole_at(transfer, "/status/report/imageBytes") + whole_at(transfer, "/status/report/seedBytes") +
      whole_at(transfer, "/status/report/diskBytes") + whole_at(transfer, "/status/report/memoryBytes");
  std::string line = fmt::format("  forecast  {} in {}", range_at(transfer, at + "bytes", size_at),
                                 range_at(transfer, at + "totalMs", time_at));
  std::string fact = fmt::format("{} in {}", bytes_text(bytes), time_at(transfer, "/status/report/totalMs"));
  const bool stops = is_live(transfer) || is_warm_move(transfer);
  if (stops && find_at(transfer, "/status/report/blackoutMs") != nullptr) {
    line += fmt::format(", blackout {}", range_at(transfer, at + "blackoutMs", time_at));
    fact += fmt::format(", {}", time_at(transfer, "/status/report/blackoutMs"));
  }
  return fmt::format("{}; it was {}\n", line, fact);
}

// How memory went, if it did.
std::string path_line(const value& transfer) {
  std::string line = fmt::format("  path      {}", text_at(transfer, "/status/report/path"));
  if (!is_live(transfer)) return line + "\n";
  const std::int64_t streams = whole_at(transfer, "/spec/streams/count");
  if (streams > 1) line += fmt::format(", {} streams", streams);
  if (text_at(transfer, "/spec/streams/compression") == "zstd") line += ", memory compressed by zstd";
  return line + "\n";
}

}  // namespace

std::string transfer_from(const value& transfer) {
  const std::string host = text_at(transfer, "/status/sourceHost");
  return host.empty() ? text_at(transfer, "/status/sourceZone") : host;
}

std::string transfer_to(const value& transfer) {
  const std::string host = text_at(transfer, "/spec/host");
  return host.empty() ? text_at(transfer, "/spec/targetZone") : host;
}

std::string transfer_line(const value& transfer) {
  const std::string phase = text_at(transfer, "/status/phase");
  const char* const does = is_copy(transfer) ? "copying" : "moving";
  std::string line = fmt::format("{} {} from {} to {}: {}", does, text_at(transfer, "/spec/instance"),
                                 transfer_from(transfer), transfer_to(transfer), phase);
  const std::string waiting = text_at(transfer, "/status/waitingFor");
  if (!waiting.empty()) line += fmt::format(", waiting for {}", waiting);
  if (phase != "sending" && phase != "preparing") return line;
  line += fmt::format(" {}, {} %", text_at(transfer, "/status/progress/step"),
                      whole_at(transfer, "/status/progress/percent"));
  if (text_at(transfer, "/spec/limits/paused") == "true") return line + ", paused";
  const std::int64_t rate = whole_at(transfer, "/status/progress/rate");
  if (rate > 0) line += fmt::format(", {}/s", bytes_text(rate));
  if (!text_at(transfer, "/status/progress/ceiling").empty()) line += " (shares the link with other moves)";
  if (!text_at(transfer, "/status/progress/remainingSeconds").empty()) {
    line += fmt::format(", {} s left", whole_at(transfer, "/status/progress/remainingSeconds"));
  }
  return line;
}

std::string transfer_milestone(const value& transfer) {
  return fmt::format(
      "{} {} {} {}", text_at(transfer, "/status/phase"), text_at(transfer, "/status/progress/step"),
      whole_at(transfer, "/status/progress/percent") / 10, text_at(transfer, "/status/waitingFor"));
}

bool transfer_ended(const value& transfer) {
  const std::string phase = text_at(transfer, "/status/phase");
  return phase == "completed" || phase == "rolledBack" || phase == "cancelled" || phase == "refused";
}

std::string transfer_report(const value& transfer) {
  const bool copied = is_copy(transfer);
  std::string out = fmt::format("{} {} from {} to {} in {}{}\n", text_at(transfer, "/spec/instance"),
                                copied ? "was copied" : "moved", transfer_from(transfer),
                                transfer_to(transfer), time_at(transfer, "/status/report/totalMs"),
                                copied ? ", it is '" + text_at(transfer, "/spec/copy") + "' there" : "");
  out += blackout_line(transfer);
  const auto time = [&](const char* part) {
    return time_at(transfer, fmt::format("/status/report/{}Ms", part));
  };
  const auto size = [&](const char* part) {
    return size_at(transfer, fmt::format("/status/report/{}Bytes", part));
  };
  out += fmt::format("  time      prepare {}, seed {}, disk {}, memory {}, switch {}\n", time("prepare"),
                     time("seed"), time("disk"), time("memory"), time("switch"));
  out += fmt::format("  bytes     image {}, seed {}, disk {}, memory {}\n", size("image"), size("seed"),
                     size("disk"), size("memory"));
  if (whole_at(transfer, "/status/report/savedBytes") > 0)
    out += fmt::format("  saved     {} of the disks' content, which the target had or which is zero\n",
                       size("saved"));
  if (find_at(transfer, "/status/forecast/bytes") != nullptr) out += comparison(transfer);
  if (const std::int64_t cuts = whole_at(transfer, "/status/report/cuts"); cuts > 0)
    out += fmt::format("  cuts      {}, after which it went on\n", cuts);
  if (text_at(transfer, "/status/report/postCopy") == "true")
    out += "  memory    some of it followed the guest: it changed faster than the link carries\n";
  if (const std::string mode = text_at(transfer, "/status/mode"); !mode.empty() && mode != "live")
    out += fmt::format("  mode      {}: {}\n", mode, text_at(transfer, "/status/modeReason"));
  out += path_line(transfer);
  return printable(out, true);
}

std::string forecast_text(const value& figures) {
  std::string out =
      fmt::format("  bytes     {}\n  time      {}\n  blackout  {}\n", range_at(figures, "/bytes", size_at),
                  range_at(figures, "/totalMs", time_at), range_at(figures, "/blackoutMs", time_at));
  if (text_at(figures, "/converges") == "false")
    out +=
        "  memory is dirtied as fast as the link carries it: the guest would be slowed down for the move to "
        "end,\n  or with --post-copy go on at the target before all of its memory is there\n";
  out += fmt::format("  from      {}\n", basis_text(figures));
  return printable(out, true);
}

Status transfer_outcome(const value& transfer) {
  const std::string phase = text_at(transfer, "/status/phase");
  const std::string failure = text_at(transfer, "/status/failure");
  const std::string why = failure.empty() ? "no reason was given" : printable(failure);
  const std::string what = fmt::format("the {} of '{}' to '{}'", is_copy(transfer) ? "copy" : "move",
                                       text_at(transfer, "/spec/instance"), transfer_to(transfer));
  const std::string next = "\n  next  " + printable(next_step(transfer));
  if (phase == "refused")
    return fail(Code::failed_precondition, "{} was refused, nothing has moved: {}{}", what, why, next);
  const std::string now = "\n  now   " + printable(what_stays(transfer));
  if (phase == "rolledBack")
    return fail(Code::aborted, "{} was rolled back: {}{}{}; see 'hanse describe transfer {}'", what, why, now,
                next, text_at(transfer, "/metadata/name"));
  if (phase == "cancelled") return fail(Code::cancelled, "{} was cancelled{}{}", what, now, next);
  return {};
}

}  // namespace hanse::cli
