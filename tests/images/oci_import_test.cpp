#include <doctest/doctest.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "tests/images/import_world.h"

namespace hanse::zone {
namespace {

using test_support::check_refused;

const std::string kManifestType = "application/vnd.oci.image.manifest.v1+json";
const std::string kLayerType = "application/vnd.oci.image.layer.v1.tar";

// An image layout that grows layer by layer.
class OciWorld : public test_support::ImportWorld {
 public:
  OciWorld() { std::filesystem::create_directories(layout("blobs/sha256")); }

  std::string layout(const std::string& name) const { return made("layout/" + name); }
  std::string path_of(const std::string& digest) const {
    return layout("blobs/sha256/" + digest.substr(digest.find(':') + 1));
  }

  // Of what the script leaves in an empty folder, as `members` of it; as if by root.
  std::string layer(const std::string& script, const std::string& options = "",
                    const std::string& members = ".") {
    const std::string folder = made("layer");
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    tool({"fakeroot", "--", "sh", "-e", "-c",
          fmt::format("cd {}; umask 022; {}\ntar --absolute-names {} --create --file ../layer.tar {}", folder,
                      script, options, members)});
    return add_layer(made("layer.tar"));
  }
  std::string add_layer(const std::string& file) { return layers_.emplace_back(adopt(file)); }
  // With the layers so far.
  std::string manifest() {
    const std::string config = blob(R"({"architecture":"amd64","os":"linux"})");
    std::string layers;
    for (const std::string& digest : layers_) {
      layers += fmt::format(R"({}{{"mediaType":"{}","digest":"{}"}})", layers.empty() ? "" : ",", kLayerType,
                            digest);
    }
    return blob(
        fmt::format(R"({{"schemaVersion":2,"config":{{"digest":"{}"}},"layers":[{}]}})", config, layers));
  }
  std::string blob(const std::string& text) {
    std::ofstream(made("blob")) << text;
    return adopt(made("blob"));
  }
  static std::string entry(const std::string& digest, const std::string& type = kManifestType,
                           const std::string& more = "") {
    return fmt::format(R"({{"mediaType":"{}","digest":"{}"{}}})", type, digest, more);
  }
  static std::string index(const std::string& entries) {
    return fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", entries);
  }
  std::string archive(const std::string& index_text) {
    std::ofstream(layout("oci-layout")) << R"({"imageLayoutVersion":"1.0.0"})";
    std::ofstream(layout("index.json")) << index_text;
    tool({"tar", "--create", "--format=ustar", "--file", made("web.tar"), "--directory", layout(""),
          "oci-layout", "index.json", "blobs"});
    return made("web.tar");
  }
  std::string archive() { return archive(index(entry(manifest()))); }

  void look_into(const ImportedDisk& disk) {
    tool({"qemu-img", "convert", "-f", "qcow2", "-O", "raw", disk.path, made("root.raw")});
    tool({"e2fsck", "-f", "-n", made("root.raw")});
  }
  std::string debugfs(const std::string& request) {
    return tool({"sh", "-c", fmt::format("debugfs -R '{}' {} 2>&1", request, made("root.raw"))});
  }
  bool has(const std::string& path) {
    return debugfs("stat " + path).find("File not found") == std::string::npos;
  }
  bool stat_says(const std::string& path, const std::string& words) {
    const std::string said = debugfs("stat " + path);
    INFO(said);
    return said.find(words) != std::string::npos;
  }

 private:
  std::string adopt(const std::string& file) {
    const std::string digest = "sha256:" + tool({"sha256sum", file}).substr(0, 64);
    std::filesystem::rename(file, path_of(digest));
    return digest;
  }

  std::vector<std::string> layers_;
};

void check_made(OciWorld& world, const Result<ImportedDisk>& imported) {
  REQUIRE_MESSAGE(imported.has_value(), imported.error().message);
  world.look_into(*imported);
}

TEST_CASE("an OCI archive becomes a file system with the owners, modes, links and devices of its layers") {
  OciWorld world;
  world.layer(R"(mkdir bin tmp dev
      echo run > bin/tool; chown 1000:7 bin/tool; chmod 4755 bin/tool
      ln bin/tool bin/same; ln -s bin/tool link; mknod dev/null c 1 3; chmod 1777 tmp)");
  check_made(world, world.import(world.archive(), "auto"));
  CHECK(world.stat_says("/bin/tool", "Mode:  04755"));
  CHECK(world.stat_says("/bin/tool", "User:  1000   Group:     7"));
  CHECK(world.stat_says("/bin/same", "Links: 2"));
  CHECK(world.stat_says("/link", "Fast link dest: \"bin/tool\""));
  CHECK(world.stat_says("/dev/null", "Type: character special"));
  CHECK(world.stat_says("/tmp", "Mode:  01777"));
  CHECK(world.debugfs("cat /bin/tool").find("run") != std::string::npos);
}

TEST_CASE("what an upper layer hides or replaces is gone, and the rest stays") {
  OciWorld world;
  world.layer(
      "mkdir etc cache cache/deep; touch etc/old etc/kept etc/turned cache/a cache/deep/b; mkdir tmp; "
      "chmod 1777 tmp; chown 5:6 tmp");
  world.layer("mkdir etc cache etc/turned; touch etc/.wh.old etc/turned/in cache/.wh..wh.opq cache/new",
              "--gzip");
  // Its archive does not name the folder that the file is in.
  world.layer("mkdir tmp; touch tmp/x", "--zstd", "tmp/x");
  check_made(world, world.import(world.archive(), "oci"));
  CHECK(world.has("/etc/kept"));
  CHECK(world.has("/etc/turned/in"));
  CHECK(world.has("/cache/new"));
  CHECK(world.has("/tmp/x"));
  for (const char* gone : {"/etc/old", "/cache/a", "/cache/deep", "/etc/.wh.old", "/cache/.wh..wh.opq"}) {
    CAPTURE(gone);
    CHECK_FALSE(world.has(gone));
  }
  CHECK(world.stat_says("/tmp", "Mode:  01777"));
  CHECK(world.stat_says("/tmp", "User:     5   Group:     6"));
}

TEST_CASE("no layer reaches outside of the file system by a link of a lower one") {
  const auto lower = [](OciWorld& world) {
    std::filesystem::create_directory(world.made("outside"));
    std::filesystem::permissions(world.made("outside"), std::filesystem::perms(0777));
    std::ofstream(world.made("outside/kept")) << "mine";
    world.layer("ln -s " + world.made("outside") + " way");
  };
  for (const char* name : {"way/evil", "way/.wh.kept"}) {
    CAPTURE(name);
    OciWorld world;
    lower(world);
    world.layer(fmt::format("mkdir way; touch {}", name), "", name);
    check_refused(world.import(world.archive(), "oci"), Code::invalid_argument,
                  "layer 2 of 2: the layer has files");
    CHECK_FALSE(std::filesystem::exists(world.made("outside/evil")));
    CHECK(std::filesystem::exists(world.made("outside/kept")));
  }
  // A folder in its place is one.
  OciWorld world;
  lower(world);
  world.layer("mkdir way; touch way/in way/.wh.kept");
  check_made(world, world.import(world.archive(), "oci"));
  CHECK(world.has("/way/in"));
  CHECK(std::filesystem::exists(world.made("outside/kept")));
  CHECK_FALSE(std::filesystem::exists(world.made("outside/in")));
}

TEST_CASE("a layer with a name that leads out is refused") {
  {
    OciWorld world;
    world.layer("touch ../evil", "", "../evil");
    check_refused(world.import(world.archive(), "oci"), Code::data_loss, "layer 1 of 1");
    CHECK_FALSE(std::filesystem::exists(world.made("work/oci/evil")));
  }
  {
    OciWorld world;
    world.layer("touch .wh...");
    check_refused(world.import(world.archive(), "oci"), Code::invalid_argument, "which is no name");
  }
  // By a link of its own.
  OciWorld world;
  std::filesystem::create_directory(world.made("outside"));
  std::filesystem::permissions(world.made("outside"), std::filesystem::perms(0777));
  const std::string script = R"(cd {0}; ln -s {0}/outside way; tar -cf one.tar way
      rm way; mkdir way; touch way/evil; tar -cf two.tar way/evil; tar -Af one.tar two.tar)";
  world.tool({"sh", "-e", "-c", fmt::format(fmt::runtime(script), world.made("."))});
  world.add_layer(world.made("one.tar"));
  check_refused(world.import(world.archive(), "oci"), Code::data_loss, "layer 1 of 1");
  CHECK_FALSE(std::filesystem::exists(world.made("outside/evil")));
}

TEST_CASE("a layer that would be too large is refused before it is unpacked") {
  OciWorld world;
  world.layer("truncate --size=65G big", "--sparse");
  check_refused(world.import(world.archive(), "oci"), Code::resource_exhausted, "larger than 64 GiB");
  CHECK_FALSE(std::filesystem::exists(world.made("work/oci/layer-1")));
}

TEST_CASE("content that has another digest is refused") {
  OciWorld world;
  const std::string layer = world.layer("touch file");
  const std::string manifest = world.manifest();
  std::ofstream(world.path_of(layer), std::ios::app) << "x";
  check_refused(world.import(world.archive(world.index(world.entry(manifest))), "oci"), Code::data_loss,
                "the content of " + layer);
  std::filesystem::remove(world.path_of(layer));
  check_refused(world.import(world.archive(world.index(world.entry(manifest))), "oci"), Code::data_loss,
                "does not have " + layer);
  std::ofstream(world.path_of(manifest), std::ios::app) << " ";
  check_refused(world.import(world.archive(world.index(world.entry(manifest))), "oci"), Code::data_loss,
                "the content of " + manifest);
}

TEST_CASE("of several images none is guessed, and what is no image does not count") {
  OciWorld world;
  world.layer("touch one");
  const std::string first = world.manifest();
  const std::string proof = world.blob("{}");
  const std::string proof_entry = world.entry(
      proof, kManifestType, R"(,"annotations":{"vnd.docker.reference.type":"attestation-manifest"})");
  const std::string absent = world.entry("sha256:" + std::string(64, 'a'));
  const std::string inner = world.blob(world.index(world.entry(first) + "," + proof_entry + "," + absent));
  const std::string outer = world.index(world.entry(inner, "application/vnd.oci.image.index.v1+json"));
  check_made(world, world.import(world.archive(outer), "oci"));
  CHECK(world.has("/one"));

  world.layer("touch two");
  const std::string both = world.index(world.entry(first) + "," + world.entry(world.manifest()));
  check_refused(world.import(world.archive(both), "oci"), Code::invalid_argument, "--override-arch");
}

TEST_CASE("an archive that is no image layout is refused as such") {
  OciWorld world;
  std::ofstream(world.made("file")) << "text";
  world.tool({"tar", "--create", "--file", world.made("file.tar"), "--directory", world.made(""), "file"});
  check_refused(world.import(world.made("file.tar"), "oci"), Code::invalid_argument, "is no OCI archive");
}

}  // namespace
}  // namespace hanse::zone
