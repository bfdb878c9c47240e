// Any bytes as what a process that judges documents answers: that one reads hostile files, so its answer is a
// stranger's too. Never a crash, and nothing is taken that encode() does not write.
#include "api/judging/judgement.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto judged = judging::decode(text);
  if (judged) QUOTARY_CHECK(judging::encode(judged) == text);
  return 0;
}
