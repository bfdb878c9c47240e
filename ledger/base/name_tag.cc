#include "ledger/base/name_tag.h"

#include <sodium.h>

namespace quotary {

static_assert(sizeof(NameTag) == crypto_shorthash_siphashx24_BYTES);

NameTagger::NameTagger() {
  static_assert(sizeof key_ == crypto_shorthash_siphashx24_KEYBYTES);
  randombytes_buf(key_.data(), key_.size());
}

NameTag NameTagger::operator()(std::string_view name) const {
  NameTag tag;
  (void)crypto_shorthash_siphashx24(tag.bytes.data(), reinterpret_cast<const unsigned char*>(name.data()), name.size(),
                                    key_.data());
  return tag;
}

}  // namespace quotary
