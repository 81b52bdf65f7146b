// A file of an image on its way from the zones that have it to one that does not.
#include "zone/images/blob_fetch.h"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include "base/bytes.h"
#include "runtime/sleep.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/store_fixture.h"
#include "tests/support/test_runtime.h"

namespace hanse::zone {
namespace {

using store::test_support::run;

constexpr auto kChunk = static_cast<std::size_t>(kLeastImageChunk);

struct ImageZone {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  store::BlobFiles blobs{world.files, hashing, world.runtime.random, "/blobs"};
  BlobManifests manifests{world.runtime, hashing, blobs};

  ImageZone() { REQUIRE(wait(blobs.clean_up())); }
  template <class T>
  T wait(Task<T> task) {
    return run(world.loop, std::move(task));
  }
  model::Blob put(const std::string& content) {
    auto incoming = blobs.receive();
    REQUIRE(wait(incoming.write(as_bytes(content))));
    return wait(incoming.finish(model::BlobRole::disk, "")).value();
  }
  Bytes fetched;
  Status fetch(const model::Blob& blob, std::vector<BlobSource> sources) {
    BlobFetch fetch({world.runtime, hashing, blobs, manifests}, blob, std::move(sources), fetched);
    return wait(fetch.run());
  }
  std::string content(const model::Blob& blob) { return world.files.content.at(blobs.path_of(blob.digest)); }
};

// Another zone as this one sees it: it answers from its own files, or does something else.
struct Server {
  ImageZone zone;
  int asked = 0;
  int chunks = 0;
  std::function<void(http::Response&, const std::string&)> spoil = [](http::Response&, const std::string&) {};

  BlobSource source(const std::string& name) {
    return {name, [this](http::Request request) { return answer(std::move(request)); }};
  }
  Task<Result<http::Response>> answer(http::Request request) {
    ++asked;
    const std::string digest = request.target.substr(request.target.find("sha256:"), 71);
    const std::size_t mark = request.target.find("/chunks/");
    http::Response response;
    if (mark == std::string::npos) {
      const auto manifest = zone.wait(zone.manifests.of(digest));
      response = manifest ? http::json_response(200, to_json(*manifest)) : http::Response{404, {}, ""};
    } else {
      ++chunks;
      const auto chunk = zone.wait(zone.manifests.read_chunk(
          digest, static_cast<std::size_t>(std::stoul(request.target.substr(mark + 8)))));
      response = chunk ? http::Response{200, {}, *chunk} : http::Response{404, {}, ""};
    }
    spoil(response, request.target);
    co_return response;
  }
};

std::string image(int chunks) {
  std::string content;
  for (int i = 0; i < chunks; ++i) content += std::string(kChunk, static_cast<char>('a' + i));
  return content + "the end";
}

// Zones that do not have the file, and take their time to say so.
struct SlowServers {
  ImageZone& here;
  int waiting = 0;
  int most = 0;

  BlobSource source(int number) {
    return {fmt::format("slow-{}", number), [this](const http::Request&) { return answer(); }};
  }
  Task<Result<http::Response>> answer() {
    most = std::max(most, ++waiting);
    co_await sleep_for(here.world.loop, Seconds{5});
    --waiting;
    co_return http::Response{404, {}, ""};
  }
};

TEST_CASE("zones are asked for the manifest at once, so many and no more") {
  Server north;
  const model::Blob blob = north.zone.put(image(3));
  ImageZone here;
  SlowServers slow{here};
  std::vector<BlobSource> sources;
  for (int i = 0; i < 6; ++i) sources.push_back(slow.source(i));
  sources.push_back(north.source("north"));
  const MonotonicTime began = here.world.runtime.clock.now();
  REQUIRE(here.fetch(blob, sources));
  CHECK(slow.most == static_cast<int>(kMaxBlobSources));
  CHECK(here.world.runtime.clock.now() - began == Seconds{10});
}

TEST_CASE("a blob comes by chunks, each once, from several zones") {
  Server north;
  Server south;
  const std::string content = image(10) + image(10);
  const model::Blob blob = north.zone.put(content);
  CHECK(south.zone.put(content) == blob);
  ImageZone here;
  REQUIRE(here.fetch(blob, {north.source("north"), south.source("south")}));
  CHECK(here.content(blob) == content);
  CHECK(north.chunks + south.chunks >= 20);
  CHECK(north.chunks + south.chunks <= 22);
  CHECK(north.chunks > 0);
  CHECK(south.chunks > 0);
  CHECK(here.fetched.value < 20'000);
  CHECK(here.wait(here.manifests.of(blob.digest)).value() ==
        north.zone.wait(north.zone.manifests.of(blob.digest)).value());
  CHECK_FALSE(here.wait(here.world.files.info(here.blobs.coming_folder(blob.digest))));
}

TEST_CASE("what another image has already is not fetched") {
  Server north;
  const model::Blob first = north.zone.put(image(6));
  const model::Blob second = north.zone.put(image(8));
  ImageZone here;
  REQUIRE(here.fetch(first, {north.source("north")}));
  CHECK(north.chunks == 7);
  REQUIRE(here.fetch(second, {north.source("north")}));
  CHECK(here.content(second) == image(8));
  CHECK(north.chunks == 9);
}

TEST_CASE("a fetch that broke goes on with what has come, and a zone that fails is left") {
  Server north;
  Server south;
  const model::Blob blob = north.zone.put(image(9));
  south.zone.put(image(9));
  int left = 4;
  north.spoil = [&](http::Response& response, const std::string& target) {
    if (target.find("/chunks/") != std::string::npos && left-- <= 0) response = http::Response{503, {}, ""};
  };
  ImageZone here;
  const Status broken = here.fetch(blob, {north.source("north")});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.find("from zone 'north'") != std::string::npos);
  const int before = north.chunks;
  REQUIRE(here.fetch(blob, {north.source("north"), south.source("south")}));
  CHECK(here.content(blob) == image(9));
  CHECK(south.chunks >= 5);
  CHECK(north.chunks <= before + 3);
}

TEST_CASE("the last chunk of a zone that fails comes from another") {
  Server north;
  Server south;
  const model::Blob blob = north.zone.put(image(1));
  south.zone.put(image(1));
  north.spoil = [&](http::Response& response, const std::string& target) {
    if (target.find("/chunks/") != std::string::npos) response = http::Response{503, {}, ""};
  };
  ImageZone here;
  REQUIRE(here.fetch(blob, {north.source("north"), south.source("south")}));
  CHECK(here.content(blob) == image(1));
}

TEST_CASE("nothing that a zone says is believed") {
  Server north;
  const model::Blob blob = north.zone.put(image(5));
  ImageZone here;
  SUBCASE("a chunk of other content") {
    north.spoil = [&](http::Response& response, const std::string& target) {
      if (target.ends_with("/chunks/2"))
        response.body = north.zone.wait(north.zone.manifests.read_chunk(blob.digest, 1)).value();
    };
  }
  SUBCASE("a chunk that is none") {
    north.spoil = [&](http::Response& response, const std::string& target) {
      if (target.ends_with("/chunks/2")) response.body = "nothing";
    };
  }
  SUBCASE("the manifest of another file") {
    const model::Blob other = north.zone.put(image(4) + std::string(kChunk, 'z') + "the end");
    const auto lie = north.zone.wait(north.zone.manifests.of(other.digest)).value();
    north.spoil = [lie](http::Response& response, const std::string& target) {
      if (target.ends_with("/manifest")) response = http::json_response(200, to_json(lie));
    };
  }
  SUBCASE("a manifest that does not fit") {
    north.spoil = [](http::Response& response, const std::string& target) {
      if (target.ends_with("/manifest"))
        response = http::json_response(200, to_json(BlobManifest{.size = {5}, .chunks = {"x"}}));
    };
  }
  SUBCASE("a file name as a digest") {
    auto lie = north.zone.wait(north.zone.manifests.of(blob.digest)).value();
    lie.chunks[0] = "../../../../../../../../../../../../../../../../../../../etc/passwd0";
    lie.chunks[0].resize(64, '0');
    north.spoil = [lie](http::Response& response, const std::string& target) {
      if (target.ends_with("/manifest")) response = http::json_response(200, to_json(lie));
    };
  }
  const Status fetched = here.fetch(blob, {north.source("north")});
  REQUIRE_FALSE(fetched);
  CHECK(here.wait(here.blobs.find(blob.digest)).value() == std::nullopt);
}

TEST_CASE("zones without the blob are not_found, and nothing is kept of it") {
  Server north;
  ImageZone here;
  const model::Blob blob = here.put("gone");
  REQUIRE(here.wait(here.blobs.remove(blob.digest)));
  const Status fetched = here.fetch(blob, {north.source("north")});
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == Code::not_found);
  CHECK(north.asked == 1);
}

TEST_CASE("the chunks of a blob are as large as its number of them allows") {
  CHECK(image_chunk_count({1}) == 1);
  CHECK(image_chunk_count({kLeastImageChunk + 1}) == 2);
  CHECK(length_of_chunk({kLeastImageChunk + 1}, 1) == 1);
  const Bytes largest = store::kMaxBlobBytes;
  CHECK(image_chunk_count(largest) <= kMaxImageChunks);
  CHECK(image_chunk_bytes(largest) == 8 << 20);
}

}  // namespace
}  // namespace hanse::zone
