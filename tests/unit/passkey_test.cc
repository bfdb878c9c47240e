// Passkeys: what a browser would say, made by hand after the standard's tables, and every part of it changed.
#include "signing/passkey.h"

#include "ledger/base/bytes.h"
#include "signing/cbor_bounds.h"
#include "tests/support/passkey_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quotary::signing {
namespace {

using ::testing::HasSubstr;

const Hash challenge = sha256("what is signed");

using Device = testing::PasskeyDevice;

std::string header(char flags, std::string_view host = testing::passkey_host) {
  return testing::authenticator_header(flags, host);
}

std::string client_data(std::string_view type, const Hash& over = challenge,
                        std::string_view origin = testing::passkey_origin, std::string_view more = "") {
  return testing::client_data(type, to_base64url(over.view()), origin, more);
}

PasskeySite site() { return *passkey_site("https://quotes.example.com"); }

std::string why_new(const std::string& client, const std::string& data) {
  const auto read = read_new_passkey(site(), challenge, client, data);
  return read ? "taken" : read.error().code == "passkey_invalid" ? read.error().detail : read.error().code;
}

class EachAlgorithm : public ::testing::TestWithParam<int> {};

TEST_P(EachAlgorithm, IsMadeAndUsed) {
  const Device device(GetParam());
  const auto made = read_new_passkey(site(), challenge, client_data("webauthn.create"), device.authenticator_data);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->algorithm, device.algorithm);
  EXPECT_EQ(made->id, device.id);
  EXPECT_EQ(made->public_key, der_of<i2d_PUBKEY>(device.key.get()));
  const auto used = check_passkey(site(), *made, challenge, device.use(client_data("webauthn.get")));
  EXPECT_TRUE(used) << used.error().detail;
  // Another key's answer, and a signature of each other kind of change.
  EXPECT_FALSE(check_passkey(site(), *made, challenge, Device(GetParam()).use(client_data("webauthn.get"))));
  auto changed = device.use(client_data("webauthn.get"));
  changed.signature[changed.signature.size() / 2] ^= 1;
  EXPECT_FALSE(check_passkey(site(), *made, challenge, changed));
  changed = device.use(client_data("webauthn.get"));
  changed.authenticator_data[36] ^= 1;  // the counter
  EXPECT_FALSE(check_passkey(site(), *made, challenge, changed));
  changed = device.use(client_data("webauthn.get"));
  changed.client_data += ' ';
  EXPECT_FALSE(check_passkey(site(), *made, challenge, changed));
}

INSTANTIATE_TEST_SUITE_P(Passkey, EachAlgorithm, ::testing::Values(-7, -8, -257));

TEST(Passkey, AnAnswerHoldsForItsOwnChallengeSiteAndPersonAlone) {
  const Device device;
  const auto made = read_new_passkey(site(), challenge, client_data("webauthn.create"), device.authenticator_data);
  ASSERT_TRUE(made);
  const auto why = [&](const std::string& client, const std::string& data = header('\x05')) {
    const auto used = check_passkey(site(), *made, challenge, device.use(client, data));
    return used ? std::string("taken") : used.error().detail;
  };
  EXPECT_EQ(why(client_data("webauthn.get")), "taken");
  EXPECT_EQ(why(client_data("webauthn.get", challenge, "https://quotes.example.com", R"(,"crossOrigin":false,"a":1)")),
            "taken");
  EXPECT_THAT(why(client_data("webauthn.create")), HasSubstr("not of the kind"));
  EXPECT_THAT(why(client_data("webauthn.get", sha256("another"))), HasSubstr("another challenge"));
  EXPECT_THAT(why(client_data("webauthn.get", challenge, "https://quotes.example.com.evil.example")),
              HasSubstr("another origin"));
  EXPECT_THAT(why(client_data("webauthn.get", challenge, "http://quotes.example.com")), HasSubstr("another origin"));
  EXPECT_THAT(why(client_data("webauthn.get", challenge, "https://quotes.example.com", R"(,"crossOrigin":true)")),
              HasSubstr("within another"));
  EXPECT_THAT(why("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(why(client_data("webauthn.get", challenge, "https://quotes.example.com",
                              ",\"a\":\"" + std::string(passkey_client_data_bytes_max, 'a') + "\"")),
              HasSubstr("too long"));
  EXPECT_THAT(why(client_data("webauthn.get"), header('\x05', "example.com")), HasSubstr("another site"));
  EXPECT_THAT(why(client_data("webauthn.get"), header('\x04')), HasSubstr("nobody was there"));
  EXPECT_THAT(why(client_data("webauthn.get"), header('\x01')), HasSubstr("not verified"));
  EXPECT_THAT(why(client_data("webauthn.get"), header('\x05').substr(1)), HasSubstr("no possible size"));
}

TEST(Passkey, WhatIsNoNewPasskeyIsRefused) {
  const Device device;
  const std::string good = device.authenticator_data, said = client_data("webauthn.create");
  EXPECT_EQ(why_new(said, good), "taken");
  EXPECT_THAT(why_new(client_data("webauthn.get"), good), HasSubstr("not of the kind"));
  EXPECT_THAT(why_new(said, header('\x05')), HasSubstr("brings no key"));
  EXPECT_THAT(why_new(said, header('\x45')), HasSubstr("more than it holds"));
  EXPECT_THAT(why_new(said, good + std::string(passkey_authenticator_bytes_max, 'a')), HasSubstr("no possible size"));
  // Cut off anywhere, or with a point that is not on the curve.
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_NE(why_new(said, good.substr(0, size)), "taken") << size;
  std::string off_curve = good;
  off_curve.back() ^= 1;
  EXPECT_NE(why_new(said, off_curve), "taken");
}

// The engine asks for memory by what a map announces, before it reads a member.
TEST(Passkey, NothingAnnouncesMoreThanItHolds) {
  const std::string named = std::string(16, '\0') + std::string("\0\4cred", 6);
  const std::string billions("\xbb\x00\x00\x00\x06\xd6\xd8\xe2\xc0", 9);
  EXPECT_THAT(why_new(client_data("webauthn.create"), header('\x45') + named + billions),
              HasSubstr("more than it holds"));
  EXPECT_THAT(why_new(client_data("webauthn.create"), header('\xc5') + named + "\xa0" + billions),
              HasSubstr("more than it holds"));
  EXPECT_THAT(why_new(client_data("webauthn.create"), header('\x45') + named.substr(0, 17)),
              HasSubstr("more than it holds"));
  const Device device;
  const auto made = read_new_passkey(site(), challenge, client_data("webauthn.create"), device.authenticator_data);
  ASSERT_TRUE(made);
  const auto used =
      check_passkey(site(), *made, challenge, device.use(client_data("webauthn.get"), header('\x85') + billions));
  ASSERT_FALSE(used);
  EXPECT_THAT(used.error().detail, HasSubstr("more than it holds"));
}

TEST(CborBounds, WholeItemsWithinTheirBytes) {
  using namespace std::string_view_literals;
  for (const std::string_view whole :
       {""sv, "\x00"sv, "\x18\xff"sv, "\x38\x18"sv,
        "\x43"
        "abc"sv,
        "\x63"
        "abc"sv,
        "\x82\x01\x02"sv, "\xa1\x01\x02"sv, "\xc1\x1a\x51\x4b\x67\xb0"sv, "\xf5"sv,
        "\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a"sv, "\xa0\xa0"sv, "\x81\x81\x81\x81\x81\x81\x81\x00"sv})
    EXPECT_TRUE(cbor_within_bounds(whole)) << ::testing::PrintToString(whole);
  for (const std::string_view torn :
       {"\x18"sv, "\x1b\x00"sv,
        "\x44"
        "abc"sv,
        "\x82\x01"sv, "\xa1\x01"sv, "\xc1"sv, "\x9f\x01\xff"sv, "\x5f\xff"sv, "\x1c"sv, "\x9a\xff\xff\xff\xff\x00"sv,
        "\xbb\xff\xff\xff\xff\xff\xff\xff\xff\x00"sv, "\x81\x81\x81\x81\x81\x81\x81\x81\x00"sv})
    EXPECT_FALSE(cbor_within_bounds(torn)) << ::testing::PrintToString(torn);
}

TEST(Passkey, SitesAreNamesWithTls) {
  const auto named = passkey_site("https://quotes.example.com:8443/base");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->origin, "https://quotes.example.com:8443");
  EXPECT_EQ(named->id, "quotes.example.com");
  EXPECT_EQ(passkey_site("http://localhost:8480")->id, "localhost");
  for (const char* none :
       {"http://127.0.0.1:8480", "https://10.0.0.7", "http://quotes.example.com", "https://[fe80::1]:8443", "x", ""})
    EXPECT_EQ(passkey_site(none).error().code, "passkey_no_domain") << none;
}

}  // namespace
}  // namespace quotary::signing
