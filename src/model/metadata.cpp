#include "model/metadata.h"

#include "base/json_mapping.h"

namespace hanse::model {
namespace {

constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMaxLabels = 64;
constexpr std::size_t kMaxLabelValue = 255;

bool is_lower_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Result<bool> matches_term(const Labels& labels, std::string_view term) {
  const std::size_t equals = term.find('=');
  if (equals == std::string_view::npos) return labels.contains(std::string(term));
  const bool negated = equals > 0 && term[equals - 1] == '!';
  const std::string key(trim(term.substr(0, negated ? equals - 1 : equals)));
  if (key.empty()) {
    return fail(
        Error{Code::invalid_argument,
              fmt::format("label selector term '{}' has no key; write key=value, key!=value or key", term),
              {{{}, "labels"}}});
  }
  const auto found = labels.find(key);
  const bool equal = found != labels.end() && found->second == trim(term.substr(equals + 1));
  return equal != negated;
}

}  // namespace

HANSE_DEFINE_JSON(Metadata)
HANSE_DEFINE_JSON(Condition)

bool add_condition(std::vector<Condition>& conditions, Condition condition) {
  if (!conditions.empty()) {
    const Condition& newest = conditions.front();
    if (newest.state == condition.state && newest.type == condition.type &&
        newest.reason == condition.reason && newest.message == condition.message) {
      return false;
    }
  }
  conditions.insert(conditions.begin(), std::move(condition));
  if (conditions.size() > kMaxConditions) conditions.resize(kMaxConditions);
  return true;
}

Status check_name(std::string_view name, const std::string& pointer) {
  bool good = !name.empty() && name.size() <= kMaxName && is_lower_alphanumeric(name.front()) &&
              is_lower_alphanumeric(name.back());
  for (const char c : name) good = good && (is_lower_alphanumeric(c) || c == '-');
  if (good) return {};
  return fail_field(
      pointer,
      "the name '{}' is not allowed; use 1 to {} lower-case letters, digits and '-', beginning and ending "
      "with a letter or digit",
      name.substr(0, kMaxName), kMaxName);
}

Status check_labels(const Labels& labels, const std::string& pointer) {
  if (labels.size() > kMaxLabels) {
    return fail_field(pointer, "{} labels are too many; the limit is {}", labels.size(), kMaxLabels);
  }
  for (const auto& [key, value] : labels) {
    bool good = !key.empty() && key.size() <= kMaxName && value.size() <= kMaxLabelValue;
    for (const char c : key) good = good && (is_lower_alphanumeric(c) || c == '-' || c == '.' || c == '/');
    for (const char c : value) good = good && c >= ' ' && c <= '~';
    if (!good) {
      return fail_field(
          json::mapping::join_pointer(pointer, key),
          "the label '{}' is not allowed; a key has up to {} characters of a-z 0-9 . / -, a value up to {} "
          "printable characters",
          key.substr(0, kMaxName), kMaxName, kMaxLabelValue);
    }
  }
  return {};
}

Result<bool> matches_selector(const Labels& labels, std::string_view selector) {
  bool all = true;
  while (!selector.empty()) {
    const std::size_t comma = selector.find(',');
    const std::string_view term = trim(selector.substr(0, comma));
    selector = comma == std::string_view::npos ? std::string_view() : selector.substr(comma + 1);
    if (term.empty()) continue;
    HANSE_TRY(const bool matched, matches_term(labels, term));
    all = all && matched;
  }
  return all;
}

}  // namespace hanse::model
