#include "zone/workload_places.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

model::Workload near(std::vector<std::string> places) {
  model::Workload workload;
  for (std::string& place : places) workload.spec.placement.latency.push_back({.to = std::move(place)});
  return workload;
}

struct WorkloadPlacesFixture {
  federation::Peers peers;
  WorkloadPlacesFixture() { peers.replace({{.name = "warsaw-2", .ca_fingerprints = {"w"}}}); }
  Status check(const model::Workload& wanted, const model::Workload* before = nullptr) {
    return check_places("helsinki-1", peers, wanted, before);
  }
};

TEST_CASE_FIXTURE(WorkloadPlacesFixture, "cities, zones and coordinates are places") {
  CHECK(check(near({"Berlin", "new-york", "warsaw-2", "helsinki-1", "52.52,13.40"})));
  CHECK(check(near({})));
}

TEST_CASE_FIXTURE(WorkloadPlacesFixture,
                  "an unknown place is refused with the field, its name and what is near") {
  const Error error = check(near({"Paris", "Berlln"})).error();
  CHECK(error.code == Code::invalid_argument);
  CHECK(error.sources.at(0).pointer == "/spec/placement/latency/1/to");
  CHECK(error.message == "the place 'Berlln' is not known here; did you mean Berlin?");
  CHECK(check(near({"warsaw-3"})).error().message ==
        "the place 'warsaw-3' is not known here; did you mean warsaw-2?");
  CHECK(check(near({"Atlantis Nova"})).error().message ==
        "the place 'Atlantis Nova' is not known here; name a large city, a zone of the federation, or "
        "coordinates like 52.52,13.40");
}

TEST_CASE_FIXTURE(WorkloadPlacesFixture, "a zone that has left since is not asked about again") {
  const model::Workload before = near({"warsaw-2"});
  peers.replace({});
  CHECK_FALSE(check(near({"warsaw-2"})));
  CHECK(check(near({"warsaw-2", "Berlin"}), &before));
}

}  // namespace
}  // namespace hanse::zone
