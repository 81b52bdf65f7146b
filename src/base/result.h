// Result<T> is what every fallible call returns; Status is a Result without a value.
//
// HANSE_TRY and HANSE_CO_TRY hand an error on to the caller:
//   HANSE_TRY(auto image, find_image(name));           // in a function
//   HANSE_CO_TRY(auto image, co_await fetch(name));    // in a coroutine
//   HANSE_CO_CHECK(co_await remove(name));             // where there is no value
#pragma once

#include <fmt/format.h>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace hanse {

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// fail(Code::not_found, "image '{}' does not exist; list images with 'hanse get images'", name)
template <class... Arguments>
[[nodiscard]] tl::unexpected<Error> fail(Code code, fmt::format_string<Arguments...> format,
                                         Arguments&&... arguments) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Arguments>(arguments)...)});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// The same, with the JSON pointer of the field at fault.
template <class... Arguments>
[[nodiscard]] tl::unexpected<Error> fail_field(std::string pointer, fmt::format_string<Arguments...> format,
                                               Arguments&&... arguments) {
  return tl::unexpected<Error>(Error{Code::invalid_argument,
                                     fmt::format(format, std::forward<Arguments>(arguments)...),
                                     {ErrorSource{std::move(pointer), {}}}});
}

}  // namespace hanse

#define HANSE_JOIN_INNER(a, b) a##b
#define HANSE_JOIN(a, b) HANSE_JOIN_INNER(a, b)

#define HANSE_TRY_IMPL(returner, temporary, target, expression)         \
  auto temporary = (expression);                                        \
  if (!temporary) returner ::hanse::fail(std::move(temporary).error()); \
  target = std::move(*temporary)

#define HANSE_TRY(target, expression) \
  HANSE_TRY_IMPL(return, HANSE_JOIN(hanse_try_, __COUNTER__), target, expression)
#define HANSE_CO_TRY(target, expression) \
  HANSE_TRY_IMPL(co_return, HANSE_JOIN(hanse_try_, __COUNTER__), target, expression)

#define HANSE_CHECK_IMPL(returner, temporary, expression)                 \
  do {                                                                    \
    auto temporary = (expression);                                        \
    if (!temporary) returner ::hanse::fail(std::move(temporary).error()); \
  } while (false)

#define HANSE_CHECK(expression) HANSE_CHECK_IMPL(return, hanse_check_value, expression)
#define HANSE_CO_CHECK(expression) HANSE_CHECK_IMPL(co_return, hanse_check_value, expression)
