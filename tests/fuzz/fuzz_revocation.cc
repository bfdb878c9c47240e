// Any bytes as what a fetch brought: never a crash, taken only whole, and never enough to call a certificate good.
#include "signing/chain_judgement.h"
#include "tests/support/test_authority.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  static const testing::TestAuthority pki = testing::test_authority();
  static const std::string roots = pki.roots();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  signing::ValidationMaterial material;
  const auto taken = signing::add_fetched(material, bytes);
  QUOTARY_CHECK(taken.has_value() != material.empty());
  QUOTARY_CHECK(taken || !(taken.error().code.empty() || taken.error().detail.empty()));
  // As a document's store may hold them, whatever they are.
  const signing::ValidationMaterial raw{{std::string(bytes)}, {std::string(bytes)}, {std::string(bytes)}};
  const auto pool = signing::MaterialPool::read(raw);
  if (!pool) return 0;
  QUOTARY_CHECK(pool->unreadable() >= 2);
  const signing::ChainQuestion question{roots, signing::ChainPurpose::signing, testing::seal_time, testing::seal_time,
                                        ""};
  const auto found = signing::judge_chain(pki.signer.der(), {pki.intermediate.der()}, *pool, question);
  // Nobody who writes these bytes has a key of this authority, which was made just now.
  QUOTARY_CHECK(found && !found->complete() && found->certificates.size() == 3 && !found->wanted.empty());
  static_cast<void>(signing::judge_chain(bytes, {std::string(bytes)}, *pool, question));
  return 0;
}
