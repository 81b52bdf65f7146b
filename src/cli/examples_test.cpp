// The manifests that users start from are manifests that a zone takes.
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/manifest.h"

namespace hanse::cli {
namespace {

TEST_CASE("every file of examples/ is a valid manifest") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HANSE_SOURCE_DIR "/examples")) {
    if (entry.path().extension() != ".yaml") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const auto documents = read_manifest(entry.path().filename(), text.str(), {"default", "default"});
    CHECK_MESSAGE(documents, (documents ? entry.path().string() : documents.error().message));
    ++files;
  }
  CHECK(files >= 6);
}

}  // namespace
}  // namespace hanse::cli
