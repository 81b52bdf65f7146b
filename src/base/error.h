// Errors are values. Error carries one of sixteen canonical codes, a sentence for people, and the places in
// the request that caused it. One table (error.cpp) maps a code to its HTTP status, its problem type and the
// exit code of the CLI.
//
// A message names the object, the reason and the next step, and has no final period.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hanse {

enum class Code {
  cancelled,
  unknown,
  invalid_argument,  // the request is wrong whatever the state
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,   // a limit or a quota was reached; later may work
  failed_precondition,  // the state does not allow it; retrying alone does not help
  aborted,              // lost a race (optimistic locking); read again and retry
  out_of_range,
  unimplemented,
  internal,     // a bug of ours
  unavailable,  // the other side cannot be reached; retry with back-off
  data_loss,    // corrupt or truncated data
  unauthenticated,
};

inline constexpr int kCodeCount = 16;

// Where in the request the fault is: a JSON pointer into the body, or the name of a query parameter or
// header.
struct ErrorSource {
  std::string pointer;
  std::string parameter;
  bool operator==(const ErrorSource&) const = default;
};

struct Error {
  Code code = Code::unknown;
  std::string message;
  std::vector<ErrorSource> sources = {};
  bool operator==(const Error&) const = default;
};

// What the rest of the world sees of a code.
struct CodeTraits {
  Code code;
  std::string_view name;   // "not_found"
  int http_status;         // 404
  std::string_view title;  // "Not Found", the title of the problem document
  int exit_code;           // of the CLI
};

const CodeTraits& traits_of(Code code);

// The code that a client makes of an HTTP status of 400 and above, when the body is no problem document.
Code code_of_http_status(int status);

// The inverse of CodeTraits::name; Code::unknown when there is none of that name.
Code code_of_name(std::string_view name);

}  // namespace hanse
