#include "zone/images/image_weight.h"

#include <doctest/doctest.h>

#include "tests/support/fake_hashing.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

constexpr auto kChunkBytes = static_cast<std::size_t>(kLeastImageChunk);

struct WeightFixture {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  store::BlobFiles blobs{world.files, hashing, world.random, "/blobs"};
  BlobManifests manifests{world.runtime, hashing, blobs};

  static model::Blob blob(model::BlobRole role, const std::string& content) {
    return {
        role, "sha256:" + test::FakeHashing::digest_of(content), {static_cast<std::int64_t>(content.size())}};
  }
  static model::Image image(std::vector<model::Blob> files) {
    model::Image made;
    made.spec.blobs = std::move(files);
    return made;
  }
  void put(const std::string& content) {
    world.files.content[blobs.path_of(blob(model::BlobRole::disk, content).digest)] = content;
  }
  std::int64_t missing(const std::vector<model::Image>& images) {
    return wait(missing_bytes({world.runtime, hashing, blobs, manifests}, images)).value().value;
  }
  Result<migration::ImageSample> sample(const std::vector<model::Image>& images) {
    return wait(sample_images(manifests, images));
  }
  template <class T>
  T wait(Task<T> task) {
    return store::test_support::run(world.loop, std::move(task));
  }
};

// Every second chunk cannot be compressed.
std::string half_random(std::size_t chunks, Random& random) {
  std::string content;
  for (std::size_t i = 0; i < chunks; ++i) {
    std::string chunk(kChunkBytes, 'a');
    for (char& letter : chunk) {
      if (i % 2 == 1) letter = static_cast<char>(random.next());
    }
    content += chunk;
  }
  return content;
}

TEST_CASE_FIXTURE(WeightFixture,
                  "what is here, or has come, is not missing, and a file that two images name counts once") {
  const model::Blob disk = blob(model::BlobRole::disk, std::string(10 * kChunkBytes, 'd'));
  const model::Blob kernel = blob(model::BlobRole::kernel, "kernel");
  const std::vector<model::Image> images = {image({disk, kernel}), image({disk})};
  const auto chunk = static_cast<std::int64_t>(kChunkBytes);
  CHECK(missing(images) == 10 * chunk + 6);
  put("kernel");
  CHECK(missing(images) == 10 * chunk);
  for (const char* name : {"/1", "/2", "/3"})
    world.files.content[blobs.coming_folder(disk.digest) + name] = "x";
  CHECK(missing(images) == 7 * chunk);
  put(std::string(10 * kChunkBytes, 'd'));
  CHECK(missing(images) == 0);
}

TEST_CASE_FIXTURE(WeightFixture, "a small image is sampled whole") {
  const std::string content = half_random(4, world.random) + "end";
  put(content);
  put("kernel");
  const auto sampled =
      sample({image({blob(model::BlobRole::disk, content), blob(model::BlobRole::kernel, "kernel")})})
          .value();
  CHECK(sampled.chunks == 6);
  CHECK(sampled.all);
  CHECK(sampled.content.value == static_cast<std::int64_t>(content.size()) + 6);
  CHECK(sampled.sent.value > 2 * kLeastImageChunk);
  CHECK(sampled.sent.value < 2 * kLeastImageChunk + 10'000);
}

TEST_CASE_FIXTURE(WeightFixture, "of a large one some chunks are, from its beginning to its end") {
  const std::string zeroes = std::string(50 * kChunkBytes, '0');
  const std::string content = zeroes + half_random(100, world.random);
  put(content);
  const auto sampled = sample({image({blob(model::BlobRole::disk, content)})}).value();
  CHECK(sampled.chunks == kImageSamples);
  CHECK_FALSE(sampled.all);
  CHECK(sampled.content.value == static_cast<std::int64_t>(kImageSamples * kChunkBytes));
  const double share = static_cast<double>(sampled.sent.value) / static_cast<double>(sampled.content.value);
  CHECK(share > 0.25);
  CHECK(share < 0.42);
}

TEST_CASE_FIXTURE(WeightFixture, "no sample is taken of a file that is not here") {
  CHECK(sample({image({blob(model::BlobRole::disk, "gone")})}).error().code == Code::not_found);
  CHECK(sample({}).value() == migration::ImageSample{.all = true});
}

}  // namespace
}  // namespace hanse::zone
