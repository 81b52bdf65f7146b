#include "host/identity_files.h"

#include "base/json_mapping.h"

namespace hanse::host {

HANSE_DEFINE_JSON(IdentityRecord)
HANSE_DEFINE_JSON(PendingEnrolment)

namespace {

template <class Record>
Result<Record> parse_record(std::string_view text) {
  HANSE_TRY(const json::Value value, json::parse(text));
  HANSE_TRY(Record record, json::from_json<Record>(value));
  if (record.version != Record{}.version)
    return fail(Code::invalid_argument, "it has version {} and this program reads {}", record.version,
                Record{}.version);
  return record;
}

template <class Record>
Task<Result<std::optional<Record>>> read_record(Files& files, std::string path, std::string remedy) {
  const Result<std::string> text = co_await files.read(path, kSmallFileLimit);
  if (!text && text.error().code == Code::not_found) co_return std::optional<Record>();
  if (!text) co_return fail(text.error());
  Result<Record> record = parse_record<Record>(*text);
  if (!record)
    co_return fail(Code::data_loss, "{} cannot be read: {}; {}", path, record.error().message, remedy);
  co_return std::optional<Record>(std::move(*record));
}

}  // namespace

Task<Result<std::optional<IdentityRecord>>> IdentityFiles::identity() {
  co_return co_await read_record<IdentityRecord>(files_, identity_path(),
                                                 "remove it, delete this host at its zone and enrol it anew");
}

Task<Result<std::optional<PendingEnrolment>>> IdentityFiles::enrolment() {
  co_return co_await read_record<PendingEnrolment>(files_, enrolment_path(), "remove it to enrol anew");
}

Task<Status> IdentityFiles::keep(IdentityRecord record) {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_, 0700));
  HANSE_CO_CHECK(co_await files_.write_atomically(identity_path(), json::dump(to_json(record)), 0600));
  co_return co_await files_.remove_all(enrolment_path());
}

Task<Status> IdentityFiles::begin(PendingEnrolment pending) {
  HANSE_CO_CHECK(co_await files_.make_directories(folder_, 0700));
  co_return co_await files_.write_atomically(enrolment_path(), json::dump(to_json(pending)), 0600);
}

}  // namespace hanse::host
