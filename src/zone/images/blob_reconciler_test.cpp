#include "zone/images/blob_reconciler.h"

#include <doctest/doctest.h>

#include "store/open.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/held_files.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"
#include "tests/support/zone_fixture.h"

namespace hanse::zone {
namespace {

struct BlobsFixture {
  test::TestRuntime world;
  test::HeldFiles files{world.loop};
  Runtime runtime{world.loop, world.loop,      world.random, world.network,
                  files,      world.processes, world.loop,   world.log};
  std::unique_ptr<store::Store> store =
      store::test_support::run(world.loop, store::open_memory(runtime)).value();
  Tables tables{*store};
  test::FakeHashing hashing{files};
  store::BlobFiles blobs{files, hashing, world.random, "/blobs"};
  std::unique_ptr<BlobReconciler> reconciler = std::make_unique<BlobReconciler>(runtime, tables, blobs);
  Scope scope;  // ends before what its tasks use

  static std::string digest(const std::string& content) {
    return "sha256:" + test::FakeHashing::digest_of(content);
  }
  static model::ImageSpec spec(const std::string& content) {
    return {.blobs = {{model::BlobRole::disk, digest(content), {4}}}, .virtual_size_mib = {1}};
  }
  void put_file(const std::string& content) {
    files.content[blobs.path_of(digest(content))] = content;
    files.content[blobs.manifest_path(digest(content))] = "manifest";
    files.content[blobs.coming_folder(digest(content)) + "/chunk"] = "chunk";
  }
  std::size_t files_of(const std::string& content) const {
    const std::string path = blobs.path_of(digest(content));
    return static_cast<std::size_t>(
        std::count_if(files.content.begin(), files.content.end(),
                      [&](const auto& file) { return file.first.starts_with(path); }));
  }
  void put_image(const std::string& tenant, const std::string& content) {
    model::Image image;
    image.metadata = {.name = "image", .tenant = tenant};
    image.spec = spec(content);
    REQUIRE(store::test_support::run(world.loop, tables.images.create(image), Seconds{1}));
  }
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
  void start() { REQUIRE(scope.spawn(reconciler->run())); }
  void drop(const std::string& content) { REQUIRE(scope.spawn(reconciler->drop(spec(content)))); }
};

TEST_CASE_FIXTURE(BlobsFixture, "files that no image names are removed after an hour, those of others stay") {
  put_file("lost");
  put_file("used");
  put_image("another", "used");
  start();
  pass(Seconds{3590});
  CHECK(files_of("lost") == 3);
  pass(kBlobPass);
  CHECK(files_of("lost") == 0);
  CHECK(files_of("used") == 3);
}

TEST_CASE_FIXTURE(BlobsFixture, "an upload has its hour from when it came, for an image that names it") {
  start();
  pass(Seconds{7200});
  reconciler->came(digest("new"));
  put_file("new");
  SUBCASE("and stays when one comes") {
    pass(Seconds{3000});
    put_image("default", "new");
    pass(Seconds{7200});
    CHECK(files_of("new") == 3);
  }
  SUBCASE("also when another that named the same is deleted") {
    drop("new");
    pass(Seconds{3000});
    CHECK(files_of("new") == 3);
    pass(kBlobPass * 2);
    CHECK(files_of("new") == 0);
  }
}

TEST_CASE_FIXTURE(BlobsFixture,
                  "a deleted image's files go at once, but for those that another image names") {
  put_file("mine");
  put_file("ours");
  put_image("another", "ours");
  pass(kUnnamedBlobGrace);
  drop("mine");
  drop("ours");
  CHECK(files_of("mine") == 0);
  CHECK(files_of("ours") == 3);
}

TEST_CASE_FIXTURE(BlobsFixture,
                  "a zone that has started does not know what was uploaded, and leaves all its hour") {
  put_file("old");
  pass(Seconds{7200});
  reconciler = std::make_unique<BlobReconciler>(runtime, tables, blobs);
  drop("old");
  start();
  pass(Seconds{3000});
  CHECK(files_of("old") == 3);
  pass(kBlobPass * 2);
  CHECK(files_of("old") == 0);
}

TEST_CASE_FIXTURE(BlobsFixture, "what a removal that broke off has left is removed by the next") {
  put_file("old");
  files.content.erase(blobs.path_of(digest("old")));
  start();
  pass(kUnnamedBlobGrace + kBlobPass);
  CHECK(files_of("old") == 0);
}

TEST_CASE_FIXTURE(BlobsFixture, "whoever wants a file that is being removed waits until it is gone") {
  put_file("old");
  pass(kUnnamedBlobGrace);
  files.hold();
  drop("old");
  std::optional<Status> settled;
  REQUIRE(scope.spawn(store::test_support::keep_result(
      [](Task<void> waiting) -> Task<Status> {
        co_await std::move(waiting);
        co_return Status();
      }(reconciler->settled(digest("old"))),
      settled)));
  pass(Seconds{1});
  CHECK_FALSE(settled);
  CHECK(files_of("old") == 3);
  files.let();
  pass(Seconds{1});
  CHECK(settled);
  CHECK(files_of("old") == 0);
}

TEST_CASE_FIXTURE(BlobsFixture, "while an image cannot be read, any file may be its own") {
  put_file("old");
  REQUIRE(store::test_support::run(
      world.loop, store->transact({.writes = {{"/images/default/broken", "what is this"}}}), Seconds{1}));
  start();
  pass(kUnnamedBlobGrace + kBlobPass);
  drop("old");
  CHECK(files_of("old") == 3);
}

struct ZoneBlobsFixture : test::ZoneFixture {
  class TextBody final : public http::BodyReader {
   public:
    explicit TextBody(std::string text) : text_(std::move(text)) {}
    Task<Result<std::size_t>> read_some(std::span<std::byte> buffer) override {
      const std::size_t count = text_.copy(reinterpret_cast<char*>(buffer.data()), buffer.size());
      text_.erase(0, count);
      co_return count;
    }
    std::optional<std::uint64_t> content_length() const override { return std::nullopt; }

   private:
    std::string text_;
  };

  std::string path() const {
    return zone->images().blobs().path_of("sha256:" + test::FakeHashing::digest_of("disk"));
  }
  Result<model::Image> remove(const std::string& image) {
    auto removed = wait(zone->frontends().images.request_deletion({.tenant = "default", .name = image}));
    pass(Seconds{1});
    return removed;
  }
};

TEST_CASE_FIXTURE(ZoneBlobsFixture, "the files of an image are there as long as one of its kind is") {
  add_image("one");
  add_image("two");
  pass(Seconds{7200});
  REQUIRE(remove("one"));
  CHECK(world.files.content.contains(path()));
  REQUIRE(remove("two"));
  CHECK_FALSE(world.files.content.contains(path()));
}

TEST_CASE_FIXTURE(ZoneBlobsFixture, "an upload outlives an image of the same content that is deleted") {
  add_image("one");
  pass(Seconds{7200});
  TextBody body("disk");
  REQUIRE(wait(zone->images().upload(body, model::BlobRole::kernel, "auto")));
  REQUIRE(remove("one"));
  CHECK(world.files.content.contains(path()));
  pass(Seconds{7200});
  CHECK_FALSE(world.files.content.contains(path()));
}

TEST_CASE_FIXTURE(ZoneBlobsFixture, "an image under a disk cannot be deleted") {
  add_sku();
  add_image();
  model::BlockStorage disk;
  disk.metadata = {.name = "disk", .tenant = "default", .workspace = "default"};
  disk.spec = {.size_mib = {256}, .source_image_ref = "images/witness"};
  REQUIRE(wait(zone->frontends().block_storages.put(disk, std::nullopt)));
  const auto refused = remove("witness");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::failed_precondition);
  CHECK(refused.error().message.find("default/default/disk") != std::string::npos);
  CHECK(world.files.content.contains(path()));
}

}  // namespace
}  // namespace hanse::zone
