#include "io/system_files.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "io/file_sync.h"
#include "io/real_runtime.h"
#include "io/test_support.h"

namespace hanse::io {
namespace {

struct SystemFilesFixture {
  test::TemporaryFolder folder;
  RealRuntime real;
  Files& files = real.runtime().files;

  template <class T>
  Result<T> wait(Task<Result<T>> task) {
    return real.run_task(std::move(task));
  }
};

mode_t mode_of(const std::string& path) {
  constexpr mode_t kPermissions = 07777;
  struct stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & kPermissions;
}

TEST_CASE_FIXTURE(SystemFilesFixture,
                  "a file is written whole, replaced whole, and leaves nothing beside it") {
  const std::string path = folder.path("record");
  REQUIRE(wait(files.write_atomically(path, "first")));
  REQUIRE(wait(files.write_atomically(path, std::string(200'000, 'x'), 0640)));
  CHECK(wait(files.read(path, kSmallFileLimit)) == std::string(200'000, 'x'));
  CHECK(mode_of(path) == 0640);
  CHECK(wait(files.list(folder.path())) == std::vector<std::string>{"record"});
}

TEST_CASE_FIXTURE(SystemFilesFixture, "a file grows piece by piece and is read at any place") {
  const std::string path = folder.path("large");
  REQUIRE(wait(files.append(path, "hello ")));
  REQUIRE(wait(files.append(path, "world")));
  REQUIRE(wait(files.sync(path)));
  CHECK(wait(files.read_at(path, 6, 100)) == "world");
  CHECK(wait(files.read_at(path, 0, 5)) == "hello");
  CHECK(wait(files.read_at(path, 100, 5)) == "");
  CHECK(wait(files.read_at(path, 6, 4, "one")) == "worl");
  CHECK(wait(files.read_at(path, 9, 4, "sixteen")) == "ld");
  CHECK(wait(files.read_at(folder.path("none"), 0, 5)).error().code == Code::not_found);
}

TEST_CASE_FIXTURE(SystemFilesFixture, "a write that cannot be completed changes nothing and leaves nothing") {
  REQUIRE(wait(files.make_directories(folder.path("taken/inside"))));
  const auto status = wait(files.write_atomically(folder.path("taken"), "text"));
  CHECK(status.error().code == Code::failed_precondition);
  CHECK(wait(files.list(folder.path())) == std::vector<std::string>{"taken"});
}

TEST_CASE_FIXTURE(SystemFilesFixture, "a file beyond the limit is refused, one at the limit is not") {
  const std::string path = folder.path("big");
  REQUIRE(wait(files.write_atomically(path, "12345")));
  CHECK(wait(files.read(path, Bytes{5})) == "12345");
  CHECK(wait(files.read(path, Bytes{4})).error() ==
        Error{Code::resource_exhausted, "'" + path + "' is larger than 4 bytes; give a smaller file"});
}

TEST_CASE_FIXTURE(SystemFilesFixture, "what is not there is named") {
  const std::string path = folder.path("none");
  CHECK(wait(files.read(path, kSmallFileLimit)).error() ==
        Error{Code::not_found, "cannot read '" + path + "': No such file or directory"});
  CHECK(wait(files.list(path)).error().code == Code::not_found);
  CHECK(wait(files.info(path)).error().code == Code::not_found);
  CHECK(wait(files.rename(path, folder.path("other"))).error().code == Code::not_found);
  CHECK(wait(files.remove_all(path)));
}

TEST_CASE_FIXTURE(SystemFilesFixture, "folders are made at any depth, moved and removed") {
  REQUIRE(wait(files.make_directories(folder.path("a/b/c/"))));
  REQUIRE(wait(files.make_directories(folder.path("a/b/c"))));
  CHECK(mode_of(folder.path("a/b")) == 0700);
  REQUIRE(wait(files.write_atomically(folder.path("a/b/c/file"), "text")));
  CHECK(wait(files.make_directories(folder.path("a/b/c/file"))).error().code == Code::already_exists);
  REQUIRE(wait(files.rename(folder.path("a/b"), folder.path("moved"))));
  CHECK(wait(files.read(folder.path("moved/c/file"), kSmallFileLimit)) == "text");
  REQUIRE(wait(files.remove_all(folder.path("moved"))));
  CHECK(wait(files.list(folder.path())) == std::vector<std::string>{"a"});
}

TEST_CASE_FIXTURE(SystemFilesFixture, "sizes and space are told") {
  const std::string path = folder.path("sparse");
  REQUIRE(wait(files.write_atomically(path, "x")));
  std::filesystem::resize_file(path, 10 << 20);
  const auto info = wait(files.info(path)).value();
  CHECK(info.size == Bytes{10 << 20});
  CHECK(info.allocated < info.size);
  CHECK_FALSE(info.is_directory);
  CHECK(wait(files.info(folder.path()))->is_directory);
  const auto space = wait(files.space(folder.path())).value();
  CHECK(space.available > Bytes{0});
  CHECK(space.total >= space.available);
}

TEST_CASE("the folder of a path is found") {
  CHECK(folder_of("/a/b") == "/a");
  CHECK(folder_of("/a//b//") == "/a");
  CHECK(folder_of("/a") == "/");
  CHECK(folder_of("/") == "/");
  CHECK(folder_of("a") == ".");
  CHECK(folder_of("a/b/") == "a");
}

}  // namespace
}  // namespace hanse::io
