#include "ledger/base/random.h"

#include "ledger/base/bytes.h"

#include <openssl/rand.h>

namespace quotary {

void SystemRandom::fill(void* out, std::size_t size) {
  QUOTARY_CHECK(RAND_bytes(static_cast<unsigned char*>(out), static_cast<int>(size)) == 1);
}

std::string uuid_v7(long long unix_ms, Random& random) {
  std::string raw;
  put_u64(raw, static_cast<std::uint64_t>(unix_ms) << 16);
  raw.resize(6);
  raw += random.bytes(10);
  raw[6] = static_cast<char>((raw[6] & 0x0f) | 0x70);
  raw[8] = static_cast<char>((raw[8] & 0x3f) | 0x80);
  std::string text = to_hex(raw);
  for (const std::size_t position : {8, 13, 18, 23}) text.insert(position, 1, '-');
  return text;
}

}  // namespace quotary
