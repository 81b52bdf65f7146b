// The table of contents of the program: what `hanse` can be.

#include "cli/run_cli.h"
#include "programs/dev_program.h"
#include "programs/enrolment_program.h"
#include "programs/fleet_program.h"
#include "programs/host_program.h"
#include "programs/testbed_program.h"
#include "programs/zone_program.h"
#include "zone/zone_version.h"

int main(int argc, char** argv) {
  return hanse::cli::run_cli(argc, argv,
                             {.version = hanse::zone::kVersion,
                              .zone = hanse::programs::run_zone,
                              .host = hanse::programs::run_host,
                              .enrol_host = hanse::programs::run_host_enrolment,
                              .dev = hanse::programs::run_dev,
                              .fleet = hanse::programs::run_fleet,
                              .testbed = hanse::programs::run_testbed});
}
