#include "simulator/federation/site.h"

#include <stdexcept>

#include "simulator/handshake.h"
#include "simulator/signatures.h"

namespace hanse::simulator {
namespace {

constexpr char kData[] = "/var/lib/hanse";
constexpr char kSettings[] = "/etc/hanse";
constexpr char kImage[] = "the boot disk of every simulated guest";
// Of kImage; data_loss in the run if it is not.
constexpr char kImageDigest[] = "471bb922638ad63ecb6f82196ae7b6ca00d9633202aac41bc13d913418f08eeb";

std::string settings_file(const std::string& name) {
  return std::string(kSettings) + "/" + name;
}

constexpr char kOpenPolicy[] =
    "[[peers]]\nname = \"*\"\n[peers.accepts]\ntenants = [\"*\"]\nflavours = [\"*\"]\nmax_vcpu = 1000000\n"
    "max_memory_mib = 1000000000\n[peers.gives]\ntenants = [\"*\"]\n";

// Letters of the zone's name as digits, so that each has its own.
std::string identity_key(const std::string& zone) {
  std::string key;
  for (const char letter : zone) key += fmt::format("{:02x}", static_cast<unsigned char>(letter));
  key.resize(kPublicKeyDigits, '0');
  return key;
}

void write(Disk& disk, const std::string& path, std::string content) {
  if (const Status written = disk.write(path, std::move(content)); !written)
    throw std::runtime_error(written.error().message);
}

void make_folder(Disk& disk, const std::string& path) {
  if (const Status made = disk.make_directories(path); !made) throw std::runtime_error(made.error().message);
}

}  // namespace

std::string zone_ca_pem(const std::string& zone) {
  const std::string fingerprint = "ca-of-" + zone;
  return to_pem(CertificateText{.is_authority = true,
                                .name = "Hanse zone " + zone,
                                .fingerprint = fingerprint,
                                .issuer = fingerprint,
                                .key = fingerprint});
}

std::vector<federation::PeerRecord> peer_records(const ZonePlace& zone) {
  std::vector<federation::PeerRecord> records;
  for (const std::string& peer : zone.peers) {
    records.push_back({.name = peer,
                       .endpoint = fmt::format("{}:{}", peer, kZonePort),
                       .identity_key = identity_key(peer),
                       .ca_pems = {zone_ca_pem(peer)}});
  }
  return records;
}

model::Blob image_blob() {
  return {.role = model::BlobRole::disk,
          .digest = std::string("sha256:") + kImageDigest,
          .size = Bytes{sizeof kImage - 1}};
}

std::string open_policy() {
  return kOpenPolicy;
}

void prepare_zone_disk(Disk& disk, const ZonePlace& zone, bool has_image, const std::string& policy) {
  make_folder(disk, kSettings);
  make_folder(disk, std::string(kData) + "/blobs");
  write(disk, std::string(kData) + "/ca.pem", zone_ca_pem(zone.name));
  write(disk, std::string(kData) + "/ca-key.pem", key_text("ca-of-" + zone.name));
  write(disk, settings_file("admin.token"), std::string(kAdminToken) + "\n");
  write(disk, std::string(kData) + "/identity-key.pem", signing_key_text(identity_key(zone.name)));
  write(disk, settings_file("policy.toml"), policy);
  if (has_image) write(disk, std::string(kData) + "/blobs/sha256-" + kImageDigest, kImage);
}

void prepare_host_disk(Disk& disk) {
  make_folder(disk, kSettings);
}

std::string token_file() {
  return settings_file("enrol.token");
}

zone::ZoneConfig zone_config(const ZonePlace& zone) {
  return {.name = zone.name,
          .provider = "the provider of " + zone.name,
          .member_state = "FI",
          .listen = {.host = zone.name, .port = kZonePort},
          .data_dir = kData,
          .policy_file = settings_file("policy.toml"),
          .admin_token_file = settings_file("admin.token")};
}

host::HostConfig host_config(const HostPlace& host) {
  host::HostConfig config;
  config.name = host.name;
  config.zone_endpoint = {.host = host.zone, .port = kZonePort};
  config.data_dir = kData;
  config.stream_address = host.name;
  config.guest_user = "";
  return config;
}

}  // namespace hanse::simulator
