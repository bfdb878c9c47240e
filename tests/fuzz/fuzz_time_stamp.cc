// Any bytes as an answer of a time-stamping authority, as a token and as a question to our own: never a crash, and what
// is taken is what was signed, to the byte.
#include "signing/time_stamp.h"
#include "tests/support/fake_log.h"

#include <cstddef>
#include <cstdint>

namespace {

using namespace quotary;

const signing::TimeToken* read_token(std::string_view bytes) {
  static std::optional<signing::TimeToken> kept;
  auto read = signing::read_time_token(bytes);
  if (!read) {
    QUOTARY_CHECK(!read.error().code.empty() && !read.error().detail.empty());
    return nullptr;
  }
  QUOTARY_CHECK(read->der == bytes && bytes.size() <= signing::time_reply_bytes_max);
  kept = std::move(*read);
  return &*kept;
}

struct Own {
  testing::TemporaryFolder folder;
  std::shared_ptr<testing::SetClock> clock = std::make_shared<testing::SetClock>("2026-11-24T02:03:04.567Z");
  std::shared_ptr<Random> random = std::make_shared<testing::SeededRandom>(1);
  std::unique_ptr<signing::TimeAuthority> authority;
  signing::TimeQuery query;
  Own() {
    const auto files = posix_file_system();
    const auto paths = signing::TimeAuthority::make(*files, folder.path(), "", clock->now(), *random).value();
    authority = signing::TimeAuthority::open(files, paths, clock, random).value();
    query = signing::make_time_query(sha256(""), *random).value();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Own own;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // Nobody who writes these bytes has the key.
  QUOTARY_CHECK(!signing::check_time_reply(bytes, own.query, own.authority->certificate_pem(), own.clock->now()));
  if (const auto* token = read_token(bytes)) {
    QUOTARY_CHECK(!signing::check_time_token(bytes, token->imprint, own.authority->certificate_pem()));
  }
  const auto answer = own.authority->answer(bytes);
  QUOTARY_CHECK(answer && !answer->der.empty());
  const auto told =
      signing::check_time_reply(answer->der, own.query, own.authority->certificate_pem(), own.clock->now());
  QUOTARY_CHECK(!told && (told.error().code == "time_refused") != answer->granted);
  return 0;
}
