// Bugs that the simulator must find, or it proves nothing: each is compiled only into a program of its own
// (simulator/CMakeLists.txt), from the one source file that holds it, by -DHANSE_PLANTED_BUG=<name>.
#pragma once

#ifndef HANSE_PLANTED_BUG
#define HANSE_PLANTED_BUG none
#endif

namespace hanse {

enum class PlantedBug {
  none,
  resume_before_grant,          // a target's host runs the guest as soon as it is loaded
  target_starts_twice,          // a target runs the guest in the epoch that it already ran in at the source
  source_resumes_after_commit,  // a source's host that hears nothing after the hand-over runs the guest again
  sender_runs_after_commit,     // within a zone: the old host is told to run what has been granted to the new
  moves_within_one_epoch,       // within a zone: the new host runs it in the epoch of the old
  reassign_without_release,     // another zone is assigned although the first did not answer
  reservation_never_expires,    // what nobody releases is held for ever
  host_ignores_lease,           // a host that does not hear of its zone runs on what restarts elsewhere
  failover_without_waiting,     // a zone that does not answer is taken for lost at once
  older_record_is_taken,        // a digest replaces a newer one
  forged_record_is_taken,       // whoever signed it
  acknowledge_before_disk,      // a write is acknowledged, and seen, before it is durable
  certifications_are_skipped,   // the index of zones does not ask for them
  spread_forgets_promised,      // a replica is placed as if those of a moment ago were nowhere yet
  continuous_never_moves,       // what is enforced for ever is only reported
  put_without_reservation,      // a peer's new instance is made although its reservation is gone
  reservation_is_foreseen,      // who asks for room once more, late, holds it by the same name
  removal_is_by_name,           // a late request to remove a replica removes the next one of its name
  late_acceptance_counts,       // of an invitation by which a zone became a peer, and has left since
  silent_peer_is_left_alone,    // who did not answer once is never again told, or asked, what is new
  active_before_confirmed,      // who joins does so before the inviting zone has confirmed it
  used_invitation_is_taken,     // by a second zone
  roll_back_boots_anew,         // a source whose move has failed starts the guest from its image
  switch_point_is_forgotten,    // an agent that restarts while the zone may commit a post-copy runs the guest
  known_chunks_are_not_written,  // a target that has a chunk already leaves it where it is
  dead_target_is_not_booted,     // whose hypervisor died before it had run what it was granted
  start_after_lost_answer        // a target takes a source that does not answer for one that has committed
};

// Not inline: its value is that of one source file.
constexpr PlantedBug kPlantedBug = PlantedBug::HANSE_PLANTED_BUG;

}  // namespace hanse
