// Reservation: room that one zone holds for a replica of another zone's workload, for a short while: asked
// for before the replica is put, so that a refusal costs nothing and a lost answer holds nothing for long.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/units.h"
#include "model/compute.h"

namespace hanse::model {

inline constexpr char kReservationsPath[] = "/providers/hanse.placement/v1/reservations";
inline constexpr Seconds kReservationTime{60};
// In the query of a peer's request to delete a replica: only the one that was put by it.
inline constexpr char kReservationParameter[] = "reservation";
// What a replica says of itself: "<zone>/<tenant>/<workspace>/<workload>#<index>", the reservation that it is
// put by, how its workload is spread, and the version of the template that it was made from.
inline constexpr char kWorkloadAnnotation[] = "hanse/workload";
inline constexpr char kReservationAnnotation[] = "hanse/reservation";
inline constexpr char kSpreadAnnotation[] = "hanse/spread";
inline constexpr char kTemplateAnnotation[] = "hanse/template";

struct ReservationRequest {
  std::string id;  // of the asking zone's choice; asking again with it is the same reservation
  std::string tenant;
  std::string workspace;
  std::string name;  // of the replica
  std::string workload;
  std::string flavour;  // name of the instance SKU
  InstanceSkuSpec sku;
  bool spread_by_host = false;
  std::optional<std::string> machine_type;
  std::optional<std::string> cpu_model;
};
BOOST_DESCRIBE_STRUCT(ReservationRequest, (),
                      (id, tenant, workspace, name, workload, flavour, sku, spread_by_host, machine_type,
                       cpu_model))
HANSE_DECLARE_JSON(ReservationRequest);

struct ReservationAnswer {
  // Completes the id to what the replica is put and the room released by: "<id>-<token>". It is another one
  // each time that room is held, so that a request that comes late once more, to whom it was released
  // already, holds room that nobody can use.
  std::string token;
  std::int64_t expires_in_seconds = 0;
  std::optional<MicroEuroPerHour> price;  // for this peer
};
BOOST_DESCRIBE_STRUCT(ReservationAnswer, (), (token, expires_in_seconds, price))
HANSE_DECLARE_JSON(ReservationAnswer);

inline constexpr int kReservationDigits = 24;

// Errors: invalid_argument with the pointer.
Status check(const ReservationRequest& request);
Status check(const ReservationAnswer& answer);
std::string reservation_name(const std::string& id, const ReservationAnswer& answer);

}  // namespace hanse::model
