// hanse audit verify: reads the whole audit log of a zone and checks its chain, against the zone's own signed
// head and, where there is one, against a head that was kept elsewhere.
#include <boost/json.hpp>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/json.h"
#include "cli/audit_pages.h"
#include "cli/commands.h"
#include "cli/text.h"
#include "zone/audit/audit_chain.h"

namespace hanse::cli {
namespace {

using zone::AuditChain;
using zone::SignedAuditHead;

constexpr Bytes kHeadLimit{64 * 1024};

Result<SignedAuditHead> read_head(Signatures& signatures, const json::Value& value, const std::string& what) {
  auto head = json::from_json<SignedAuditHead>(value);
  if (!head) return fail(Code::invalid_argument, "{} is no signed head: {}", what, head.error().message);
  if (zone::is_signed(signatures, *head)) return head;
  return fail(Code::data_loss, "{} is not what zone '{}' has signed: it was altered", what,
              printable(head->zone));
}

Task<Result<SignedAuditHead>> kept_head(Session session, AuditTools tools, std::string file) {
  std::string text;
  if (file == "-") {
    HANSE_CO_TRY(text, co_await session.terminal.read_input(kHeadLimit));
  } else {
    HANSE_CO_TRY(text, co_await session.files.read(file, kHeadLimit));
  }
  const auto value = json::parse(text);
  if (!value) {
    co_return fail(Code::invalid_argument, "{} is no signed head; make one with 'hanse audit head -o json'",
                   file);
  }
  co_return read_head(tools.signatures, *value, "the kept head in " + file);
}

Status check_kept(const SignedAuditHead& kept, const SignedAuditHead& current) {
  if (kept.zone != current.zone) {
    return fail(Code::invalid_argument, "the kept head is of zone '{}', and this is zone '{}'; use --context",
                printable(kept.zone), printable(current.zone));
  }
  if (kept.identity_key == current.identity_key) return {};
  return fail(Code::data_loss,
              "the kept head was signed with another key than the one that zone '{}' has now",
              printable(kept.zone));
}

struct Verdict {
  const AuditChain& chain;
  const std::optional<SignedAuditHead>& kept;

  bool says_nothing_of_kept() const { return !chain.pruned_places().empty(); }
};

void show_verdict(Session session, const Verdict& verdict) {
  const AuditChain& chain = verdict.chain;
  if (is_for_programs(session.output)) {
    json::Object view{{"count", chain.count()},
                      {"first", chain.first()},
                      {"head", to_json(chain.head())},
                      {"fault", chain.fault().value_or("")}};
    if (verdict.kept) view["keptHead"] = verdict.says_nothing_of_kept() ? "pruned" : "compared";
    session.terminal.print(json::dump_pretty(view) + "\n");
    return;
  }
  if (chain.fault()) return;
  session.terminal.print(fmt::format("the audit log is whole: {} records, from {} to {}\nhead  {}\n",
                                     chain.count(), chain.first(), chain.head().sequence, chain.head().hash));
  if (!verdict.kept) return;
  session.terminal.print(fmt::format(
      "kept  {} of {}: {}\n", verdict.kept->sequence, printable(verdict.kept->time),
      verdict.says_nothing_of_kept() ? "older than all records that are left, so nothing can be said of it"
                                     : "it is in the log, unchanged"));
}

}  // namespace

Task<Status> run_audit_verify(Session session, AuditTools tools, AuditVerifyOptions options) {
  std::optional<SignedAuditHead> kept;
  if (!options.head.empty()) {
    HANSE_CO_TRY(kept, co_await kept_head(session, tools, options.head));
  }
  HANSE_CO_TRY(const ApiAnswer answer, co_await session.api.call("GET", fmt::format("{}/head", kAuditPath)));
  HANSE_CO_TRY(const SignedAuditHead current,
               read_head(tools.signatures, answer.body, "the head that the zone sent"));
  AuditChain chain(tools.hashing);
  chain.expect({current.sequence, current.hash});
  if (kept) {
    HANSE_CO_CHECK(check_kept(*kept, current));
    chain.expect({kept->sequence, kept->hash});
  }
  const TakeAuditRecord take = [&chain](const json::Value& value) -> Status {
    auto record = json::from_json<zone::AuditRecord>(value);
    if (!record) {
      return fail(Code::data_loss, "the record behind {} is none that this program knows: {}",
                  chain.head().sequence, record.error().message);
    }
    chain.add(*record);
    return {};
  };
  HANSE_CO_CHECK(co_await read_audit(session.api, "", 0, take));
  chain.finish();
  show_verdict(session, {chain, kept});
  const std::optional<std::string>& fault = chain.fault();
  if (fault) co_return fail(Code::data_loss, "the audit log is not whole: {}", *fault);
  co_return Status();
}

}  // namespace hanse::cli
