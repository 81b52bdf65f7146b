#include "http/router.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <tuple>
#include <utility>

namespace hanse::http {
namespace {

struct Route {
  RouteName name;
  std::vector<std::string> parameters;  // names, in the order of the path
  RouteFunction function;
  RouteOptions options;
};

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  while (path.starts_with('/') && path.size() > 1) {
    path.remove_prefix(1);
    const std::size_t slash = path.find('/');
    out.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash);
  }
  return out;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  std::map<std::string, Route, std::less<>> methods;

  Node& child(std::string_view segment) {
    std::unique_ptr<Node>& next =
        segment.starts_with('{') ? parameter : literals.try_emplace(std::string(segment)).first->second;
    if (!next) next = std::make_unique<Node>();
    return *next;
  }

  // The node of a path, the values of its parameters in `values`. The depth is that of the trie.
  const Node* find(const std::vector<std::string>& segments, std::size_t position,
                   std::vector<std::string>& values) const {
    if (position == segments.size()) return methods.empty() ? nullptr : this;
    const std::string& segment = segments[position];
    if (const auto next = literals.find(segment); next != literals.end()) {
      if (const Node* found = next->second->find(segments, position + 1, values)) return found;
    }
    if (!parameter || segment.empty()) return nullptr;
    values.push_back(segment);
    if (const Node* found = parameter->find(segments, position + 1, values)) return found;
    values.pop_back();
    return nullptr;
  }

  void list(std::vector<RouteName>& out) const {
    for (const auto& [method, route] : methods) out.push_back(route.name);
    for (const auto& [segment, node] : literals) node->list(out);
    if (parameter) parameter->list(out);
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add(std::string_view text, RouteFunction function, RouteOptions options) {
  const std::size_t space = text.find(' ');
  assert(space != std::string_view::npos && text.substr(space + 1).starts_with('/'));
  Route route{RouteName{std::string(text.substr(0, space)), std::string(text.substr(space + 1))},
              {},
              std::move(function),
              options};
  Node* node = root_.get();
  for (const std::string_view segment : split(route.name.pattern)) {
    if (segment.starts_with('{')) route.parameters.emplace_back(segment.substr(1, segment.size() - 2));
    node = &node->child(segment);
  }
  std::string method = route.name.method;
  [[maybe_unused]] const bool added = node->methods.emplace(std::move(method), std::move(route)).second;
  assert(added);
}

std::vector<RouteName> Router::routes() const {
  std::vector<RouteName> out;
  root_->list(out);
  std::sort(out.begin(), out.end(), [](const RouteName& left, const RouteName& right) {
    return std::tie(left.pattern, left.method) < std::tie(right.pattern, right.method);
  });
  return out;
}

Router::Match Router::match(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  std::vector<std::string> values;
  const Node* node = root_->find(segments, 0, values);
  if (node == nullptr) return match;
  for (const auto& [allowed, route] : node->methods) match.allowed.push_back(allowed);
  auto found = node->methods.find(method);
  if (found == node->methods.end() && method == "HEAD") found = node->methods.find(std::string_view("GET"));
  if (found == node->methods.end()) return match;
  const Route& route = found->second;
  match.route = &route.name;
  match.options = &route.options;
  match.function = &route.function;
  for (std::size_t i = 0; i < values.size(); ++i) {
    match.parameters.insert_or_assign(route.parameters[i], std::move(values[i]));
  }
  return match;
}

Task<Reply> Router::handle(Request request) {
  Match found = match(request.method, request.segments);
  if (found.route != nullptr) {
    co_return co_await (*found.function)(std::move(request), std::move(found.parameters));
  }
  if (found.allowed.empty()) {
    co_return problem_response(
        Error{Code::not_found, "there is nothing at " + request.path + "; /openapi.json lists what there is"},
        request.path);
  }
  std::string allow;
  for (const std::string& method : found.allowed) allow += (allow.empty() ? "" : ", ") + method;
  Response response = problem_response(
      405, Error{Code::unimplemented, request.method + " is not possible here; use " + allow}, request.path);
  response.headers.set("Allow", allow);
  co_return response;
}

std::uint64_t Router::body_limit(const Request& head) {
  const Match found = match(head.method, head.segments);
  return found.options != nullptr ? found.options->body_limit : 0;
}

bool Router::wants_body_stream(const Request& head) {
  const Match found = match(head.method, head.segments);
  return found.options != nullptr && found.options->body_stream;
}

}  // namespace hanse::http
