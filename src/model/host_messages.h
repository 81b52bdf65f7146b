// The frames of the stream between a host and its zone, see docs/protocols/host_stream.md. The host dials
// GET /providers/hanse.host/v1/hosts/<name>/stream with "Upgrade: hanse-host/1"; each frame is JSON of one of
// these types, the frame's type byte says which.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/host_protocol.h"
#include "model/machine_measure.h"

namespace hanse::model {

enum class HostFrame : std::uint8_t {
  hello = 1,    // host -> zone, first: HostHello
  welcome = 2,  // zone -> host, the answer: HostWelcome
  desired = 3,  // zone -> host: MachineDesired
  synced = 4,   // zone -> host: everything that is desired has been sent; empty object
  observed =
      5,  // host -> zone: MachineObserved; after hello one for each machine it has, then whenever one changes
  ping = 6,      // host -> zone every kHostPingInterval: HostPing; zone -> host when nothing else was sent
  request = 7,   // zone -> host: HostRequest
  response = 8,  // host -> zone: HostResponse
  relay = 9,     // zone -> host: RelayRequest; the host dials back
  lease = 10,    // zone -> host: HostLease, the answer to a ping while machines on the host run by lease
};

inline constexpr char kHostProtocol[] = "hanse-host/1";
inline constexpr char kRelayProtocol[] = "hanse-relay/1";

// A side that hears nothing for kHostSilence takes the stream for dead; each sends a ping after
// kHostPingInterval without a frame.
inline constexpr Nanos kHostPingInterval = Seconds{10};
inline constexpr Nanos kHostSilence = Seconds{30};

// From when the host sent the ping that is answered: until then it runs what restarts elsewhere when it is
// lost.
inline constexpr Nanos kHostLease = Seconds{60};
// What a zone waits beyond it, for clocks that do not run alike.
inline constexpr Nanos kLeaseMargin = Seconds{6};

struct HostPing {
  std::int64_t sequence = 0;
  std::optional<MiB> disk_mib;  // free now; absent: not known, what the inventory says goes on to count
  bool operator==(const HostPing&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostPing, (), (sequence, disk_mib))
HANSE_DECLARE_JSON(HostPing);

struct HostLease {
  std::int64_t sequence = 0;          // of the ping
  std::vector<std::string> machines;  // uids: of these it is renewed, of no other
  bool operator==(const HostLease&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostLease, (), (sequence, machines))
HANSE_DECLARE_JSON(HostLease);

struct HostWelcome {
  std::string zone;
  std::string version;
  bool operator==(const HostWelcome&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostWelcome, (), (zone, version))
HANSE_DECLARE_JSON(HostWelcome);

// In `synced` and in the zone's pings, when it has many hosts: one that loses its stream waits for a random
// part of this before it dials again, beside its back-off.
struct HostPace {
  std::optional<std::int64_t> redial_spread_ms;
  bool operator==(const HostPace&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostPace, (), (redial_spread_ms))
HANSE_DECLARE_JSON(HostPace);

inline constexpr std::int64_t kLongestWatchMs = 2000;

// measure_machine watches it for a while; find_chunks is of no machine.
enum class HostMethod { read_console, write_console, measure_machine, find_chunks };
BOOST_DESCRIBE_ENUM(HostMethod, read_console, write_console, measure_machine, find_chunks)

struct HostRequest {
  std::int64_t id = 0;
  HostMethod method = HostMethod::read_console;
  std::string uid;
  std::int64_t offset = 0;           // read_console
  std::string text;                  // write_console
  std::int64_t watch_ms = 0;         // measure_machine, at most kLongestWatchMs
  std::vector<std::string> digests;  // find_chunks, at most kMaxChunkSamples, hexadecimal
  bool operator==(const HostRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostRequest, (), (id, method, uid, offset, text, watch_ms, digests))
HANSE_DECLARE_JSON(HostRequest);

struct HostResponse {
  std::int64_t id = 0;
  std::string error;        // empty: it was done
  std::string code;         // of the error, as base/error.h names it
  std::int64_t offset = 0;  // read_console: where `text` begins
  std::string text;
  std::optional<MachineMeasure> measure;  // measure_machine
  std::vector<std::string> digests;       // find_chunks: those that this host has
  bool operator==(const HostResponse&) const = default;
};
BOOST_DESCRIBE_STRUCT(HostResponse, (), (id, error, code, offset, text, measure, digests))
HANSE_DECLARE_JSON(HostResponse);

// The zone asks the target's host to connect one relayed stream: to dial
// GET /providers/hanse.host/v1/relays/<id> with "Upgrade: hanse-relay/1" and to copy between it and
// `endpoint`.
struct RelayRequest {
  std::string id;  // one-time
  std::string transfer;
  std::string endpoint;  // the incoming end that the host reported: "host:port" or "unix:/path"
  bool operator==(const RelayRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(RelayRequest, (), (id, transfer, endpoint))
HANSE_DECLARE_JSON(RelayRequest);

// How the source's host asks its own zone for a relayed stream, as the path
// /providers/hanse.migration/v1/relays/<transfer>/<channel> with "Upgrade: hanse-relay/1"; zones among each
// other use the same.
enum class RelayChannel { seed, disk, memory };
BOOST_DESCRIBE_ENUM(RelayChannel, seed, disk, memory)

// POST /providers/hanse.host/v1/enrolments: a host's first word to its zone, without certificate.
struct EnrolmentRequest {
  std::string secret;       // of the token that it was invited with, which says the host's name
  std::string request_pem;  // PKCS #10; the zone chooses the names in the certificate
  bool operator==(const EnrolmentRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnrolmentRequest, (), (secret, request_pem))
HANSE_DECLARE_JSON(EnrolmentRequest);

// Also the answer of POST /providers/hanse.host/v1/hosts/<name>/renewals {requestPem}, with the host's own
// certificate.
struct EnrolmentAnswer {
  std::string certificate_pem;
  std::string ca_pem;
  bool operator==(const EnrolmentAnswer&) const = default;
};
BOOST_DESCRIBE_STRUCT(EnrolmentAnswer, (), (certificate_pem, ca_pem))
HANSE_DECLARE_JSON(EnrolmentAnswer);

// POST /providers/hanse.host/v1/fleets: certificates for simulated hosts, with the rights of an operator.
// Hosts of these names are made where there are none; asked again, the same names get new certificates.
inline constexpr std::int64_t kMaxFleetBatch = 256;
inline constexpr std::int64_t kMaxSimulatedHosts = 1'000'000;

// "simulated-000017": of the hosts that one process stands for.
std::string simulated_host_name(std::int64_t number);

struct FleetRequest {
  std::int64_t first = 1;  // number of the first host
  std::int64_t count = 1;
  std::string request_pem;  // one key for all of them: they are one process
  bool operator==(const FleetRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(FleetRequest, (), (first, count, request_pem))
HANSE_DECLARE_JSON(FleetRequest);

struct FleetAnswer {
  std::string zone;
  std::vector<std::string> certificates;  // PEM, in order of their numbers
  std::string ca_pem;
  bool operator==(const FleetAnswer&) const = default;
};
BOOST_DESCRIBE_STRUCT(FleetAnswer, (), (zone, certificates, ca_pem))
HANSE_DECLARE_JSON(FleetAnswer);

struct RenewalRequest {
  std::string request_pem;
  bool operator==(const RenewalRequest&) const = default;
};
BOOST_DESCRIBE_STRUCT(RenewalRequest, (), (request_pem))
HANSE_DECLARE_JSON(RenewalRequest);

}  // namespace hanse::model
