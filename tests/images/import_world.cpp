#include "tests/images/import_world.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <unistd.h>

namespace hanse::zone::test_support {
namespace {

constexpr std::uint32_t kNobody = 65534;

Task<Status> run_tool(Runtime& runtime, std::vector<std::string> arguments, std::string& output) {
  HANSE_CO_TRY(ProcessResult result, co_await runtime.processes.run({.arguments = std::move(arguments)}));
  if (result.exit_status != 0) co_return fail(Code::unknown, "{}", result.error_output + result.output);
  output = std::move(result.output);
  co_return Status();
}

Task<Status> keep(DiskImport import, std::string format, std::optional<Result<ImportedDisk>>& imported) {
  imported = co_await import.run(std::move(format));
  co_return Status();
}

}  // namespace

ImportWorld::ImportWorld() {
  std::string folder = "/tmp/hanse-images-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  std::filesystem::permissions(folder_, std::filesystem::perms(0755));
}

ImportWorld::~ImportWorld() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string ImportWorld::tool(std::vector<std::string> arguments) {
  std::string output;
  const Status done = real_.run_task(run_tool(real_.runtime(), std::move(arguments), output));
  REQUIRE_MESSAGE(done, (done ? std::string() : done.error().message));
  return output;
}

Result<ImportedDisk> ImportWorld::import(const std::string& file, const std::string& format) {
  std::filesystem::remove_all(work());
  std::filesystem::create_directory(work());
  std::filesystem::copy_file(file, work() + "/upload");
  std::optional<ProcessUser> user;
  if (::geteuid() == 0) {
    user = ProcessUser{kNobody, kNobody};
    REQUIRE(::chown(work().c_str(), kNobody, kNobody) == 0);
    std::filesystem::permissions(work() + "/upload", std::filesystem::perms(0644));
  }
  std::optional<Result<ImportedDisk>> imported;
  const Status ran = real_.run_task(keep(DiskImport(real_.runtime(), user, work()), format, imported));
  REQUIRE(ran);
  return *imported;
}

void check_refused(const Result<ImportedDisk>& imported, Code code, const std::string& words) {
  REQUIRE_FALSE(imported.has_value());
  CHECK(imported.error().code == code);
  CHECK_MESSAGE(imported.error().message.find(words) != std::string::npos, imported.error().message);
}

}  // namespace hanse::zone::test_support
