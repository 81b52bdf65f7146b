// The QMP commands that the driver uses, typed: one function a command, no decisions. Their parameters and
// order in a live move are those of docs/protocols and bench/migration.
//
// Each is a coroutine on the client's loop; Requires: the client outlives it. Failure: see QmpClient.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "host/drivers/qemu/qmp_client.h"
#include "model/transfer_streams.h"
#include "runtime/network.h"

namespace hanse::host::qemu::qmp {

struct MigrationInfo {
  std::string status = "none";
  std::string error;
  Bytes sent;
  Bytes remaining;
  BytesPerSecond rate;
  double downtime_ms = 0;
  double expected_downtime_ms = 0;  // if the guest were stopped now
  std::int64_t passes = 0;          // over its memory, with the one that goes on
};

struct BlockJobInfo {
  std::string job;
  bool ready = false;
  Bytes length;
  Bytes offset;
};

struct CpuModel {
  std::string name;
  bool usable = false;  // this host has all its features
};

// "running", "paused", "inmigrate", "postmigrate", ...
Task<Result<std::string>> query_status(QmpClient& client);
Task<Result<MigrationInfo>> query_migrate(QmpClient& client, Nanos limit = kQmpReplyLimit);
Task<Result<std::vector<BlockJobInfo>>> query_block_jobs(QmpClient& client);
// Names of machine types that are not deprecated.
Task<Result<std::vector<std::string>>> query_machines(QmpClient& client);
Task<Result<std::vector<CpuModel>>> query_cpu_definitions(QmpClient& client);
// Features that a guest on this host can be given at all.
Task<Result<std::vector<std::string>>> query_cpu_features(QmpClient& client);

// Names of all nodes of the block layer that have one.
Task<Result<std::vector<std::string>>> query_named_block_nodes(QmpClient& client);

// What the guest's disks were told to write since it was started.
Task<Result<Bytes>> query_bytes_written(QmpClient& client);
// Samples the guest's memory for so long; query_dirty_rate() says the result, nothing while it goes on.
Task<Status> calc_dirty_rate(QmpClient& client, Nanos watch);
Task<Result<std::optional<BytesPerSecond>>> query_dirty_rate(QmpClient& client);

Task<Status> stop(QmpClient& client);
Task<Status> cont(QmpClient& client);
Task<Status> quit(QmpClient& client);
Task<Status> system_powerdown(QmpClient& client);

enum class TlsRole { client, server };
Task<Status> object_add_tls(QmpClient& client, std::string id, std::string folder, TlsRole role);
Task<Status> object_del(QmpClient& client, std::string id);

struct MigrationSettings {
  std::string tls_credentials;
  std::string tls_host_name;  // that the target's certificate must bear; empty at the target
  model::StreamOptions streams;
};
// migrate-set-capabilities and migrate-set-parameters.
Task<Status> prepare_migration(QmpClient& client, MigrationSettings settings);

// Whether this QEMU, which waits for state, can let a guest run that lacks some of its memory. Errors: why
// not.
Task<Status> try_post_copy(QmpClient& client);

struct MigrationLimits {
  BytesPerSecond max_bandwidth;
  BytesPerSecond post_copy_bandwidth;  // of pages that the guest has not asked for; 0: no limit
  std::int64_t downtime_ms = 0;
};
// Also while memory is being sent.
Task<Status> set_migration_limits(QmpClient& client, MigrationLimits limits);

// Without credentials it speaks no TLS: for a unix socket that only the agent reaches.
Task<Status> nbd_server_start(QmpClient& client, Endpoint endpoint,
                              std::optional<std::string> tls_credentials, std::size_t max_connections);
Task<Status> nbd_server_stop(QmpClient& client);
Task<Status> block_export_add(QmpClient& client, std::string node, std::string export_name);
Task<Status> migrate_incoming(QmpClient& client, Endpoint endpoint);

struct RemoteDisk {
  std::string node;
  std::string export_name;
  Endpoint server;
  MigrationSettings tls;
};
Task<Status> blockdev_add_remote(QmpClient& client, RemoteDisk disk);
Task<Status> blockdev_del(QmpClient& client, std::string node);

enum class HostCache { used, bypassed };
// How a node writes the file that it has open. Errors: the file system knows no writing past its cache.
Task<Status> blockdev_reopen_file(QmpClient& client, std::string node, std::string path, HostCache cache);

struct Snapshot {
  std::string node;  // keeps its content from now on
  std::string top;   // takes what is written
  std::string file;  // of `top`, made for it
};
// All at the same moment.
Task<Status> snapshot_disks(QmpClient& client, std::vector<Snapshot> snapshots);
// Writes what is in `top` into `base`, and goes on until it is told to complete; then `base` is in its place.
Task<Status> block_commit(QmpClient& client, std::string job, std::string top, std::string base);
Task<Status> block_job_complete(QmpClient& client, std::string job);

struct Mirror {
  std::string job;
  std::string device;
  std::string target;
  bool only_overlay = false;  // the other side has the base already
};
Task<Status> blockdev_mirror(QmpClient& client, Mirror mirror);
// From now on each write of the guest completes only when both sides have it.
Task<Status> block_job_change_to_write_blocking(QmpClient& client, std::string job);
// Of the copy in the background; 0: no limit.
Task<Status> block_job_set_speed(QmpClient& client, std::string job, BytesPerSecond speed);
// Errors: the job is paused already, or is not.
Task<Status> block_job_pause(QmpClient& client, std::string job);
Task<Status> block_job_resume(QmpClient& client, std::string job);
// A mirror that is ready ends with both sides equal; `force` ends it at once.
Task<Status> block_job_cancel(QmpClient& client, std::string job, bool force);

// To a file and from it: in one direction, at once, without TLS.
Task<Status> prepare_file_migration(QmpClient& client);
Task<Status> migrate_to_file(QmpClient& client, std::string path);
Task<Status> migrate_from_file(QmpClient& client, std::string path);

Task<Status> migrate(QmpClient& client, Endpoint endpoint);
Task<Status> migrate_continue(QmpClient& client);
// At the next point where it may, the source stops the guest, and what it lacks follows.
Task<Status> migrate_start_post_copy(QmpClient& client);
// Of a post-copy whose stream has broken, or seems to: both sides let go of it, the target listens, the
// source connects again. Those of the target go out of band: its main loop may wait for a page.
Task<Status> migrate_pause(QmpClient& client);
Task<Status> migrate_recover(QmpClient& client, Endpoint endpoint);
Task<Status> migrate_again(QmpClient& client, Endpoint endpoint);
Task<Status> migrate_cancel(QmpClient& client);
// Cut connections at once, also when the monitor's main loop hangs on them.
Task<Status> yank_node(QmpClient& client, std::string node);
Task<Status> yank_migration(QmpClient& client);

}  // namespace hanse::host::qemu::qmp
