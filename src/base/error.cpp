#include "base/error.h"

#include <array>
#include <cstddef>

namespace hanse {
namespace {

constexpr std::array<CodeTraits, kCodeCount> kTable = {{
    {Code::cancelled, "cancelled", 499, "Cancelled", 10},
    {Code::unknown, "unknown", 500, "Unknown Error", 1},
    {Code::invalid_argument, "invalid_argument", 400, "Invalid Argument", 2},
    {Code::deadline_exceeded, "deadline_exceeded", 504, "Deadline Exceeded", 11},
    {Code::not_found, "not_found", 404, "Not Found", 3},
    {Code::already_exists, "already_exists", 409, "Already Exists", 4},
    {Code::permission_denied, "permission_denied", 403, "Permission Denied", 5},
    {Code::resource_exhausted, "resource_exhausted", 429, "Resource Exhausted", 6},
    {Code::failed_precondition, "failed_precondition", 412, "Failed Precondition", 7},
    {Code::aborted, "aborted", 409, "Conflict", 8},
    {Code::out_of_range, "out_of_range", 416, "Out Of Range", 2},
    {Code::unimplemented, "unimplemented", 501, "Not Implemented", 12},
    {Code::internal, "internal", 500, "Internal Error", 1},
    {Code::unavailable, "unavailable", 503, "Unavailable", 9},
    {Code::data_loss, "data_loss", 422, "Data Loss", 13},
    {Code::unauthenticated, "unauthenticated", 401, "Unauthenticated", 14},
}};

}  // namespace

const CodeTraits& traits_of(Code code) {
  return kTable[static_cast<std::size_t>(code)];
}

Code code_of_http_status(int status) {
  for (const CodeTraits& row : kTable) {
    if (row.http_status == status && row.code != Code::unknown) return row.code;
  }
  return status < 500 ? Code::invalid_argument : Code::unknown;
}

Code code_of_name(std::string_view name) {
  for (const CodeTraits& row : kTable) {
    if (row.name == name) return row.code;
  }
  return Code::unknown;
}

}  // namespace hanse
