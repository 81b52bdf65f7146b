#include "http_server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace hanse::witness {
namespace {

constexpr int kBacklog = 16;
constexpr int kPollMilliseconds = 200;
constexpr time_t kClientSeconds = 3;
constexpr std::size_t kMaximumRequestBytes = 4'096;

std::string reply(const char* status, const std::string& body) {
  return std::string("HTTP/1.0 ") + status +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

void send_all(int client, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string read_head(int client) {
  std::string head;
  while (head.size() < kMaximumRequestBytes && head.find("\r\n\r\n") == std::string::npos) {
    char buffer[1'024];
    const ssize_t count = recv(client, buffer, sizeof buffer, 0);
    if (count <= 0) return {};
    head.append(buffer, static_cast<std::size_t>(count));
  }
  return head;
}

}  // namespace

HttpServer::~HttpServer() {
  if (listener_ >= 0) close(listener_);
}

bool HttpServer::listen_on(std::uint16_t port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener_ < 0) return false;
  const int enabled = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &enabled, sizeof enabled);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         listen(listener_, kBacklog) == 0;
}

void HttpServer::serve_until(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, kPollMilliseconds) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;  // another thread was faster
    const timeval limit{kClientSeconds, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    answer(client);
    close(client);
  }
}

void HttpServer::answer(int client) {
  const std::string head = read_head(client);
  if (head.empty()) return;
  constexpr std::string_view kMethod = "GET ";
  if (!head.starts_with(kMethod))
    return send_all(client, reply("400 Bad Request", "{\"error\": \"only GET is served\"}\n"));
  const std::string_view target = std::string_view(head).substr(kMethod.size());
  send_all(client, respond(target.substr(0, target.find_first_of(" \r\n"))));
}

std::string HttpServer::respond(std::string_view target) {
  constexpr std::string_view kSettings = "/settings?";
  if (target == "/") return reply("200 OK", witness_.describe());
  if (target == "/check") return reply("200 OK", witness_.check());
  if (target.starts_with(kSettings)) return change_settings(target.substr(kSettings.size()));
  return reply("404 Not Found", "{\"error\": \"no such page, try /, /check or /settings\"}\n");
}

std::string HttpServer::change_settings(std::string_view query) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (!witness_.settings.set(pair.substr(0, equals), value)) {
      return reply("400 Bad Request", "{\"error\": \"unknown setting or not a whole number\"}\n");
    }
  }
  return reply("200 OK", witness_.describe());
}

}  // namespace hanse::witness
