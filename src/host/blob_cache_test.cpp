#include "host/blob_cache.h"

#include <doctest/doctest.h>

#include "host/fakes_for_test.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/held_files.h"

namespace hanse::host {
namespace {

std::string digest_of(const std::string& content) {
  return "sha256:" + test::FakeHashing::digest_of(content);
}

struct BlobCacheFixture {
  test_support::FakeZone zone;
  test::TestRuntime& world = zone.world;
  test::FakeHashing hashing{world.files};
  http::Client client{world.runtime, {.endpoint = test::kService}};
  Bytes limit{1LL << 40};
  Result<std::set<std::string>> used;
  std::unique_ptr<BlobCache> cache = make(world.runtime);
  std::string content = std::string(3'000'000, 'c') + "end";
  std::string served = content;
  int requests = 0;

  BlobCacheFixture() {
    zone.service.router.add("GET /providers/hanse.storage/v1/blobs/{digest}",
                            [this](http::Request request, http::PathParameters parameters) {
                              return serve(std::move(request), parameters["digest"]);
                            });
    zone.service.start();
  }

  std::unique_ptr<BlobCache> make(Runtime& runtime) {
    return std::make_unique<BlobCache>(
        runtime, hashing, client,
        BlobCacheOptions{.folder = "/data/blobs", .limit = limit, .used = [this] { return used; }});
  }
  model::Blob blob() const {
    return {model::BlobRole::disk, digest_of(content), Bytes{static_cast<std::int64_t>(content.size())}};
  }
  static std::string path_of(const std::string& text) {
    return "/data/blobs/sha256-" + digest_of(text).substr(7);
  }
  std::string path() const { return path_of(content); }
  bool is_here(const std::string& text) const { return world.files.content.contains(path_of(text)); }
  // Files of 1,000 bytes each.
  static std::string old(char letter) { return std::string(1000, letter); }
  void put(char letter) { world.files.content[path_of(old(letter))] = old(letter); }
  model::Blob blob_of(const std::string& text) const {
    return {model::BlobRole::disk, digest_of(text), Bytes{static_cast<std::int64_t>(text.size())}};
  }
  Status ensure(model::Blob wanted) {
    const auto result = test::complete(world.loop, cache->ensure(std::move(wanted)));
    REQUIRE(result);
    return *result;
  }
  std::size_t partial_files() const {
    std::size_t found = 0;
    for (const auto& [name, text] : world.files.content) found += name.ends_with(".partial") ? 1U : 0U;
    return found;
  }

 private:
  Task<http::Reply> serve(http::Request request, std::string digest) {
    ++requests;
    co_await sleep_for(world.loop, Seconds{1});
    if (digest != digest_of(content))
      co_return http::problem_response(Error{Code::not_found, "there is no such blob"}, request.path);
    co_return http::Response{.body = served};
  }
};

TEST_CASE("a blob that is missing is fetched, verified and kept") {
  BlobCacheFixture host;
  REQUIRE(host.ensure(host.blob()));
  CHECK(host.world.files.content.at(host.path()) == host.content);
  CHECK(host.partial_files() == 0);
  REQUIRE(host.ensure(host.blob()));
  CHECK(host.requests == 1);
}

TEST_CASE("what does not have the digest is refused and leaves nothing") {
  BlobCacheFixture host;
  host.served[1000] = 'X';
  const Status refused = host.ensure(host.blob());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::data_loss);
  CHECK(refused.error().message.find(host.blob().digest) != std::string::npos);
  CHECK(host.world.files.content.empty());
  host.served = host.content;
  CHECK(host.ensure(host.blob()));
}

TEST_CASE("two who wait for one blob cause one download") {
  BlobCacheFixture host;
  std::optional<Status> first;
  std::optional<Status> second;
  Scope scope;
  REQUIRE(scope.spawn(test::keep(host.cache->ensure(host.blob()), first)));
  REQUIRE(scope.spawn(test::keep(host.cache->ensure(host.blob()), second)));
  host.zone.run(Seconds{10});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first);
  CHECK(*second);
  CHECK(host.requests == 1);
}

TEST_CASE("a download goes on when the one who wanted it is gone") {
  BlobCacheFixture host;
  {
    std::optional<Status> dropped;
    Scope scope;
    REQUIRE(scope.spawn(test::keep(host.cache->ensure(host.blob()), dropped)));
    host.zone.run(Millis{100});
  }
  host.zone.run(Seconds{10});
  CHECK(host.ensure(host.blob()));
  CHECK(host.requests == 1);
}

TEST_CASE("a full disk is told before anything is fetched") {
  BlobCacheFixture host;
  host.world.files.available = kSpareSpace + Bytes{1000};
  const Status refused = host.ensure(host.blob());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::resource_exhausted);
  CHECK(refused.error().message.find("/data/blobs") != std::string::npos);
  CHECK(host.requests == 0);
}

TEST_CASE("a zone that has no such blob, or is not there, is named") {
  BlobCacheFixture host;
  model::Blob other = host.blob();
  other.digest = digest_of("other");
  CHECK(host.ensure(other).error().code == Code::not_found);
  host.zone.service.server.reset();
  CHECK(host.ensure(other).error().code == Code::unavailable);
  CHECK(host.ensure({model::BlobRole::disk, "sha256:../../etc/passwd", {}}).error().code ==
        Code::invalid_argument);
  CHECK(host.world.files.content.empty());
}

TEST_CASE("no more than some downloads run at once") {
  BlobCacheFixture host;
  Scope scope;
  std::vector<std::unique_ptr<std::optional<Status>>> results;
  for (std::size_t i = 0; i <= kMaxDownloads; ++i) {
    auto& result = results.emplace_back(std::make_unique<std::optional<Status>>());
    model::Blob other{model::BlobRole::disk, digest_of("blob " + std::to_string(i)), Bytes{1}};
    REQUIRE(scope.spawn(test::keep(host.cache->ensure(other), *result)));
  }
  REQUIRE(*results.back());
  CHECK((*results.back())->error().code == Code::resource_exhausted);
  host.zone.run(Seconds{60});
  CHECK(host.requests == static_cast<int>(kMaxDownloads));
}

TEST_CASE("what an earlier run left half done is removed") {
  BlobCacheFixture host;
  host.world.files.content["/data/blobs/abc.partial"] = "half";
  host.world.files.content["/data/blobs/sha256-00"] = "whole";
  const auto cleaned = test::complete(host.world.loop, host.cache->clean_up());
  REQUIRE(cleaned);
  REQUIRE(*cleaned);
  CHECK(host.partial_files() == 0);
  CHECK(host.world.files.content.size() == 1);
}

TEST_CASE("what is over the limit goes, the longest unused first, and nothing that is used") {
  BlobCacheFixture host;
  host.limit = Bytes{3000} + host.blob().size;
  host.cache = host.make(host.world.runtime);
  for (const char letter : {'a', 'b', 'd', 'e', 'f'}) host.put(letter);
  for (const char letter : {'e', 'a', 'f'}) {
    REQUIRE(host.ensure(host.blob_of(host.old(letter))));
    host.zone.run(Seconds{1});
  }
  host.used = std::set{digest_of(host.old('b'))};
  REQUIRE(host.ensure(host.blob()));
  CHECK(host.is_here(host.content));
  CHECK(host.is_here(host.old('b')));
  CHECK_FALSE(host.is_here(host.old('d')));
  CHECK_FALSE(host.is_here(host.old('e')));
  CHECK(host.is_here(host.old('a')));
  CHECK(host.is_here(host.old('f')));
}

TEST_CASE("what is used stays beyond the limit, until it is not") {
  BlobCacheFixture host;
  host.limit = {};
  host.cache = host.make(host.world.runtime);
  REQUIRE(host.ensure(host.blob()));
  host.used = std::set{host.blob().digest};
  Scope scope;
  REQUIRE(scope.spawn(host.cache->keep_within_limit()));
  host.zone.run(Seconds{300});
  CHECK(host.is_here(host.content));
  host.used->clear();
  host.zone.run(kBlobCacheLook * 2);
  CHECK_FALSE(host.is_here(host.content));
}

TEST_CASE("a disk that is short of room is given what nothing uses, and no more than it lacks") {
  BlobCacheFixture host;
  for (const char letter : {'a', 'b', 'd'}) host.put(letter);
  host.world.files.available = kSpareSpace - Bytes{1500};
  Scope scope;
  REQUIRE(scope.spawn(host.cache->keep_within_limit()));
  host.zone.run(kBlobCacheLook + Seconds{1});
  CHECK(host.is_here(host.old('a')) + host.is_here(host.old('b')) + host.is_here(host.old('d')) == 1);
}

TEST_CASE("nothing goes while it is not known what is used") {
  BlobCacheFixture host;
  host.limit = {};
  host.cache = host.make(host.world.runtime);
  host.put('a');
  host.used = fail(Code::failed_precondition, "a record cannot be read");
  REQUIRE(host.ensure(host.blob()));
  CHECK(host.is_here(host.old('a')));
}

TEST_CASE("a machine that needs what is being removed waits, and it is fetched again") {
  BlobCacheFixture host;
  test::HeldFiles files(host.world.loop);
  test::FakeHashing hashing(files);
  Runtime runtime{host.world.loop, host.world.loop,      host.world.random, host.world.network,
                  files,           host.world.processes, host.world.loop,   host.world.log};
  BlobCache cache(runtime, hashing, host.client,
                  {.folder = "/data/blobs", .limit = {}, .used = [&host] { return host.used; }});
  files.content[host.path()] = host.content;
  Scope scope;
  files.hold();
  REQUIRE(scope.spawn(cache.keep_within_limit()));
  host.zone.run(kBlobCacheLook + Seconds{1});
  std::optional<Status> got;
  host.used = std::set{host.blob().digest};
  REQUIRE(scope.spawn(test::keep(cache.ensure(host.blob()), got)));
  host.zone.run(Seconds{5});
  CHECK_FALSE(got);
  files.let();
  host.zone.run(Seconds{5});
  REQUIRE(got);
  CHECK(*got);
  CHECK(host.requests == 1);
  CHECK(files.content.at(host.path()) == host.content);
}

}  // namespace
}  // namespace hanse::host
