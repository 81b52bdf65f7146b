#include "model/reservation.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(ReservationRequest)
HANSE_DEFINE_JSON(ReservationAnswer)

Status check(const ReservationRequest& request) {
  constexpr std::size_t kMaxWorkload = 256;
  HANSE_CHECK(check_name(request.id, "/id"));
  HANSE_CHECK(check_name(request.tenant, "/tenant"));
  HANSE_CHECK(check_name(request.workspace, "/workspace"));
  HANSE_CHECK(check_name(request.name, "/name"));
  HANSE_CHECK(check_name(request.flavour, "/flavour"));
  if (request.workload.empty() || request.workload.size() > kMaxWorkload)
    return fail_field("/workload", "name the workload, with at most {} characters", kMaxWorkload);
  InstanceSku sku;
  sku.spec = request.sku;
  return check(sku);
}

Status check(const ReservationAnswer& answer) {
  return check_name(answer.token, "/token");
}

std::string reservation_name(const std::string& id, const ReservationAnswer& answer) {
  return id + "-" + answer.token;
}

}  // namespace hanse::model
