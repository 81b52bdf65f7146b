#include "store/blob_files.h"

#include <doctest/doctest.h>

#include "tests/support/fake_hashing.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::store {
namespace {

struct BlobFilesFixture {
  test::TestRuntime runtime;
  test::FakeHashing hashing{runtime.files};
  BlobFiles blobs{runtime.files, hashing, runtime.random, "/blobs"};

  template <class T>
  Result<T> wait(Task<Result<T>> task) {
    return test_support::run(runtime.loop, std::move(task));
  }
  Result<model::Blob> put(std::string_view content, const std::string& digest = "") {
    auto incoming = blobs.receive();
    REQUIRE(wait(incoming.write(as_bytes(content.substr(0, 3)))));
    REQUIRE(wait(incoming.write(as_bytes(content.substr(3)))));
    return wait(incoming.finish(model::BlobRole::disk, digest));
  }
};

TEST_CASE_FIXTURE(BlobFilesFixture, "a blob is found under its digest once it is whole") {
  const std::string digest = "sha256:" + test::FakeHashing::digest_of("content");
  CHECK(wait(blobs.find(digest)).value() == std::nullopt);
  CHECK(put("content", digest).value() == model::Blob{model::BlobRole::disk, digest, {7}});
  CHECK(wait(blobs.find(digest)).value() == Bytes{7});
  CHECK(runtime.files.content.at(blobs.path_of(digest)) == "content");
}

TEST_CASE_FIXTURE(BlobFilesFixture, "another digest than the promised one is refused and leaves nothing") {
  const auto result = put("damaged", "sha256:" + test::FakeHashing::digest_of("content"));
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Code::data_loss);
  CHECK(runtime.files.content.empty());
}

TEST_CASE_FIXTURE(BlobFilesFixture, "what an earlier run left half done is removed, what is whole stays") {
  const model::Blob whole = put("content").value();
  auto incoming = blobs.receive();
  REQUIRE(wait(incoming.write(as_bytes("half"))));
  REQUIRE(wait(blobs.clean_up()));
  CHECK(runtime.files.content.size() == 1);
  CHECK(wait(blobs.find(whole.digest)).value() == Bytes{7});
}

TEST_CASE_FIXTURE(BlobFilesFixture, "a file that is there already is taken in") {
  const std::string path = blobs.temporary_path();
  runtime.files.content[path] = "converted";
  const model::Blob blob = wait(blobs.describe(path, model::BlobRole::disk)).value();
  CHECK(blob.size == Bytes{9});
  REQUIRE(wait(blobs.adopt(path, blob)));
  CHECK_FALSE(runtime.files.content.contains(path));
  CHECK(runtime.files.content.contains(blobs.path_of(blob.digest)));
}

TEST_CASE_FIXTURE(BlobFilesFixture,
                  "a blob goes with its manifest and with what has come of it, and each alone is found") {
  const model::Blob blob = put("content").value();
  const std::string part = blobs.coming_folder(blob.digest) + "/part";
  const auto all = {blobs.path_of(blob.digest), blobs.manifest_path(blob.digest), part};
  runtime.files.content["/blobs/else.txt"] = "no blob";
  REQUIRE(wait(blobs.remove(blob.digest)));
  CHECK(wait(blobs.digests()).value().empty());
  for (const std::string& path : all) {
    CHECK_FALSE(runtime.files.content.contains(path));
    runtime.files.content[path] = "left";
    CHECK(wait(blobs.digests()).value() == std::set{blob.digest});
    REQUIRE(wait(blobs.remove(blob.digest)));
    CHECK(wait(blobs.digests()).value().empty());
  }
}

}  // namespace
}  // namespace hanse::store
