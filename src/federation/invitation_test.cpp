#include "federation/invitation.h"

#include <doctest/doctest.h>

#include "tests/support/fake_hashing.h"

namespace hanse::federation {
namespace {

struct InvitationFixture {
  test::FakeFiles files;
  test::FakeHashing hashing{files};
  Invitation invitation{.zone = "helsinki",
                        .endpoint = {.host = "10.0.0.1", .port = 8443},
                        .expires_at = WallTime(Seconds(1'800'000'000)),
                        .ca_fingerprint = std::string(64, 'a'),
                        .secret = std::string(64, '5')};
  std::string text = to_text(hashing, invitation);

  Result<Invitation> read(const std::string& given) {
    return read_invitation(hashing, given, InvitationKind::zone);
  }
};

TEST_CASE_FIXTURE(InvitationFixture, "what is written is read") {
  const Invitation read_back = read(" " + text + "\n").value();
  CHECK(read_back.zone == "helsinki");
  CHECK(to_string(read_back.endpoint) == "10.0.0.1:8443");
  CHECK(read_back.expires_at == invitation.expires_at);
  CHECK(read_back.ca_fingerprint == invitation.ca_fingerprint);
  CHECK(read_back.secret == invitation.secret);
}

TEST_CASE_FIXTURE(InvitationFixture, "a changed digit anywhere is noticed") {
  for (std::size_t i = std::string_view("hanse-join-1,").size(); i < text.size(); ++i) {
    std::string altered = text;
    altered[i] = altered[i] == '7' ? '8' : '7';
    CHECK(read(altered).error().message.find("was altered or cut") != std::string::npos);
    CHECK(read(text.substr(0, i)).error().message.find("was altered or cut") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(InvitationFixture, "what is for another purpose is no invitation") {
  CHECK(read("hello").error().message.find("this is no invitation") == 0);
  CHECK(read_invitation(hashing, text, InvitationKind::host).error().message.find("hanse-host-1") !=
        std::string::npos);
  CHECK(read("").error().code == Code::invalid_argument);
}

TEST_CASE_FIXTURE(InvitationFixture, "an invitation that is over says when it ended") {
  CHECK(check_expiry(invitation, invitation.expires_at));
  CHECK(check_expiry(invitation, invitation.expires_at + Seconds{1}).error().message ==
        "the invitation of zone 'helsinki' expired at 2027-01-15T08:00:00.000Z; ask for a new one");
}

TEST_CASE_FIXTURE(InvitationFixture, "a zone's name that no CA can carry is refused with its length") {
  invitation.zone = std::string(53, 'n');
  CHECK(read(to_text(hashing, invitation)));
  invitation.zone += 'n';
  CHECK(read(to_text(hashing, invitation)).error().message.find("has 54 characters; a zone's may have 53") !=
        std::string::npos);
}

}  // namespace
}  // namespace hanse::federation
