#include "zone/transfers/copy.h"

#include <doctest/doctest.h>

namespace hanse::zone {
namespace {

IncomingRequest two_disks() {
  IncomingRequest request;
  request.instance.metadata = {.name = "web", .uid = "i-1"};
  request.instance.spec.boot_volume.source_image_ref = "images/debian";
  request.instance.spec.data_volumes = {{.device_ref = "block-storages/data"}};
  request.instance.status.block_storages = {"web-boot", "data"};
  request.instance.status.workload = "north/default/default/shop#0";
  request.block_storages.resize(2);
  request.block_storages[0].metadata = {.name = "web-boot", .uid = "s-1"};
  request.block_storages[1].metadata = {.name = "data", .uid = "s-2"};
  return request;
}

model::Transfer copying_to(const std::string& name) {
  model::Transfer transfer;
  transfer.metadata.uid = "abcd";
  transfer.spec.copy = name;
  return transfer;
}

TEST_CASE("a copy is another instance with other disks, the same each time it is asked for") {
  IncomingRequest request = two_disks();
  become_copy(request, copying_to("web2"));
  CHECK(request.instance.metadata.name == "web2");
  CHECK(request.instance.metadata.uid == "abcd");
  CHECK(request.instance.status.workload.empty());
  CHECK(request.block_storages[0].metadata.uid == "abcd-0");
  CHECK(request.block_storages[1].metadata.uid == "abcd-1");
  CHECK(copied_disk_uids(copying_to("web2"), 2) == std::vector<std::string>{"abcd-0", "abcd-1"});
  CHECK(request.instance.status.block_storages == std::vector<std::string>{"web2-disk-0", "web2-disk-1"});
  CHECK(request.block_storages[1].metadata.name == "web2-disk-1");
  CHECK(request.instance.spec.data_volumes[0].device_ref == "block-storages/web2-disk-1");
  CHECK(request.instance.spec.boot_volume.source_image_ref == "images/debian");
  IncomingRequest again = two_disks();
  become_copy(again, copying_to("web2"));
  CHECK(again == request);
}

TEST_CASE("under its own name its disks keep theirs too") {
  IncomingRequest request = two_disks();
  become_copy(request, copying_to("web"));
  CHECK(request.instance.status.block_storages == std::vector<std::string>{"web-boot", "data"});
  CHECK(request.block_storages[1].metadata.name == "data");
  CHECK(request.block_storages[1].metadata.uid == "abcd-1");
}

}  // namespace
}  // namespace hanse::zone
