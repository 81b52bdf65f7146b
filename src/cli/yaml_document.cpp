#include "cli/yaml_document.h"

#include <boost/json.hpp>
#include <sstream>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/json.h"
#include "base/json_mapping.h"
#include "cli/yaml_scalar.h"

namespace hanse::cli {
namespace {

Position position_at(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

tl::unexpected<Error> fail_at(const std::string& file, Position at, const std::string& message) {
  return fail(Code::invalid_argument, "{}:{}:{}: {}", file, at.line, at.column, message);
}

struct Node {
  json::Value value;
  std::size_t count = 1;  // itself and all below
};

// Builds one document from the parser's events. After the first fault it takes no more.
class DocumentBuilder final : public YAML::EventHandler {
 public:
  DocumentBuilder(std::string file, std::size_t nodes) : file_(std::move(file)), nodes_(nodes) {}

  void OnDocumentStart(const YAML::Mark& mark) override { document_.positions[""] = position_at(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    take_scalar(mark, "?", anchor, std::string());
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    take_scalar(mark, tag, anchor, text);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, json::Array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, json::Object());
  }
  void OnMapEnd() override { close(); }

  const Status& outcome() const { return outcome_; }
  std::size_t nodes() const { return nodes_; }
  YamlDocument take() { return std::move(document_); }

 private:
  // A list or a map that is still open.
  struct Open {
    json::Value value;
    std::string pointer;
    YAML::anchor_t anchor = 0;
    std::string key = {};  // of the map's next value
    bool has_key = false;
    std::size_t count = 1;
  };

  bool wants_key() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().has_key; }
  std::string next_pointer() const;
  void refuse(const YAML::Mark& mark, const std::string& message);
  bool count_nodes(const YAML::Mark& mark, std::size_t added);
  void take_scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                   const std::string& text);
  void take_key(const YAML::Mark& mark, const std::string& text);
  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, json::Value empty);
  void close();
  void add(Node node);

  std::string file_;
  std::size_t nodes_;
  YamlDocument document_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchors_;
  Status outcome_;
};

std::string DocumentBuilder::next_pointer() const {
  if (open_.empty()) return "";
  const Open& around = open_.back();
  if (around.value.is_array()) return around.pointer + "/" + std::to_string(around.value.get_array().size());
  return json::mapping::join_pointer(around.pointer, around.key);
}

void DocumentBuilder::refuse(const YAML::Mark& mark, const std::string& message) {
  if (outcome_) outcome_ = fail_at(file_, position_at(mark), message);
}

bool DocumentBuilder::count_nodes(const YAML::Mark& mark, std::size_t added) {
  nodes_ += added;
  if (nodes_ <= kMaxNodes) return true;
  refuse(mark, fmt::format("the file has more than {} values with its aliases written out; split it or use "
                           "fewer aliases",
                           kMaxNodes));
  return false;
}

void DocumentBuilder::take_scalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                                  const std::string& text) {
  if (!outcome_) return;
  if (wants_key()) return take_key(mark, text);
  if (!count_nodes(mark, 1)) return;
  Result<json::Value> value = read_scalar(tag, text);
  if (!value) return refuse(mark, value.error().message);
  document_.positions.emplace(next_pointer(), position_at(mark));
  Node node{std::move(*value)};
  if (anchor != 0) anchors_.insert_or_assign(anchor, node);
  add(std::move(node));
}

void DocumentBuilder::take_key(const YAML::Mark& mark, const std::string& text) {
  if (text.size() > kMaxKey) return refuse(mark, fmt::format("a key is longer than {} bytes", kMaxKey));
  Open& around = open_.back();
  if (around.value.get_object().contains(text)) {
    const Position first = position_of(document_, json::mapping::join_pointer(around.pointer, text));
    return refuse(mark, fmt::format("the key '{}' is written twice, first in line {}; remove one of the two",
                                    text.substr(0, 64), first.line));
  }
  around.key = text;
  around.has_key = true;
}

void DocumentBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (!outcome_) return;
  if (wants_key()) return refuse(mark, "an alias cannot be a key; write the key out");
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end())
    return refuse(mark, "an alias cannot stand inside its own anchor; write it out");
  if (!count_nodes(mark, found->second.count)) return;
  document_.positions.emplace(next_pointer(), position_at(mark));
  add(found->second);
}

void DocumentBuilder::open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           json::Value empty) {
  if (!outcome_) return;
  if (wants_key()) return refuse(mark, "a key must be a text, not a list or a map");
  if (open_.size() >= json::kMaxDepth) {
    return refuse(mark, fmt::format("nested more than {} levels deep", json::kMaxDepth));
  }
  if (!tag.empty() && tag != "?" && tag != "!") {
    return refuse(mark, fmt::format("the tag '{}' is not supported; remove it", tag.substr(0, 64)));
  }
  if (!count_nodes(mark, 1)) return;
  const std::string pointer = next_pointer();
  document_.positions.emplace(pointer, position_at(mark));
  open_.push_back(Open{std::move(empty), pointer, anchor});
}

void DocumentBuilder::close() {
  if (!outcome_) return;
  Open closed = std::move(open_.back());
  open_.pop_back();
  Node node{std::move(closed.value), closed.count};
  if (closed.anchor != 0) anchors_.insert_or_assign(closed.anchor, node);
  add(std::move(node));
}

void DocumentBuilder::add(Node node) {
  if (open_.empty()) {
    document_.value = std::move(node.value);
    return;
  }
  Open& around = open_.back();
  around.count += node.count;
  if (around.value.is_array()) {
    around.value.get_array().push_back(std::move(node.value));
  } else {
    around.value.get_object().emplace(around.key, std::move(node.value));
    around.has_key = false;
  }
}

}  // namespace

Position position_of(const YamlDocument& document, std::string pointer) {
  while (true) {
    const auto found = document.positions.find(pointer);
    if (found != document.positions.end()) return found->second;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string::npos) return {};
    pointer.resize(slash);
  }
}

Result<std::vector<YamlDocument>> read_yaml(const std::string& file, std::string_view text) {
  if (text.size() > kMaxFile) {
    return fail_at(file, {1, 1},
                   fmt::format("the file is larger than {} KiB; split it into several", kMaxFile / 1024));
  }
  std::vector<YamlDocument> documents;
  std::size_t nodes = 0;
  // yaml-cpp reports faults by exceptions; they end here.
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (true) {
      DocumentBuilder builder(file, nodes);
      if (!parser.HandleNextDocument(builder)) break;
      HANSE_CHECK(builder.outcome());
      nodes = builder.nodes();
      YamlDocument document = builder.take();
      if (document.value.is_null()) continue;
      if (documents.size() == kMaxDocuments) {
        return fail_at(file, position_of(document, ""),
                       fmt::format("more than {} documents; split the file", kMaxDocuments));
      }
      documents.push_back(std::move(document));
    }
  } catch (const YAML::Exception& fault) {
    return fail_at(file, position_at(fault.mark), "not YAML: " + fault.msg);
  }
  return documents;
}

}  // namespace hanse::cli
