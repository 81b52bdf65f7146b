// A transfer that keeps its source: what the target makes is another instance, with the content of the disks.
// Its uid and those of its disks follow from the transfer, so that asking again makes the same. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/transfer.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

// Of so many disks, as they are called at the target.
std::vector<std::string> copied_disk_uids(const model::Transfer& transfer, std::size_t count);

// Makes the request of a move that of a copy. Requires: transfer.spec.copy.
void become_copy(IncomingRequest& request, const model::Transfer& transfer);

}  // namespace hanse::zone
