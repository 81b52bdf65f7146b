// Transfers: all moves from and to this zone. It makes the record of a new one, runs the coroutines of those
// that are not at an end (also after a restart), and answers the other zone.
//
// Lifecycle: start() before hosts may connect; destroying it stops all where they stand. Thread: the loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/scope.h"
#include "migration/ports.h"
#include "model/host_messages.h"
#include "model/storage.h"
#include "model/transfer.h"
#include "model/transfer_forecast.h"
#include "runtime/network.h"
#include "zone/caller.h"
#include "zone/resource_id.h"

namespace hanse::zone {

// What the source sends when it asks the target to prepare.
struct IncomingRequest {
  std::string transfer;
  model::TransferMode mode = model::TransferMode::live;  // that the source has chosen
  model::StreamPath path = model::StreamPath::automatic;
  model::StreamOptions streams;
  Epoch source_epoch;
  model::Instance instance;
  model::InstanceSku sku;
  std::vector<model::BlockStorage> block_storages;
  std::vector<model::Image> images;
  std::string ca_pem;     // that signed the certificate of the source's QEMU, for this transfer alone
  std::string peer_name;  // in that certificate
  std::string version;    // of Hanse at the source
  bool operator==(const IncomingRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(IncomingRequest, (),
                      (transfer, mode, path, streams, source_epoch, instance, sku, block_storages, images,
                       ca_pem, peer_name, version))
HANSE_DECLARE_JSON(IncomingRequest);

// Before a move: would it be accepted, and what has the target of it already?
struct ForecastRequest {
  IncomingRequest incoming;          // without keys
  std::vector<std::string> digests;  // of chunks of its disks
  std::optional<Bytes> disk_bytes;   // that these have of their own; absent: not known
  bool operator==(const ForecastRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(ForecastRequest, (), (incoming, digests, disk_bytes))
HANSE_DECLARE_JSON(ForecastRequest);

struct ForecastAnswer {
  std::vector<model::TransferObstacle> obstacles;
  std::vector<std::string> digests;         // those of the request that are there
  Bytes image_bytes;                        // of content, that it lacks and has to fetch first
  std::optional<model::Hardware> hardware;  // that the instance would be given, where it is another
  bool operator==(const ForecastAnswer&) const = default;
};
BOOST_DESCRIBE_STRUCT(ForecastAnswer, (), (obstacles, digests, image_bytes, hardware))
HANSE_DECLARE_JSON(ForecastAnswer);

inline constexpr char kForecastPath[] = "/providers/hanse.migration/v1/forecasts";
// Takes what it is sent and does nothing with it.
inline constexpr char kProbePath[] = "/providers/hanse.migration/v1/probes";
inline constexpr std::size_t kProbeBytes = std::size_t{512} << 10;

struct GrantRequest {
  model::TransferGrant grant;
  // Of a post-copy: what the guest lacks of its memory will not come. Absent: it may.
  std::optional<bool> memory_lost;
  bool operator==(const GrantRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(GrantRequest, (), (grant, memory_lost))
HANSE_DECLARE_JSON(GrantRequest);

// How long wait_incoming() may wait for a change.
inline constexpr Nanos kIncomingWait = Seconds{10};
// Transfers under way in one zone, both roles; beyond it new ones are refused.
inline constexpr std::size_t kMaxTransfers = 200;

class TransferFrontend {
 public:
  virtual ~TransferFrontend() = default;

  // For users. The record's status is completed with the progress that is kept in memory only.
  virtual Result<model::Transfer> get(const ResourceId& id) const = 0;
  // Errors: not_found (instance, zone), failed_precondition (already moving, does not run, not moveable),
  // resource_exhausted.
  virtual Task<Result<model::Transfer>> create(ResourceId scope, model::TransferSpec spec) = 0;
  // What create() would be refused for, here and at the target, all of it, and what the move would take;
  // nothing is kept or held. It takes a second. Errors: not_found (instance), invalid_argument.
  virtual Task<Result<model::TransferForecast>> forecast(ResourceId scope, model::TransferSpec spec) = 0;
  // Errors: failed_precondition past the commit point.
  virtual Task<Result<model::Transfer>> cancel(ResourceId id) = 0;
  // Durable when it completes; the host hears of it within a second. Errors: invalid_argument naming the
  // field, failed_precondition past the commit point.
  virtual Task<Result<model::Transfer>> limit(ResourceId id, model::TransferLimitsChange change) = 0;
  // Notified when any transfer or its progress changes.
  virtual Signal& changes() = 0;

  // For peers; `peer` is the zone that the certificate proves. Each may be repeated.
  virtual Task<Result<migration::IncomingView>> prepare_incoming(std::string peer,
                                                                 IncomingRequest request) = 0;
  // What prepare_incoming() would be refused for, and what it would find here; of one that is under way
  // already the latter alone. Errors: invalid_argument.
  virtual Task<Result<ForecastAnswer>> forecast_incoming(std::string peer, ForecastRequest request) = 0;
  // `seen` is what the source knows; answers when the view differs.
  virtual Task<Result<migration::IncomingView>> wait_incoming(std::string peer, std::string transfer,
                                                              migration::IncomingView seen) = 0;
  // Errors: unauthenticated when the source has not signed it.
  virtual Task<Result<migration::IncomingView>> grant_incoming(std::string peer, std::string transfer,
                                                               GrantRequest grant) = 0;
  virtual Task<Status> abort_incoming(std::string peer, std::string transfer) = 0;
  virtual Result<migration::OutcomeView> outcome(const std::string& peer,
                                                 const std::string& transfer) const = 0;

  // One relayed stream of a transfer: called for a host (of the source) or a peer (the source zone). Gives
  // the stream's far end.
  virtual Task<Result<std::unique_ptr<Stream>>> open_relay(Caller caller, std::string transfer,
                                                           model::RelayChannel channel) = 0;
};

}  // namespace hanse::zone
