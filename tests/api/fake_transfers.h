// Transfers for tests of the API: it remembers who asked for what, and answers what it was told to.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/memory_stream.h"
#include "zone/tables.h"
#include "zone/transfer_frontend.h"

namespace hanse::test {

class FakeTransfers final : public zone::TransferFrontend {
 public:
  FakeTransfers(Scheduler& scheduler, zone::Tables& tables)
      : scheduler_(scheduler), tables_(tables), changes_(scheduler) {}

  std::vector<std::string> asked;
  std::map<std::string, model::TransferProgress> progress;
  std::unique_ptr<Stream> relay_end;  // the far end of the last relay that was opened

  void show(const std::string& name, std::int32_t percent) {
    progress[name].percent = percent;
    changes_.notify();
  }

  Result<model::Transfer> get(const zone::ResourceId& id) const override {
    HANSE_TRY(const auto record, tables_.transfers.get(id));
    model::Transfer transfer = *record;
    const auto found = progress.find(id.name);
    if (found != progress.end()) transfer.status.progress = found->second;
    return transfer;
  }
  Task<Result<model::Transfer>> create(zone::ResourceId scope, model::TransferSpec spec) override {
    model::Transfer transfer;
    transfer.metadata = {.name = "move-" + std::to_string(asked.size() + 1),
                         .tenant = scope.tenant,
                         .workspace = scope.workspace,
                         .kind = "transfer"};
    transfer.spec = std::move(spec);
    asked.push_back("create " + transfer.spec.instance);
    auto created = co_await tables_.transfers.create(std::move(transfer));
    changes_.notify();
    co_return created;
  }
  Task<Result<model::TransferForecast>> forecast(zone::ResourceId, model::TransferSpec spec) override {
    asked.push_back("forecast " + spec.instance);
    co_return model::TransferForecast{.obstacles = {{"south", "it has no room"}}};
  }
  Task<Result<model::Transfer>> cancel(zone::ResourceId id) override {
    asked.push_back("cancel " + id.name);
    co_return get(id);
  }
  Task<Result<model::Transfer>> limit(zone::ResourceId id, model::TransferLimitsChange change) override {
    asked.push_back(fmt::format("limit {} {}", id.name, json::to_text(change)));
    co_return get(id);
  }
  Signal& changes() override { return changes_; }

  Task<Result<migration::IncomingView>> prepare_incoming(std::string peer,
                                                         zone::IncomingRequest request) override {
    asked.push_back(peer + " prepares " + request.transfer);
    co_return migration::IncomingView{};
  }
  Task<Result<zone::ForecastAnswer>> forecast_incoming(std::string peer,
                                                       zone::ForecastRequest request) override {
    asked.push_back(fmt::format("{} asks about {}", peer, request.incoming.instance.metadata.name));
    co_return zone::ForecastAnswer{};
  }
  Task<Result<migration::IncomingView>> wait_incoming(std::string peer, std::string transfer,
                                                      migration::IncomingView seen) override {
    asked.push_back(peer + " waits for " + transfer);
    ++seen.image_percent;
    co_return seen;
  }
  Task<Result<migration::IncomingView>> grant_incoming(std::string peer, std::string transfer,
                                                       zone::GrantRequest grant) override {
    asked.push_back(fmt::format("{} grants {} epoch {}", peer, transfer, grant.grant.epoch.value));
    co_return migration::IncomingView{.phase = model::TransferPhase::granted};
  }
  Task<Status> abort_incoming(std::string peer, std::string transfer) override {
    asked.push_back(peer + " aborts " + transfer);
    co_return Status{};
  }
  Result<migration::OutcomeView> outcome(const std::string& peer,
                                         const std::string& transfer) const override {
    if (peer + transfer != "southmove-1")
      return fail(Code::not_found, "transfer '{}' does not exist", transfer);
    return migration::OutcomeView{migration::Outcome::committed};
  }
  Task<Result<std::unique_ptr<Stream>>> open_relay(zone::Caller caller, std::string transfer,
                                                   model::RelayChannel channel) override {
    asked.push_back(fmt::format("{} relays {} {}", caller.name, transfer,
                                channel == model::RelayChannel::disk ? "disk" : "memory"));
    StreamPair pair = make_stream_pair(scheduler_);
    relay_end = std::move(pair.second);
    co_return std::move(pair.first);
  }

 private:
  Scheduler& scheduler_;
  zone::Tables& tables_;
  Signal changes_;
};

}  // namespace hanse::test
