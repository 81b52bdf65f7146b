#include "model/workload.h"

#include "base/json_mapping.h"

namespace hanse::model {

HANSE_DEFINE_JSON(InstanceTemplate)
HANSE_DEFINE_JSON(WorkloadSpec)
HANSE_DEFINE_JSON(ReplicaAssignment)
HANSE_DEFINE_JSON(WorkloadStatus)
HANSE_DEFINE_JSON(Workload)

Status check(const Workload& workload) {
  // A replica is named "<workload>-<index>", which must still be a name.
  constexpr std::size_t kMaxWorkloadName = 58;
  if (workload.metadata.name.size() > kMaxWorkloadName) {
    return fail_field("/metadata/name", "the name of a workload has at most {} characters", kMaxWorkloadName);
  }
  if (workload.spec.replicas < 0 || workload.spec.replicas > kMaxReplicas) {
    return fail_field("/spec/replicas", "/spec/replicas must be from 0 to {}", kMaxReplicas);
  }
  HANSE_CHECK(check_labels(workload.spec.instance.labels, "/spec/instance/labels"));
  HANSE_CHECK(check_in_workload(workload.spec.placement, workload.metadata.name, workload.spec.replicas,
                                "/spec/placement"));
  return check_spec(workload.spec.instance.spec, "/spec/instance/spec");
}

}  // namespace hanse::model
