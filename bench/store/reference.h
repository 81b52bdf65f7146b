// What the store is compared with, on the same file system: the disk alone, and SQLite alone with the same
// settings. Each runs for a while on the calling thread and returns how many writes became durable a second.
// Failure: ends the program, saying why.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace hanse::bench {

inline constexpr std::size_t kValueBytes = 1024;  // about an instance
inline constexpr std::size_t kKeys = 4096;        // written over and over

using Duration = std::chrono::duration<double>;

[[noreturn]] void give_up(const std::string& reason);

// Appends a value to a file and waits for the disk, each time.
double fdatasync_rate(const std::string& path, Duration time);

// A row, a transaction.
double sqlite_rate(const std::string& path, Duration time);

}  // namespace hanse::bench
