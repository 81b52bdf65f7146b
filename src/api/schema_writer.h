// Writes JSON schemas of described structs (base/json.h), as OpenAPI 3.1 takes them. Heavy: for one source
// file.
//
// A struct that was given a name is referred to by it wherever it is a member; others are written in place.
#pragma once

#include <map>
#include <string>
#include <typeindex>
#include <utility>

#include "base/json_mapping.h"

namespace hanse::api {

class SchemaWriter {
 public:
  // Before the structs that contain it.
  template <class T>
  void add(std::string name) {
    schemas_.emplace(name, struct_schema<T>());
    names_.emplace(typeid(T), name);
  }
  // The answer of a list, named "<name>List".
  void add_list(const std::string& name) {
    const json::Object item{{"$ref", "#/components/schemas/" + name}};
    const json::Object metadata{
        {"type", "object"}, {"properties", json::Object{{"skipToken", json::Object{{"type", "string"}}}}}};
    schemas_.emplace(
        name + "List",
        json::Object{{"type", "object"},
                     {"properties", json::Object{{"items", json::Object{{"type", "array"}, {"items", item}}},
                                                 {"metadata", metadata}}}});
  }
  json::Object take() { return std::move(schemas_); }

 private:
  template <class T>
  json::Object schema() const {
    if constexpr (std::same_as<T, json::Value>) {
      return {};
    } else if constexpr (std::same_as<T, json::Object>) {
      return {{"type", "object"}};
    } else if constexpr (std::same_as<T, std::string>) {
      return {{"type", "string"}};
    } else if constexpr (std::same_as<T, bool>) {
      return {{"type", "boolean"}};
    } else if constexpr (std::floating_point<T>) {
      return {{"type", "number"}};
    } else if constexpr (json::mapping::Number<T>) {
      return {{"type", "integer"}, {"format", sizeof(T) > 4 ? "int64" : "int32"}};
    } else if constexpr (json::mapping::StrongNumber<T>) {
      return schema<decltype(T::value)>();
    } else if constexpr (json::mapping::DescribedEnum<T>) {
      return enum_schema<T>();
    } else if constexpr (json::mapping::is_optional<T>) {
      return schema<typename T::value_type>();
    } else if constexpr (json::mapping::is_vector<T>) {
      return {{"type", "array"}, {"items", schema<typename T::value_type>()}};
    } else if constexpr (json::mapping::is_map<T>) {
      return {{"type", "object"}, {"additionalProperties", schema<typename T::mapped_type>()}};
    } else {
      const auto named = names_.find(typeid(T));
      if (named == names_.end()) return struct_schema<T>();
      return {{"$ref", "#/components/schemas/" + named->second}};
    }
  }

  template <class T>
  json::Object enum_schema() const {
    json::Array values;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto enumerator) { values.push_back(json::Value(json::camel_case(enumerator.name))); });
    return {{"type", "string"}, {"enum", std::move(values)}};
  }

  template <class T>
  json::Object struct_schema() const {
    json::Object properties;
    boost::mp11::mp_for_each<json::mapping::Members<T>>([&](auto member) {
      using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
      properties.emplace(json::camel_case(member.name), schema<Member>());
    });
    return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  }

  std::map<std::type_index, std::string> names_;
  json::Object schemas_;
};

}  // namespace hanse::api
