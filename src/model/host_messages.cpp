#include "model/host_messages.h"

#include <fmt/format.h>

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(HostPing)
HANSE_DEFINE_JSON(HostLease)
HANSE_DEFINE_JSON(HostWelcome)
HANSE_DEFINE_JSON(HostPace)
HANSE_DEFINE_JSON(HostRequest)
HANSE_DEFINE_JSON(HostResponse)
HANSE_DEFINE_JSON(RelayRequest)
HANSE_DEFINE_JSON(EnrolmentRequest)
HANSE_DEFINE_JSON(EnrolmentAnswer)
HANSE_DEFINE_JSON(FleetRequest)
HANSE_DEFINE_JSON(FleetAnswer)
HANSE_DEFINE_JSON(RenewalRequest)

std::string simulated_host_name(std::int64_t number) {
  return fmt::format("simulated-{:06}", number);
}

}  // namespace hanse::model
