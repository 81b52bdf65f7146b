// The templates behind HANSE_DECLARE_JSON; see base/json.h. Include in source files only.
//
// HANSE_DEFINE_JSON(T) defines the three functions for a described struct. Supported members: bool, integers,
// double, std::string, described enums, strong numbers (a struct with the single member `value` and the tag
// kIsStrongNumber), json::Value and json::Object taken verbatim, std::optional, std::vector,
// std::map<std::string, …> of those, and described structs that have HANSE_DECLARE_JSON themselves.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hanse::json::mapping {

template <class T>
concept StrongNumber = requires { requires T::kIsStrongNumber; };
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept Number = std::is_arithmetic_v<T> && !std::same_as<T, bool>;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

// RFC 6901: '~' and '/' in a name are written "~0" and "~1".
std::string join_pointer(const std::string& pointer, std::string_view name);
tl::unexpected<Error> wrong_type(const std::string& pointer, std::string_view wanted, const Value& found);
tl::unexpected<Error> unknown_field(const std::string& pointer, std::string_view name,
                                    const std::string& known);
tl::unexpected<Error> unknown_enumerator(const std::string& pointer, std::string_view name,
                                         const std::string& known);

// Of a string, quoted and escaped; of anything else, as dump() has it.
void append_text(std::string& text, std::string_view string);
void append_text(std::string& text, const Value& value);

template <class T>
Value write(const T& object);
template <class T>
void append(std::string& text, const T& object);
template <class T>
Status read(const Value& value, T& object, const std::string& pointer);

// The name that a described member or enumerator has in JSON; made once.
template <class Descriptor>
const std::string& name_of(Descriptor) {
  static const std::string name = camel_case(Descriptor::name);
  return name;
}

// The pointer of a part, made only where pointers are wanted.
class PartPointer {
 public:
  PartPointer(const std::string& pointer, std::string_view name)
      : whole_(pointer), joined_(is_nameless() ? std::string() : join_pointer(pointer, name)) {}
  PartPointer(const PartPointer&) = delete;
  PartPointer& operator=(const PartPointer&) = delete;

  const std::string& get() const { return is_nameless() ? whole_ : joined_; }

 private:
  bool is_nameless() const { return &whole_ == &kNameless; }

  const std::string& whole_;
  std::string joined_;
};

template <DescribedEnum T>
std::string enumerator_names() {
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
      [&](auto enumerator) { names += (names.empty() ? "" : ", ") + name_of(enumerator); });
  return names;
}

template <DescribedEnum T>
Status read_enum(const Value& value, T& object, const std::string& pointer) {
  if (!value.is_string()) return wrong_type(pointer, "a string", value);
  const std::string_view text = value.get_string();
  bool found = false;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
    if (text == name_of(enumerator)) {
      object = enumerator.value;
      found = true;
    }
  });
  if (!found) return unknown_enumerator(pointer, text, enumerator_names<T>());
  return {};
}

template <DescribedEnum T>
std::string write_enum(T object) {
  return camel_case(boost::describe::enum_to_string(object, "unknown"));
}

template <Number T>
Status read_number(const Value& value, T& object, const std::string& pointer) {
  if constexpr (std::floating_point<T>) {
    if (!value.is_number()) return wrong_type(pointer, "a number", value);
    object = value.to_number<T>();
  } else {
    if (!value.is_int64() && !value.is_uint64()) return wrong_type(pointer, "a whole number", value);
    boost::system::error_code out_of_range;
    object = value.to_number<T>(out_of_range);
    if (out_of_range) {
      return fail_field(pointer, "{} must be from {} to {}", pointer.empty() ? "the value" : pointer,
                        std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    }
  }
  return {};
}

template <class T>
Status read_vector(const Value& value, std::vector<T>& object, const std::string& pointer) {
  if (!value.is_array()) return wrong_type(pointer, "a list", value);
  object.clear();
  object.reserve(value.get_array().size());
  for (const Value& element : value.get_array()) {
    T& added = object.emplace_back();
    HANSE_CHECK(read(element, added, PartPointer(pointer, std::to_string(object.size() - 1)).get()));
  }
  return {};
}

template <class T>
Status read_map(const Value& value, std::map<std::string, T>& object, const std::string& pointer) {
  if (!value.is_object()) return wrong_type(pointer, "an object", value);
  object.clear();
  for (const auto& member : value.get_object()) {
    HANSE_CHECK(read(member.value(), object[member.key()], PartPointer(pointer, member.key()).get()));
  }
  return {};
}

template <class T>
using Members =
    boost::describe::describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>;

template <class T>
std::string member_names() {
  std::string names;
  boost::mp11::mp_for_each<Members<T>>(
      [&](auto member) { names += (names.empty() ? "" : ", ") + name_of(member); });
  return names;
}

template <class T>
Status read_struct(const Value& value, T& object, const std::string& pointer) {
  if (!value.is_object()) return wrong_type(pointer, "an object", value);
  for (const auto& field : value.get_object()) {
    bool known = false;
    Status status;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      if (known || name_of(member) != std::string_view(field.key())) return;
      known = true;
      status = read(field.value(), object.*member.pointer, PartPointer(pointer, field.key()).get());
    });
    if (!known) return unknown_field(pointer, field.key(), member_names<T>());
    if (!status) return status;
  }
  return {};
}

template <class T>
Value write_struct(const T& object) {
  Object result;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    const auto& field = object.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
      if (field) result.emplace(name_of(member), write(*field));
    } else {
      result.emplace(name_of(member), write(field));
    }
  });
  return result;
}

template <class T>
Value write(const T& object) {
  if constexpr (std::same_as<T, Value> || std::same_as<T, Object>) {
    return object;
  } else if constexpr (std::same_as<T, std::string>) {
    return Value(object);
  } else if constexpr (std::is_arithmetic_v<T>) {
    return Value(object);
  } else if constexpr (StrongNumber<T>) {
    return Value(object.value);
  } else if constexpr (DescribedEnum<T>) {
    return Value(write_enum(object));
  } else if constexpr (is_optional<T>) {
    return object ? write(*object) : Value(nullptr);
  } else if constexpr (is_vector<T>) {
    Array result;
    result.reserve(object.size());
    for (const auto& element : object) result.push_back(write(element));
    return result;
  } else if constexpr (is_map<T>) {
    Object result;
    for (const auto& [key, element] : object) result.emplace(key, write(element));
    return result;
  } else {
    return to_json(object);
  }
}

// `"name":` of a described member, made once.
template <class Descriptor>
const std::string& quoted_name_of(Descriptor descriptor) {
  static const std::string name = '"' + name_of(descriptor) + "\":";
  return name;
}

template <class T>
void append_struct(std::string& text, const T& object) {
  text += '{';
  bool first = true;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) {
    const auto& field = object.*member.pointer;
    if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>) {
      if (!field) return;
    }
    if (!std::exchange(first, false)) text += ',';
    text += quoted_name_of(member);
    append(text, field);
  });
  text += '}';
}

template <class T>
void append_elements(std::string& text, const T& object) {
  bool first = true;
  for (const auto& element : object) {
    if (!std::exchange(first, false)) text += ',';
    if constexpr (is_map<T>) {
      append_text(text, element.first);
      text += ':';
      append(text, element.second);
    } else {
      append(text, element);
    }
  }
}

template <class T>
void append(std::string& text, const T& object) {
  if constexpr (std::same_as<T, Object>) {
    append_text(text, Value(object));
  } else if constexpr (std::same_as<T, Value>) {
    append_text(text, object);
  } else if constexpr (std::same_as<T, std::string>) {
    append_text(text, std::string_view(object));
  } else if constexpr (std::same_as<T, bool>) {
    text += object ? "true" : "false";
  } else if constexpr (std::integral<T>) {
    text += std::to_string(object);
  } else if constexpr (std::is_arithmetic_v<T>) {
    append_text(text, Value(object));
  } else if constexpr (StrongNumber<T>) {
    append(text, object.value);
  } else if constexpr (DescribedEnum<T>) {
    append_text(text, std::string_view(write_enum(object)));
  } else if constexpr (is_optional<T>) {
    object ? append(text, *object) : void(text += "null");
  } else if constexpr (is_vector<T> || is_map<T>) {
    text += is_map<T> ? '{' : '[';
    append_elements(text, object);
    text += is_map<T> ? '}' : ']';
  } else {
    append_json(text, object);
  }
}

template <class T>
Status read(const Value& value, T& object, const std::string& pointer) {
  if constexpr (std::same_as<T, Value>) {
    object = value;
    return {};
  } else if constexpr (std::same_as<T, Object>) {
    if (!value.is_object()) return wrong_type(pointer, "an object", value);
    object = value.get_object();
    return {};
  } else if constexpr (std::same_as<T, std::string>) {
    if (!value.is_string()) return wrong_type(pointer, "a string", value);
    object = std::string(value.get_string());
    return {};
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_bool()) return wrong_type(pointer, "true or false", value);
    object = value.get_bool();
    return {};
  } else if constexpr (Number<T>) {
    return read_number(value, object, pointer);
  } else if constexpr (StrongNumber<T>) {
    return read_number(value, object.value, pointer);
  } else if constexpr (DescribedEnum<T>) {
    return read_enum(value, object, pointer);
  } else if constexpr (is_optional<T>) {
    if (value.is_null()) {
      object.reset();
      return {};
    }
    return read(value, object.emplace(), pointer);
  } else if constexpr (is_vector<T>) {
    return read_vector(value, object, pointer);
  } else if constexpr (is_map<T>) {
    return read_map(value, object, pointer);
  } else {
    return read_json(value, object, pointer);
  }
}

}  // namespace hanse::json::mapping

#define HANSE_DEFINE_JSON(T)                                                                            \
  ::boost::json::value to_json(const T& object) {                                                       \
    return ::hanse::json::mapping::write_struct(object);                                                \
  }                                                                                                     \
  [[maybe_unused]] void append_json(std::string& text, const T& object) {                               \
    ::hanse::json::mapping::append_struct(text, object);                                                \
  }                                                                                                     \
  ::hanse::Status read_json(const ::boost::json::value& value, T& object, const std::string& pointer) { \
    return ::hanse::json::mapping::read_struct(value, object, pointer);                                 \
  }

// For a type of one source file that is only read, such as the entries of a configuration.
#define HANSE_DEFINE_READ_JSON(T)                                                                       \
  ::hanse::Status read_json(const ::boost::json::value& value, T& object, const std::string& pointer) { \
    return ::hanse::json::mapping::read_struct(value, object, pointer);                                 \
  }
