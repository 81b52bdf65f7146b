// What a target makes of a source's request: checks of everything that came from outside, and the records
// that take it in. Pure but for reading the tables.
#pragma once

#include <optional>
#include <string>

#include "store/store.h"
#include "zone/instance_storages.h"
#include "zone/tables.h"
#include "zone/transfer_frontend.h"

namespace hanse::zone {

// Errors: invalid_argument naming the field; unimplemented for another version.
Status check_incoming(const std::string& peer, const IncomingRequest& request);
// Beside it, of one that is to be prepared: keys are made for that alone.
Status check_authority(const IncomingRequest& request);

struct IncomingRecords {
  model::Transfer transfer;
  store::Transaction transaction;
};

// What this zone knows of the transfer beside the request.
struct IncomingTerms {
  std::string peer;                         // the source
  std::string zone;                         // this one
  std::string host;                         // that has room
  std::optional<model::Hardware> hardware;  // that it is given there, where it is another
  std::string now;                          // RFC 3339
  std::string uid;                          // of the transfer's record here
};

// The records of an accepted transfer: transfer, instance, block storages, and SKU and images where they are
// missing. Errors: already_exists (the name is taken), failed_precondition (a SKU or image of the same name
// is another one here).
Result<IncomingRecords> incoming_records(const Tables& tables, const IncomingRequest& request,
                                         const IncomingTerms& terms);

}  // namespace hanse::zone
