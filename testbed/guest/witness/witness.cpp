#include "witness.h"

#include "pace.h"

namespace hanse::witness {
namespace {

// Builds a flat JSON object. Texts must need no escaping: hostname and location are reduced to plain letters
// when set.
class JsonObject {
 public:
  void add(const char* key, std::uint64_t number) { add_raw(key, std::to_string(number)); }
  void add_truth(const char* key, bool truth) { add_raw(key, truth ? "true" : "false"); }
  void add(const char* key, const std::string& text) { add_raw(key, '"' + text + '"'); }
  [[nodiscard]] std::string text() const { return text_ + "}\n"; }

 private:
  void add_raw(const char* key, const std::string& value) {
    text_ += text_.size() > 1 ? ", \"" : "\"";
    text_ += std::string(key) + "\": " + value;
  }
  std::string text_ = "{";
};

}  // namespace

std::string Witness::describe() const {
  JsonObject json;
  json.add("hostname", hostname);
  json.add("location", settings.location());
  json.add("boot_id", boot_id);
  json.add("monotonic_nanoseconds", static_cast<std::uint64_t>(monotonic_nanoseconds()));
  json.add("counter", counter);
  json.add_truth("disk", has_disk);
  json.add("lines_written", log.written());
  json.add("last_fsynced_line", log.acknowledged());
  json.add("write_errors", log.errors());
  json.add("pages", pattern.pages());
  json.add("pages_rewritten", pattern.rewritten());
  json.add("pages_verified", pattern.verified());
  json.add("page_errors", pattern.errors());
  json.add("heartbeats_dropped", heartbeats_dropped);
  json.add("lines_per_second", settings.lines_per_second);
  json.add("line_bytes", settings.line_bytes);
  json.add("dirty_mb_per_second", settings.dirty_mb_per_second);
  return json.text();
}

std::string Witness::check() {
  const LogVerdict verdict = log.check();
  pattern.check();
  JsonObject json;
  json.add_truth("ok", has_disk && verdict.sound() && log.errors() == 0 && pattern.errors() == 0);
  json.add_truth("disk", has_disk);
  json.add("lines", verdict.lines);
  json.add("missing", verdict.missing);
  json.add("damaged", verdict.damaged);
  json.add("repeated", verdict.repeated);
  json.add("write_errors", log.errors());
  json.add("pages", pattern.pages());
  json.add("page_errors", pattern.errors());
  json.add("counter", counter);
  json.add("boot_id", boot_id);
  json.add("location", settings.location());
  return json.text();
}

}  // namespace hanse::witness
