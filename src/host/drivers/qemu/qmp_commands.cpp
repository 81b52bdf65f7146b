#include "host/drivers/qemu/qmp_commands.h"

#include <boost/json.hpp>

namespace hanse::host::qemu::qmp {
namespace {

json::Object capability(std::string_view name, bool state) {
  return {{"capability", name}, {"state", state}};
}

// NBD and block devices write an address in one way, migration channels in another.
json::Object flat_address(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return {{"type", "unix"}, {"path", endpoint.unix_path}};
  return {{"type", "inet"}, {"host", endpoint.host}, {"port", std::to_string(endpoint.port)}};
}

json::Object nested_address(const Endpoint& endpoint) {
  json::Object data = flat_address(endpoint);
  const json::Value type = data.at("type");
  data.erase("type");
  return {{"type", type}, {"data", std::move(data)}};
}

json::Object channels_at(json::Object address) {
  json::Object channel{{"channel-type", "main"}, {"addr", std::move(address)}};
  return {{"channels", json::Array{std::move(channel)}}};
}

json::Object channels(const Endpoint& endpoint) {
  json::Object address = flat_address(endpoint);
  address["transport"] = "socket";
  return channels_at(std::move(address));
}

json::Object file_channels(const std::string& path) {
  return channels_at({{"transport", "file"}, {"filename", path}, {"offset", 0}});
}

// migrate-recover takes no other form.
std::string uri_of(const Endpoint& endpoint) {
  return endpoint.unix_path.empty() ? "tcp:" + to_string(endpoint) : to_string(endpoint);
}

Task<Status> out_of_band(QmpClient& client, std::string command, json::Object arguments) {
  auto reply = co_await client.execute_out_of_band(std::move(command), std::move(arguments));
  if (!reply) co_return fail(std::move(reply).error());
  co_return Status();
}

Task<Status> yank(QmpClient& client, json::Object instance) {
  return out_of_band(client, "yank", {{"instances", json::Array{std::move(instance)}}});
}

}  // namespace

Task<Status> stop(QmpClient& client) {
  return client.run("stop", {});
}
Task<Status> cont(QmpClient& client) {
  return client.run("cont", {});
}
Task<Status> quit(QmpClient& client) {
  return client.run("quit", {});
}
Task<Status> system_powerdown(QmpClient& client) {
  return client.run("system_powerdown", {});
}

Task<Status> object_add_tls(QmpClient& client, std::string id, std::string folder, TlsRole role) {
  // ca-cert.pem is the other side's CA, made for this transfer alone: QEMU's check of our own certificate
  // against it must be off. The peer is verified all the same.
  return client.run("object-add", {{"qom-type", "tls-creds-x509"},
                                   {"id", id},
                                   {"dir", folder},
                                   {"endpoint", role == TlsRole::server ? "server" : "client"},
                                   {"verify-peer", true},
                                   {"priority", "NORMAL:-VERS-ALL:+VERS-TLS1.3"},
                                   {"sanity-check", false}});
}

Task<Status> object_del(QmpClient& client, std::string id) {
  return client.run("object-del", {{"id", id}});
}

Task<Status> prepare_migration(QmpClient& client, MigrationSettings settings) {
  json::Array capabilities;
  // return-path: `completed` then means that the target has loaded everything.
  for (const char* name : {"events", "return-path", "pause-before-switchover"})
    capabilities.push_back(capability(name, true));
  // What does not converge is slowed down, or follows the guest.
  capabilities.push_back(capability("auto-converge", !settings.streams.post_copy));
  // Said in either case: a move before this one, which was rolled back, may have had it.
  const bool side_by_side =
      settings.streams.count > 1 || settings.streams.compression != model::Compression::none;
  capabilities.push_back(capability("multifd", side_by_side));
  capabilities.push_back(capability("postcopy-ram", settings.streams.post_copy));
  HANSE_CO_CHECK(
      co_await client.run("migrate-set-capabilities", {{"capabilities", std::move(capabilities)}}));
  json::Object parameters{{"tls-creds", settings.tls_credentials}, {"tls-hostname", settings.tls_host_name}};
  if (side_by_side) {
    const bool compressed = settings.streams.compression == model::Compression::zstd;
    parameters["multifd-channels"] = settings.streams.count;
    parameters["multifd-compression"] = compressed ? "zstd" : "none";
  }
  co_return co_await client.run("migrate-set-parameters", std::move(parameters));
}

Task<Status> prepare_file_migration(QmpClient& client) {
  json::Array capabilities{capability("events", true)};
  for (const char* name :
       {"return-path", "pause-before-switchover", "auto-converge", "multifd", "postcopy-ram"})
    capabilities.push_back(capability(name, false));
  HANSE_CO_CHECK(
      co_await client.run("migrate-set-capabilities", {{"capabilities", std::move(capabilities)}}));
  co_return co_await client.run("migrate-set-parameters", {{"tls-creds", ""}, {"tls-hostname", ""}});
}

Task<Status> try_post_copy(QmpClient& client) {
  json::Array capabilities{capability("postcopy-ram", true)};
  return client.run("migrate-set-capabilities", {{"capabilities", std::move(capabilities)}});
}

Task<Status> set_migration_limits(QmpClient& client, MigrationLimits limits) {
  return client.run("migrate-set-parameters", {{"max-bandwidth", limits.max_bandwidth.value},
                                               {"max-postcopy-bandwidth", limits.post_copy_bandwidth.value},
                                               {"downtime-limit", limits.downtime_ms}});
}

Task<Status> nbd_server_start(QmpClient& client, Endpoint endpoint,
                              std::optional<std::string> tls_credentials, std::size_t max_connections) {
  json::Object arguments{{"addr", nested_address(endpoint)}, {"max-connections", max_connections}};
  if (tls_credentials) arguments["tls-creds"] = *tls_credentials;
  return client.run("nbd-server-start", std::move(arguments));
}

Task<Status> nbd_server_stop(QmpClient& client) {
  return client.run("nbd-server-stop", {});
}

Task<Status> block_export_add(QmpClient& client, std::string node, std::string export_name) {
  return client.run("block-export-add", {{"type", "nbd"},
                                         {"id", node + "-export"},
                                         {"node-name", node},
                                         {"name", export_name},
                                         {"writable", true}});
}

Task<Status> migrate_incoming(QmpClient& client, Endpoint endpoint) {
  return client.run("migrate-incoming", channels(endpoint));
}

Task<Status> blockdev_add_remote(QmpClient& client, RemoteDisk disk) {
  return client.run("blockdev-add", {{"driver", "nbd"},
                                     {"node-name", disk.node},
                                     {"export", disk.export_name},
                                     {"server", flat_address(disk.server)},
                                     {"tls-creds", disk.tls.tls_credentials},
                                     {"tls-hostname", disk.tls.tls_host_name}});
}

Task<Status> blockdev_del(QmpClient& client, std::string node) {
  return client.run("blockdev-del", {{"node-name", node}});
}

Task<Status> blockdev_reopen_file(QmpClient& client, std::string node, std::string path, HostCache cache) {
  json::Object options{{"driver", "file"},
                       {"node-name", node},
                       {"filename", path},
                       {"cache", json::Object{{"direct", cache == HostCache::bypassed}}}};
  return client.run("blockdev-reopen", {{"options", json::Array{std::move(options)}}});
}

Task<Status> snapshot_disks(QmpClient& client, std::vector<Snapshot> snapshots) {
  json::Array actions;
  for (const Snapshot& snapshot : snapshots) {
    actions.push_back(json::Object{{"type", "blockdev-snapshot-sync"},
                                   {"data", json::Object{{"node-name", snapshot.node},
                                                         {"snapshot-node-name", snapshot.top},
                                                         {"snapshot-file", snapshot.file},
                                                         {"format", "qcow2"}}}});
  }
  return client.run("transaction", {{"actions", std::move(actions)}});
}

Task<Status> block_commit(QmpClient& client, std::string job, std::string top, std::string base) {
  return client.run("block-commit",
                    {{"job-id", job}, {"device", top}, {"base-node", base}, {"auto-dismiss", true}});
}

Task<Status> block_job_complete(QmpClient& client, std::string job) {
  return client.run("block-job-complete", {{"device", job}});
}

Task<Status> blockdev_mirror(QmpClient& client, Mirror mirror) {
  return client.run("blockdev-mirror", {{"job-id", mirror.job},
                                        {"device", mirror.device},
                                        {"target", mirror.target},
                                        {"sync", mirror.only_overlay ? "top" : "full"},
                                        {"copy-mode", "background"},
                                        {"auto-dismiss", true}});
}

Task<Status> block_job_change_to_write_blocking(QmpClient& client, std::string job) {
  return client.run("block-job-change", {{"id", job}, {"type", "mirror"}, {"copy-mode", "write-blocking"}});
}

Task<Status> block_job_set_speed(QmpClient& client, std::string job, BytesPerSecond speed) {
  return client.run("block-job-set-speed", {{"device", job}, {"speed", speed.value}});
}
Task<Status> block_job_pause(QmpClient& client, std::string job) {
  return client.run("block-job-pause", {{"device", job}});
}
Task<Status> block_job_resume(QmpClient& client, std::string job) {
  return client.run("block-job-resume", {{"device", job}});
}

Task<Status> block_job_cancel(QmpClient& client, std::string job, bool force) {
  return client.run("block-job-cancel", {{"device", job}, {"force", force}});
}

Task<Status> migrate(QmpClient& client, Endpoint endpoint) {
  return client.run("migrate", channels(endpoint));
}
Task<Status> migrate_to_file(QmpClient& client, std::string path) {
  return client.run("migrate", file_channels(path));
}
Task<Status> migrate_from_file(QmpClient& client, std::string path) {
  return client.run("migrate-incoming", file_channels(path));
}
Task<Status> migrate_continue(QmpClient& client) {
  return client.run("migrate-continue", {{"state", "pre-switchover"}});
}
Task<Status> migrate_start_post_copy(QmpClient& client) {
  return client.run("migrate-start-postcopy", {});
}
Task<Status> migrate_pause(QmpClient& client) {
  return out_of_band(client, "migrate-pause", {});
}
Task<Status> migrate_recover(QmpClient& client, Endpoint endpoint) {
  return out_of_band(client, "migrate-recover", {{"uri", uri_of(endpoint)}});
}
Task<Status> migrate_again(QmpClient& client, Endpoint endpoint) {
  json::Object arguments = channels(endpoint);
  arguments["resume"] = true;
  return client.run("migrate", std::move(arguments));
}
Task<Status> migrate_cancel(QmpClient& client) {
  return client.run("migrate_cancel", {});
}

Task<Status> yank_node(QmpClient& client, std::string node) {
  return yank(client, {{"type", "block-node"}, {"node-name", node}});
}
Task<Status> yank_migration(QmpClient& client) {
  return yank(client, {{"type", "migration"}});
}

}  // namespace hanse::host::qemu::qmp
