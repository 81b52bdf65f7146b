#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "tests/images/import_world.h"

namespace hanse::zone {
namespace {

using test_support::check_refused;

constexpr std::size_t kDiskBytes = std::size_t{3} << 20;

struct DiskWorld : test_support::ImportWorld {
  DiskWorld() {
    std::ofstream disk(made("disk.raw"), std::ios::binary);
    for (std::size_t i = 0; i < kDiskBytes; ++i) disk.put(static_cast<char>(i * i / 7));
  }
  // A disk of that content, as qemu-img writes such.
  std::string convert(const std::string& format, const std::string& options = "") {
    std::vector<std::string> arguments{"qemu-img", "convert", "-f", "raw", "-O", format};
    if (!options.empty()) arguments.insert(arguments.end(), {"-o", options});
    const std::string path = made("disk." + format + options);
    arguments.insert(arguments.end(), {made("disk.raw"), path});
    tool(std::move(arguments));
    return path;
  }
  // What it has become is what it was, but for zeroes that a format adds at the end.
  void check_same(const ImportedDisk& disk) {
    CHECK(disk.virtual_size >= Bytes{static_cast<std::int64_t>(kDiskBytes)});
    tool({"qemu-img", "compare", "-f", "raw", "-F", "qcow2", made("disk.raw"), disk.path});
  }
};

TEST_CASE("a disk of each format is what it was") {
  DiskWorld world;
  const std::pair<const char*, const char*> formats[] = {
      {"qcow2", "qcow2"}, {"vmdk", "vmdk"}, {"vpc", "vhd"}, {"vhdx", "vhdx"}};
  for (const auto& [tool_name, name] : formats) {
    for (const std::string& asked : {std::string("auto"), std::string(name)}) {
      CAPTURE(name);
      CAPTURE(asked);
      const auto imported = world.import(world.convert(tool_name), asked);
      REQUIRE_MESSAGE(imported.has_value(), imported.error().message);
      world.check_same(*imported);
    }
  }
  const auto raw = world.import(world.made("disk.raw"), "raw");
  REQUIRE(raw.has_value());
  world.check_same(*raw);
}

TEST_CASE("what has no signature is taken for what it is said to be, and not guessed") {
  DiskWorld world;
  check_refused(world.import(world.made("disk.raw"), "auto"), Code::invalid_argument, "--format raw or vhd");
  const std::string fixed = world.convert("vpc", "subformat=fixed");
  check_refused(world.import(fixed, "auto"), Code::invalid_argument, "--format raw or vhd");
  const auto imported = world.import(fixed, "vhd");
  REQUIRE_MESSAGE(imported.has_value(), imported.error().message);
  world.check_same(*imported);
}

TEST_CASE("of an OVA the one disk is taken") {
  DiskWorld world;
  std::filesystem::rename(world.convert("vmdk", "subformat=streamOptimized"), world.made("web-disk1.vmdk"));
  std::ofstream(world.made("web.ovf")) << "<Envelope/>";
  const std::string archive = world.made("web.ova");
  world.tool({"tar", "--create", "--file", archive, "--directory", world.made(""), "--format=ustar",
              "web.ovf", "web-disk1.vmdk"});
  for (const char* asked : {"auto", "ova"}) {
    CAPTURE(asked);
    const auto imported = world.import(archive, asked);
    REQUIRE_MESSAGE(imported.has_value(), imported.error().message);
    world.check_same(*imported);
  }
  world.tool({"tar", "--append", "--file", archive, "--directory", world.made(""), "disk.raw"});
  check_refused(world.import(archive, "ova"), Code::invalid_argument, "the archive has 2 disks");
}

TEST_CASE("an archive reaches nothing outside of its folder") {
  DiskWorld world;
  std::filesystem::create_directory(world.made("inner"));
  std::filesystem::rename(world.convert("vmdk"), world.made("inner/disk.vmdk"));
  const std::string archive = world.made("web.ova");
  world.tool({"tar", "--create", "--file", archive, "--directory", world.made(""), "--absolute-names",
              "inner/disk.vmdk"});
  check_refused(world.import(archive, "ova"), Code::invalid_argument, "not at its top");
  // A link to a file of somebody else's.
  std::filesystem::remove(archive);
  std::filesystem::create_symlink("/etc/passwd", world.made("evil.img"));
  world.tool({"tar", "--create", "--file", archive, "--directory", world.made(""), "evil.img"});
  check_refused(world.import(archive, "ova"), Code::invalid_argument, "the archive has 0 disks");
}

TEST_CASE("a disk that needs another file, or is damaged, is refused") {
  DiskWorld world;
  const std::string base = world.convert("qcow2");
  world.tool({"qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", world.made("top.qcow2")});
  check_refused(world.import(world.made("top.qcow2"), "auto"), Code::invalid_argument, "flatten it");
  std::filesystem::resize_file(base, 300'000);
  const auto cut = world.import(base, "qcow2");
  REQUIRE_FALSE(cut.has_value());
  CHECK(cut.error().code == Code::data_loss);
}

}  // namespace
}  // namespace hanse::zone
