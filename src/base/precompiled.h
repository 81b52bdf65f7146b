// The headers that nearly every file of Hanse uses, compiled once. Not to be included by hand: each file
// still includes what it uses; the style test checks it for headers.
#pragma once

#include <algorithm>
#include <array>
#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
