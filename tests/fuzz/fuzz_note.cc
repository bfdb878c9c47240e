// Any bytes as a signed note or a vkey: never a crash, and a note that opens is one that the key signed.
#include "signing/keys.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const auto signer = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x07'));
  static const auto verifier = signing::open_vkey(signer->vkey()).value();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto opened = verifier->open_note(text);
  if (opened) QUOTARY_CHECK(text.find(signer->signature_line(*opened).value()) != text.npos);
  if (const auto other = signing::open_vkey(text)) QUOTARY_CHECK((*other)->open_note(text).has_error());
  return 0;
}
