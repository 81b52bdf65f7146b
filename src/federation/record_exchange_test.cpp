// Zones that exchange records over links of a scripted world: delays, cuts, and what a bad sender may try.
#include "federation/record_exchange.h"

#include <doctest/doctest.h>
#include <memory>

#include "io/openssl_signatures.h"
#include "io/openssl_web_keys.h"
#include "runtime/sleep.h"
#include "tests/support/fake_hashing.h"
#include "tests/support/test_runtime.h"

namespace hanse::federation {
namespace {

// A version is the time of a record's making: this is when each test begins, and versions here are from it.
constexpr std::int64_t kTestBegin = 1'767'225'600'000;

struct Node;

struct Net {
  test::TestRuntime world;
  test::FakeHashing hashing{world.files};
  io::OpensslSignatures signatures;
  io::OpensslWebKeys web_keys;
  std::map<std::string, std::unique_ptr<Node>> nodes;
  std::set<std::string> cut;  // zones that nobody reaches
  std::vector<std::string> said;
  std::optional<Result<ExchangeMessage>> scripted;  // everybody answers with it

  Cryptography cryptography(Certificates& certificates) {
    return {certificates, hashing, signatures, web_keys};
  }
  void add(const std::string& name);
  void introduce_all();
  void pass(Nanos time) {
    const MonotonicTime end = world.loop.now() + time;
    world.loop.run(time);
    world.loop.advance_to(end);
  }
};

class NoCertificates final : public Certificates {
 public:
  Result<KeyedCertificate> make_authority(std::string, Seconds) override { return KeyedCertificate{}; }
  Result<KeyedCertificate> issue(const KeyedCertificate&, const CertificateTerms&) override {
    return KeyedCertificate{};
  }
  Result<KeyedRequest> make_request() override { return KeyedRequest{}; }
  Result<std::string> sign_request(const KeyedCertificate&, std::string_view,
                                   const CertificateTerms&) override {
    return std::string();
  }
  Result<CertificateInfo> read(std::string_view) override { return CertificateInfo{}; }
};

struct Node final : ExchangeClient {
  Node(Net& owner, std::string own_name)
      : net(owner),
        name(std::move(own_name)),
        key(net.signatures.make_key().value()),
        table(net.world.runtime, net.cryptography(certificates), pinned, name,
              [](const SignedRecord& record) -> Status {
                if (record.body.starts_with("{")) return {};
                return fail(Code::invalid_argument, "the body is no JSON");
              }),
        exchange_(net.world.runtime, table, *this) {
    table.set_own_key(key.public_key);
  }

  const std::vector<std::string>& peers() const override { return pinned.names(); }
  Task<Result<ExchangeMessage>> exchange(std::string peer, ExchangeMessage message) override {
    co_await sleep_for(net.world.runtime.scheduler, Millis{20});
    if (net.cut.contains(peer) || net.cut.contains(name))
      co_return fail(Code::unavailable, "the link is cut");
    net.said.push_back(name + " to " + peer);
    if (net.scripted) co_return *net.scripted;
    co_return net.nodes.at(peer)->exchange_.answer(name, message);
  }
  SignedRecord record(std::int64_t after_begin, std::string body = "{}") {
    return sign(net.signatures, key.key_pem,
                {.owner = name,
                 .kind = RecordKind::digest,
                 .version = kTestBegin + after_begin,
                 .body = std::move(body)})
        .value();
  }

  Net& net;
  std::string name;
  SigningKey key;
  NoCertificates certificates;
  Peers pinned;
  RecordTable table;
  RecordExchange exchange_;
};

void Net::add(const std::string& name) {
  nodes.emplace(name, std::make_unique<Node>(*this, name));
}

void Net::introduce_all() {
  for (auto& [name, node] : nodes) {
    std::vector<Peer> peers;
    for (const auto& [other, there] : nodes)
      if (other != name) peers.push_back({.name = other, .identity_key = there->key.public_key});
    node->pinned.replace(std::move(peers));
    REQUIRE(node->exchange_.start());
  }
}

struct RecordExchangeFixture {
  Net net;
  RecordExchangeFixture() {
    for (const char* name : {"a", "b", "c", "d"}) net.add(name);
    net.introduce_all();
  }
  ~RecordExchangeFixture() { net.nodes.clear(); }
  Node& node(const std::string& name) { return *net.nodes.at(name); }
  std::int64_t version_at(const std::string& where, const std::string& owner) {
    const std::int64_t version = node(where).table.version_of(owner, RecordKind::digest);
    return version == 0 ? 0 : version - kTestBegin;
  }
};

TEST_CASE_FIXTURE(RecordExchangeFixture, "news is everywhere soon, and replaces what was before") {
  node("a").exchange_.publish(node("a").record(7));
  net.pass(Seconds{2});
  for (const char* where : {"b", "c", "d"}) CHECK(version_at(where, "a") == 7);
  node("a").exchange_.publish(node("a").record(8));
  net.pass(Seconds{2});
  for (const char* where : {"b", "c", "d"}) CHECK(version_at(where, "a") == 8);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "when all is known there is only the comparison now and then") {
  node("a").exchange_.publish(node("a").record(7));
  net.pass(Seconds{20});
  net.said.clear();
  net.pass(Seconds{50});
  // Ten rounds of four zones, one request each.
  CHECK(net.said.size() >= 20);
  CHECK(net.said.size() <= 60);
}

TEST_CASE_FIXTURE(RecordExchangeFixture,
                  "one that was cut off learns what it missed, and tells what it has") {
  net.cut.insert("d");
  node("a").exchange_.publish(node("a").record(7));
  node("d").exchange_.publish(node("d").record(9));
  net.pass(Seconds{30});
  CHECK(version_at("d", "a") == 0);
  CHECK(version_at("a", "d") == 0);
  net.cut.clear();
  net.pass(Seconds{30});
  CHECK(version_at("d", "a") == 7);
  for (const char* where : {"a", "b", "c"}) CHECK(version_at(where, "d") == 9);
}

TEST_CASE_FIXTURE(RecordExchangeFixture,
                  "records that are forged, replayed, oversized or malformed are refused and counted") {
  Node& victim = node("b");
  const auto offer = [&](const SignedRecord& record) { return victim.table.offer(record, "c"); };
  const SignedRecord good = node("a").record(10);
  CHECK(offer(good) == RecordTable::Verdict::news);
  CHECK(offer(good) == RecordTable::Verdict::known);
  SignedRecord forged = node("a").record(11);
  forged.body = "{\"fits\":1}";
  CHECK(offer(forged) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::forged) == 1);
  SignedRecord misattributed = node("c").record(12);
  misattributed.owner = "a";
  CHECK(offer(misattributed) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::forged) == 2);
  CHECK(offer(node("a").record(9)) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::replayed) == 1);
  CHECK(offer(node("a").record(13, std::string(kMaxRecordBody + 1, ' '))) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::oversized) == 1);
  CHECK(offer(node("a").record(14, "no JSON")) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::malformed) == 1);
  constexpr std::int64_t kTooFar = std::chrono::duration_cast<Millis>(kMaxClockLead).count() + 1'000;
  CHECK(offer(node("a").record(kTooFar)) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::from_the_future) == 1);
  net.add("stranger");
  CHECK(offer(net.nodes.at("stranger")->record(1)) == RecordTable::Verdict::refused);
  CHECK(victim.table.refused(Refusal::unknown_owner) == 1);
  CHECK(version_at("b", "a") == 10);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "a zone learns that it said more before than it knows now") {
  CHECK(node("b").table.offer(node("b").record(50), "a") == RecordTable::Verdict::known);
  CHECK(node("b").table.own_version_seen(RecordKind::digest) == kTestBegin + 50);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "nobody silences a zone by what it has never said") {
  RecordTable& victim = node("b").table;
  SignedRecord lie = node("b").record(50);
  lie.version = INT64_MAX;
  CHECK(victim.offer(lie, "a") == RecordTable::Verdict::refused);
  CHECK(victim.refused(Refusal::from_the_future) == 1);
  lie.version = kTestBegin + 60;
  CHECK(victim.offer(lie, "a") == RecordTable::Verdict::refused);
  SignedRecord of_another = node("a").record(70);
  of_another.owner = "b";
  CHECK(victim.offer(of_another, "a") == RecordTable::Verdict::refused);
  CHECK(victim.refused(Refusal::forged) == 2);
  CHECK(victim.own_version_seen(RecordKind::digest) == 0);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "a digest of long ago is neither taken nor asked for") {
  const SignedRecord old = node("a").record(0);
  const SignedRecord card =
      sign(net.signatures, node("a").key.key_pem, {.owner = "a", .version = kTestBegin, .body = "{}"})
          .value();
  net.world.loop.run(kMaxDigestAge + Seconds{1});
  RecordTable& table = node("b").table;
  CHECK_FALSE(table.is_wanted({"a", RecordKind::digest, old.version}));
  CHECK(table.offer(old, "c") == RecordTable::Verdict::refused);
  CHECK(table.refused(Refusal::stale) == 1);
  // Of a zone whose clock is behind by four minutes, and of a card, which lasts.
  constexpr std::int64_t kBehind = std::chrono::duration_cast<Millis>(kMaxDigestAge - Seconds{240}).count();
  CHECK(table.offer(node("a").record(kBehind), "c") == RecordTable::Verdict::news);
  CHECK(table.offer(card, "c") == RecordTable::Verdict::news);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "of a zone that makes too many records few are passed on") {
  RecordTable& table = node("b").table;
  for (int i = 1; i <= kRecordBurst; ++i)
    CHECK(table.offer(node("a").record(i), "a") == RecordTable::Verdict::news);
  CHECK_FALSE(table.is_wanted({"a", RecordKind::digest, kTestBegin + 100}));
  CHECK(table.offer(node("a").record(100), "a") == RecordTable::Verdict::refused);
  CHECK(table.refused(Refusal::too_frequent) == 1);
  CHECK(table.offer(node("c").record(1), "a") == RecordTable::Verdict::news);
  // Its newest one comes in the end.
  for (int i = 101; i <= 200; ++i) {
    node("a").exchange_.publish(node("a").record(i));
    net.pass(Millis{200});
  }
  net.pass(Seconds{30});
  for (const char* where : {"b", "c", "d"}) CHECK(version_at(where, "a") == 200);
}

TEST_CASE_FIXTURE(RecordExchangeFixture,
                  "who has left is forgotten, and the sums are those of a zone that never knew it") {
  const std::vector<std::string> before = node("b").table.bucket_sums();
  CHECK(node("b").table.offer(node("a").record(10), "a") == RecordTable::Verdict::news);
  CHECK(node("b").table.bucket_sums() != before);
  node("b").pinned.replace({});
  node("b").table.forget_strangers();
  CHECK(node("b").table.bucket_sums() == before);
}

TEST_CASE_FIXTURE(RecordExchangeFixture, "a message beyond the limits is refused whole") {
  ExchangeMessage large;
  large.heads.resize(kMaxHeadsInMessage + 1);
  CHECK(node("a").exchange_.answer("b", large).error().code == Code::invalid_argument);
  ExchangeMessage odd{.sums = {"1", "2"}};
  CHECK(node("a").exchange_.answer("b", odd).error().code == Code::invalid_argument);
  CHECK(node("a").table.refused(Refusal::oversized_message) == 2);
  ExchangeMessage strange{.differing = {-1, 64, 1'000'000}};
  CHECK(node("a").exchange_.answer("b", strange)->is_empty());
}

TEST_CASE_FIXTURE(RecordExchangeFixture,
                  "an answer is bounded as a message is, and counted with its sender") {
  RecordTable& table = node("a").table;
  ExchangeMessage flood;
  for (std::size_t i = 0; i <= kMaxRecordsInMessage; ++i)
    flood.records.push_back(node("b").record(static_cast<std::int64_t>(i)));
  net.scripted = flood;
  net.pass(Seconds{10});
  CHECK(table.refused(Refusal::oversized_message) > 0);
  CHECK(version_at("a", "b") == 0);
  net.scripted = fail(Code::data_loss, "it is no JSON");
  net.pass(Seconds{10});
  CHECK(table.refused(Refusal::unreadable_message) > 0);
  const std::uint64_t before = table.refused(Refusal::oversized_message);
  net.scripted = fail(Code::out_of_range, "it has a gigabyte");
  net.pass(Seconds{10});
  CHECK(table.refused(Refusal::oversized_message) > before);
  const std::uint64_t counted = table.refused(Refusal::oversized_message);
  net.scripted = fail(Code::unavailable, "it does not answer");
  net.pass(Seconds{10});
  CHECK(table.refused(Refusal::oversized_message) == counted);
}

}  // namespace
}  // namespace hanse::federation
