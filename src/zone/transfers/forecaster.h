// Forecaster: asks the two hosts, the other zone and the records of earlier moves what migration/forecast.h
// reckons with.
//
// Lifecycle: as long as who asks. Thread: the loop. Failure: those of the hosts and of the other zone; a move
// goes its way without a forecast.
#pragma once

#include <string>
#include <vector>

#include "migration/forecast.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

struct TransferServices;

// What a user waits for, and what a move that has begun already gives it.
inline constexpr Millis kPatientWatch{1000};
inline constexpr Millis kHastyWatch{200};

class Forecaster {
 public:
  explicit Forecaster(const TransferServices& services) : services_(services) {}

  // Of a machine at `host` of this zone. Takes at least `watch`.
  Task<Result<model::MachineMeasure>> measure(std::string host, std::string uid, Millis watch) const;
  // What the other zone says of it. Errors: those of incoming_request().
  Task<Result<ForecastAnswer>> ask_target(model::Transfer transfer, model::MachineMeasure measure) const;
  Task<Result<model::TransferFigures>> reckon(model::Transfer transfer, model::MachineMeasure measure,
                                              ForecastAnswer there) const;
  // All of it. Errors: as above.
  Task<Result<model::TransferFigures>> run(model::Transfer transfer, std::string host) const;

  // Those of `digests` that this host of the zone has.
  Task<Result<std::vector<std::string>>> find_chunks(std::string host,
                                                     std::vector<std::string> digests) const;

 private:
  Task<migration::ImageSample> sample_of(model::Transfer transfer) const;
  Task<migration::LinkFacts> link_to(model::Transfer transfer, std::vector<model::TransferReport> past) const;

  const TransferServices& services_;
};

}  // namespace hanse::zone
