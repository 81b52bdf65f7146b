// DigestNode: what of one zone spreads digests, as a simulated process. Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "federation/record_exchange.h"
#include "federation/round_trips.h"
#include "simulator/certificates.h"
#include "simulator/digests/digest_net.h"
#include "simulator/hashing.h"
#include "simulator/process.h"
#include "simulator/signatures.h"
#include "simulator/web_keys.h"

namespace hanse::simulator {

struct DigestNode final : ProcessRoot, federation::ExchangeClient, federation::ProbeClient {
  DigestNode(DigestNet& owner, ProcessContext context);

  const std::vector<std::string>& peers() const override { return others; }
  Task<Result<federation::ExchangeMessage>> exchange(std::string peer,
                                                     federation::ExchangeMessage message) override;
  const std::vector<std::string>& probed_peers() const override { return others; }
  Task<Status> probe(std::string peer) override;

  federation::SignedRecord record(std::int64_t version);

  DigestNet& net;
  Runtime& runtime;
  std::string name;
  std::size_t index = 0;
  std::vector<std::string> others;
  SimulatedCertificates certificates;
  SimulatedHashing hashing;
  SimulatedSignatures signatures;
  NoWebKeys web_keys;
  std::string key_pem;
  federation::RecordTable table;
  federation::RecordExchange records;
  federation::RoundTrips round_trips;
};

}  // namespace hanse::simulator
