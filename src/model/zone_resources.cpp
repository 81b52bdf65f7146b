#include "model/zone_resources.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(EmptySpec)
HANSE_DEFINE_JSON(Workspace)
HANSE_DEFINE_JSON(Inventory)
HANSE_DEFINE_JSON(HostSpec)
HANSE_DEFINE_JSON(HostStatus)
HANSE_DEFINE_JSON(Host)
HANSE_DEFINE_JSON(Event)

// Names and labels are checked for every resource; there is no more to say wrongly in these two.
Status check(const Workspace&) {
  return {};
}

Status check(const Host&) {
  return {};
}

}  // namespace hanse::model
