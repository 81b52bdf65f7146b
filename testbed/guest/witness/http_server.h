// The witness over HTTP/1.0, one request a connection: GET / (where it stands), /check (re-reads everything),
// /settings?key=value&… (changes rates). Several threads may run serve_until(); each handles one client at a
// time, with time limits, so a silent client costs one thread a few seconds. Bad requests get 400 or 404.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "witness.h"

namespace hanse::witness {

class HttpServer {
 public:
  static constexpr std::uint16_t kPort = 80;

  explicit HttpServer(Witness& witness) : witness_(witness) {}
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens on `port` of all addresses; false with errno set if it cannot.
  bool listen_on(std::uint16_t port);
  void serve_until(const std::stop_token& stop);

 private:
  void answer(int client);
  [[nodiscard]] std::string respond(std::string_view target);
  [[nodiscard]] std::string change_settings(std::string_view query);

  Witness& witness_;
  int listener_ = -1;
};

}  // namespace hanse::witness
