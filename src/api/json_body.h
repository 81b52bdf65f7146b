// JSON bodies of described structs, in and out. Heavy: for source files.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "base/json.h"
#include "http/handler.h"

namespace hanse::api {

// Errors: invalid_argument with the pointer of the field at fault.
template <class T>
Result<T> read_body(const std::string& body) {
  HANSE_TRY(const json::Value value, json::parse(body));
  return json::from_json<T>(value);
}

template <class T>
http::Reply json_reply(int status, const T& answer) {
  return http::json_response(status, to_json(answer));
}

}  // namespace hanse::api
