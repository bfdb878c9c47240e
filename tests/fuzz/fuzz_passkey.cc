// Any bytes as what a browser says of a new passkey, and as its answer: never a crash, and nothing is believed
// unsigned.
#include "signing/passkey.h"

#include "ledger/base/bytes.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const auto site = signing::passkey_site("https://quotes.example.com");
  static const Hash challenge = sha256("what is signed");
  static const std::string said = R"({"type":"webauthn.create","challenge":")" + to_base64url(challenge.view()) +
                                  R"(","origin":"https://quotes.example.com"})";
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // The site's hash and the flags stand before what is tried, so that it reaches the engine.
  const std::string front = std::string(sha256(site->id).view()) + '\x45';
  const auto made = signing::read_new_passkey(*site, challenge, said, front + std::string(bytes));
  if (made) {
    QUOTARY_CHECK(!made->id.empty() && !made->public_key.empty());
    QUOTARY_CHECK(!signing::check_passkey(*site, *made, challenge, {said, front + std::string(bytes), "signature"}));
  }
  QUOTARY_CHECK(!signing::read_new_passkey(*site, challenge, bytes, front));
  return 0;
}
