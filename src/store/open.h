// Opens the stores that a program chooses between.
#pragma once

#include <memory>
#include <string>

#include "runtime/runtime.h"
#include "store/store.h"

namespace hanse::store {

// Forgets everything with the process.
Task<Result<std::unique_ptr<Store>>> open_memory(Runtime& runtime);

// The file at `path` is made when there is none; its folder must exist and be on a local disk.
// Errors: data_loss naming the key; failed_precondition when another process has it open or a newer program
// wrote it; permission_denied; unavailable.
Task<Result<std::unique_ptr<Store>>> open_sqlite(Runtime& runtime, std::string path);

}  // namespace hanse::store
