// The block storages of an instance: made from its image or taken when they exist, and looked up for what a
// host is told.
//
// Thread: the loop. Failure: failed_precondition (an image or a block storage is not there or not usable),
// those of Table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/runtime.h"
#include "zone/desired.h"
#include "zone/tables.h"

namespace hanse::zone {

// Whether the image that it boots is for the architecture of its SKU; what is not there yet is waited for
// elsewhere. Errors: failed_precondition.
Status check_boot(const Tables& tables, const model::Instance& instance);

class InstanceStorages {
 public:
  InstanceStorages(Runtime& runtime, Tables& tables) : runtime_(runtime), tables_(tables) {}

  // The names, boot first, and what makes those that come from images, for the transaction that makes the
  // instance refer to them. Idempotent.
  struct Prepared {
    std::vector<std::string> names;
    store::Transaction making;
  };
  Task<Result<Prepared>> prepare(Table<model::Instance>::Pointer instance);
  // The same for a new one whose volumes all come from images; nothing for another. Requires: check_boot().
  std::optional<Prepared> prepare_new(const model::Instance& instance) const;
  // Those that the status names, with their images. Keeps the pointers that the context refers to alive.
  struct Loaded {
    InstanceContext context;
    Table<model::InstanceSku>::Pointer sku;
    std::vector<Table<model::BlockStorage>::Pointer> storages;
    std::vector<Table<model::Image>::Pointer> images;
  };
  Loaded load(const model::Instance& instance) const;
  // For the transaction that ends the instance.
  std::vector<store::Write> erasures(const model::Instance& instance) const;

 private:
  struct Volume {
    const model::VolumeReference* reference;
    std::string name;
  };
  static std::vector<Volume> volumes_of(const model::Instance& instance);
  Status make_from_image(Prepared& prepared, const model::Instance& instance, const Volume& volume) const;
  Result<model::BlockStorage> storage_from_image(const model::Instance& instance,
                                                 const model::VolumeReference& volume,
                                                 const ResourceId& id) const;
  Task<Status> attach(ResourceId id, std::string instance);

  Runtime& runtime_;
  Tables& tables_;
};

}  // namespace hanse::zone
