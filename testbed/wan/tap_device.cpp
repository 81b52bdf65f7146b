#include "testbed/wan/tap_device.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <optional>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "testbed/network_namespace.h"

namespace hanse::testbed {
namespace {

constexpr int kMtu = 1500;

tl::unexpected<Error> device_error(const WanPort& port, std::string_view action) {
  const int reason = errno;
  return fail(reason == EPERM || reason == EACCES ? Code::permission_denied : Code::unavailable,
              "TAP device '{}' of '{}': {} failed: {}; run as root on a kernel with TUN/TAP", port.device,
              port.name, action, std::strerror(reason));
}

Result<sockaddr_in> ipv4(const std::string& text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, text.c_str(), &address.sin_addr) != 1)
    return fail(Code::invalid_argument, "'{}' is no IPv4 address", text);
  return address;
}

// A request names the device in the same place whatever it is about.
ifreq request_for(const WanPort& port) {
  ifreq request{};
  std::strncpy(request.ifr_name, port.device.c_str(), IFNAMSIZ - 1);
  return request;
}

Result<OwnedDescriptor> create_device(const WanPort& port) {
  if (port.device.empty() || port.device.size() >= IFNAMSIZ)
    return fail(Code::invalid_argument, "device name '{}' must have 1 to {} characters", port.device,
                IFNAMSIZ - 1);
  OwnedDescriptor tap(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!tap.valid()) return device_error(port, "opening /dev/net/tun");
  ifreq request = request_for(port);
  request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
  if (::ioctl(tap.get(), TUNSETIFF, &request) != 0) return device_error(port, "making it");
  constexpr unsigned kOffload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
  if (::ioctl(tap.get(), TUNSETOFFLOAD, kOffload) != 0) return device_error(port, "setting its offloads");
  return tap;
}

Status set_hardware_address(int socket, const WanPort& port, const MacAddress& mac) {
  ifreq request = request_for(port);
  request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
  std::memcpy(request.ifr_hwaddr.sa_data, mac.data(), mac.size());
  if (::ioctl(socket, SIOCSIFHWADDR, &request) != 0) return device_error(port, "setting its MAC address");
  request = request_for(port);
  request.ifr_mtu = kMtu;
  if (::ioctl(socket, SIOCSIFMTU, &request) != 0) return device_error(port, "setting its MTU");
  return {};
}

Status set_address(int socket, const WanPort& port, int prefix_length) {
  HANSE_TRY(const sockaddr_in address, ipv4(port.address));
  ifreq request = request_for(port);
  std::memcpy(&request.ifr_addr, &address, sizeof address);
  if (::ioctl(socket, SIOCSIFADDR, &request) != 0) return device_error(port, "setting its address");
  sockaddr_in mask{};
  mask.sin_family = AF_INET;
  mask.sin_addr.s_addr = htonl(~0U << (32 - prefix_length));
  std::memcpy(&request.ifr_netmask, &mask, sizeof mask);
  if (::ioctl(socket, SIOCSIFNETMASK, &request) != 0) return device_error(port, "setting its netmask");
  return {};
}

Status bring_up(int socket, const WanPort& port, std::string device) {
  WanPort named = port;
  named.device = std::move(device);
  ifreq request = request_for(named);
  if (::ioctl(socket, SIOCGIFFLAGS, &request) != 0) return device_error(named, "reading its flags");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket, SIOCSIFFLAGS, &request) != 0) return device_error(named, "bringing it up");
  return {};
}

Status add_neighbour(int socket, const WanPort& port, const WanPort& neighbour) {
  HANSE_TRY(const sockaddr_in address, ipv4(neighbour.address));
  HANSE_TRY(const MacAddress mac, parse_mac(neighbour.mac));
  arpreq request{};
  std::memcpy(&request.arp_pa, &address, sizeof address);
  request.arp_ha.sa_family = ARPHRD_ETHER;
  std::memcpy(request.arp_ha.sa_data, mac.data(), mac.size());
  request.arp_flags = ATF_PERM | ATF_COM;
  std::strncpy(request.arp_dev, port.device.c_str(), sizeof request.arp_dev - 1);
  if (::ioctl(socket, SIOCSARP, &request) != 0) return device_error(port, "entering a neighbour");
  return {};
}

}  // namespace

Result<TapDevice> TapDevice::open(const WanPort& port, int prefix_length,
                                  const std::vector<WanPort>& all_ports) {
  std::optional<NamespaceVisit> visit;
  if (!port.network_namespace.empty()) {
    HANSE_TRY(NamespaceVisit entered, NamespaceVisit::enter(port.network_namespace));
    visit.emplace(std::move(entered));
  }
  HANSE_TRY(const MacAddress mac, parse_mac(port.mac));
  HANSE_TRY(OwnedDescriptor tap, create_device(port));
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return device_error(port, "opening a socket");
  HANSE_CHECK(set_hardware_address(socket.get(), port, mac));
  HANSE_CHECK(set_address(socket.get(), port, prefix_length));
  HANSE_CHECK(bring_up(socket.get(), port, port.device));
  HANSE_CHECK(bring_up(socket.get(), port, "lo"));
  for (const WanPort& other : all_ports)
    if (other.name != port.name) HANSE_CHECK(add_neighbour(socket.get(), port, other));
  return TapDevice(std::move(tap));
}

FrameBytes TapDevice::read(std::span<std::byte> buffer) const {
  const ssize_t size = ::read(descriptor_.get(), buffer.data(), buffer.size());
  return size > 0 ? FrameBytes(buffer.data(), static_cast<std::size_t>(size)) : FrameBytes();
}

bool TapDevice::write(FrameBytes frame) const {
  return ::write(descriptor_.get(), frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

}  // namespace hanse::testbed
