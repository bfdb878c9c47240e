#include "ledger/blobs/blob_reference.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/blobs/limits.h"

#include <algorithm>

namespace quotary::blobs {

namespace {

constexpr std::uint64_t reference_version = 1;
constexpr std::size_t reference_text_bytes_max = 256;

Error bad(std::string pointer, std::string detail) {
  Error error = fail(Errc::corrupt, "blob_reference",
                     "it is no reference to a large content, or a damaged one, at " + pointer + ": " + detail);
  error.problems.push_back({std::move(pointer), error.code, std::move(detail)});
  return error;
}

bool is_hex_of(std::string_view text, std::size_t bytes) {
  return text.size() == 2 * bytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

bool is_blob_id(std::string_view id) { return is_hex_of(id, blob_id_bytes); }

std::string reference_text(const BlobReference& reference) {
  QUOTARY_CHECK(is_blob_id(reference.id) && reference.nonce.size() == content_nonce_bytes);
  std::string text;
  text.reserve(reference_text_bytes_max);  // growing would leave parts of the key behind
  text += R"({"id":")" + reference.id + R"(","key":")";
  append_hex(text, reference.key.view());
  text += R"(","nonce":")" + to_hex(reference.nonce) + R"(","size":)" + std::to_string(reference.size_bytes) +
          R"(,"v":)" + std::to_string(reference_version) + "}";
  QUOTARY_CHECK(text.size() <= reference_text_bytes_max);
  return text;
}

Result<BlobReference> parse_reference(std::string_view text) {
  CanonicalScanner in(text);
  std::string_view id, key, nonce;
  std::uint64_t size_bytes = 0, version = 0;
  if (!in.literal(R"({"id":)") || !in.string(id) || !is_blob_id(id))
    return bad("/id", "32 lower-case hexadecimal digits are expected");
  if (!in.literal(R"(,"key":)") || !in.string(key) || !is_hex_of(key, content_key_bytes))
    return bad("/key", "64 lower-case hexadecimal digits are expected");
  if (!in.literal(R"(,"nonce":)") || !in.string(nonce) || !is_hex_of(nonce, content_nonce_bytes))
    return bad("/nonce", "32 lower-case hexadecimal digits are expected");
  if (!in.literal(R"(,"size":)") || !in.number(size_bytes) || !in.next_is(',') || size_bytes > blob_bytes_max)
    return bad("/size", "an integer from 0 to " + std::to_string(blob_bytes_max) + " is expected");
  if (!in.literal(R"(,"v":)") || !in.number(version) || version != reference_version)
    return bad("/v", "1 is expected; this program reads no other version");
  if (!in.literal("}") || !in.at_end()) return bad("", "it has these five members and nothing behind them");
  QUOTARY_TRY(key_bytes, from_hex(key));
  const WipedAtEnd wiped(key_bytes);
  QUOTARY_TRY(nonce_bytes, from_hex(nonce));
  return BlobReference{std::string(id), ContentKey(key_bytes), std::move(nonce_bytes), size_bytes};
}

}  // namespace quotary::blobs
