#include "simulator/federation/operators.h"

#include <boost/json.hpp>
#include <stdexcept>
#include <utility>

#include "runtime/sleep.h"
#include "simulator/federation/site.h"

namespace hanse::simulator {
namespace {

constexpr char kApi[] = "/providers/hanse.federation/v1";
constexpr Nanos kBetweenInvitations = Seconds{2};

bool says_active(const Result<json::Value>& peer) {
  boost::system::error_code missing;
  const json::Value* state = peer ? peer->find_pointer("/status/state", missing) : nullptr;
  return state != nullptr && *state == "active";
}

}  // namespace

Operators::Operators(ProcessContext context, std::vector<std::string> zones)
    : runtime_(context.runtime), log_(context.runtime.log, "operators"), zones_(std::move(zones)) {
  for (const std::string& zone : zones_) {
    http::ClientOptions options{.endpoint = {.host = zone, .port = kZonePort},
                                .tls = TlsOptions{.trusted_ca_pem = zone_ca_pem(zone)},
                                .bearer_token = kAdminToken};
    clients_.emplace(zone, std::make_unique<http::Client>(runtime_, std::move(options)));
  }
  if (!scope_.spawn(live())) throw std::runtime_error("the operators cannot act");
}

Task<void> Operators::live() {
  while (!winding_up_) {
    co_await act();
    co_await sleep_for(runtime_.scheduler, kBetweenInvitations);
  }
  while (!co_await all_are_peers()) co_await sleep_for(runtime_.scheduler, kBetweenInvitations);
  done_ = true;
}

Task<void> Operators::act() {
  const auto draw = [this](std::size_t below) {
    return static_cast<std::size_t>(random_below(runtime_.random, below));
  };
  const std::size_t one = draw(zones_.size());
  const std::size_t other = (one + 1 + draw(zones_.size() - 1)) % zones_.size();
  constexpr std::size_t kLeaves = 25;
  const bool leaves = draw(100) < kLeaves;
  const Status done =
      leaves ? co_await leave(zones_[one], zones_[other]) : co_await introduce(zones_[one], zones_[other]);
  if (!done) log_.info("'{}' and '{}': {}", zones_[one], zones_[other], done.error().message);
}

Task<Status> Operators::introduce(std::string inviting, std::string joining) {
  json::Object wish;
  wish["expiresInSeconds"] = 600;
  HANSE_CO_TRY(const json::Value invitation,
               co_await call(inviting, "POST", std::string(kApi) + "/invitations", wish));
  // People try the same invitation again when they got no answer.
  constexpr int kAttempts = 3;
  Result<json::Value> answer;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    answer = co_await call(joining, "POST", std::string(kApi) + "/joins", invitation);
    if (answer || answer.error().code != Code::unavailable) break;
  }
  // A text that was copied once may be copied twice.
  constexpr std::uint64_t kPassesOn = 20;
  if (random_below(runtime_.random, 100) < kPassesOn) {
    for (const std::string& third : zones_) {
      if (third == inviting || third == joining) continue;
      (void)co_await call(third, "POST", std::string(kApi) + "/joins", invitation);
      ++passed_on_;
      break;
    }
  }
  if (!answer) co_return fail(answer.error());
  joined_ += says_active(answer) ? 1 : 0;
  co_return Status();
}

Task<Status> Operators::leave(std::string zone, std::string other) {
  HANSE_CO_CHECK(co_await call(zone, "DELETE", fmt::format("{}/peers/{}", kApi, other)));
  ++left_;
  co_return Status();
}

Task<bool> Operators::is_active(std::string zone, std::string other) {
  co_return says_active(co_await call(zone, "GET", fmt::format("{}/peers/{}", kApi, other)));
}

// What is not yet is begun; what is so on one side only is settled by the zones themselves.
Task<bool> Operators::all_are_peers() {
  bool all = true;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    for (std::size_t j = i + 1; j < zones_.size(); ++j) {
      const bool one = co_await is_active(zones_[i], zones_[j]);
      const bool other = co_await is_active(zones_[j], zones_[i]);
      if (one && other) continue;
      all = false;
      if (!one && !other) (void)co_await introduce(zones_[i], zones_[j]);
    }
  }
  co_return all;
}

Task<Result<json::Value>> Operators::call(std::string zone, std::string method, std::string path,
                                          std::optional<json::Value> body) {
  return clients_.at(zone)->call_json(std::move(method), std::move(path), std::move(body));
}

}  // namespace hanse::simulator
