#include "ledger/base/bytes.h"

#include <openssl/evp.h>
#include <algorithm>

#include <bit>
#include <charconv>
#include <cstring>

namespace quotary {

namespace {

// Between the machine's order of bytes and big-endian.
template <class Int>
Int swapped(Int value) {
  static_assert(std::endian::native == std::endian::little);
  if constexpr (sizeof(Int) == 8)
    return __builtin_bswap64(value);
  else if constexpr (sizeof(Int) == 4)
    return __builtin_bswap32(value);
  else
    return __builtin_bswap16(value);
}

template <class Int>
void put_big_endian(std::string& out, Int value) {
  char bytes[sizeof(Int)];
  value = swapped(value);
  std::memcpy(bytes, &value, sizeof bytes);
  out.append(bytes, sizeof bytes);
}

template <class Int>
Int get_big_endian(std::string_view bytes) {
  QUOTARY_CHECK(bytes.size() >= sizeof(Int));
  Int value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return swapped(value);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void append_hex(std::string& out, std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  const std::size_t begin = out.size();
  out.resize(begin + 2 * bytes.size());
  char* to = out.data() + begin;
  for (unsigned char byte : bytes) {
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 15];
  }
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Errc::invalid, "bad_hex", "an odd number of hexadecimal digits");
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0)
      return fail(Errc::invalid, "bad_hex", "not a lower-case hexadecimal digit at position " + std::to_string(i));
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t begin = out.size();
  out.resize(begin + 4 * ((bytes.size() + 2) / 3) + 1);  // the encoder ends with a NUL
  const int written =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + begin),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(begin + static_cast<std::size_t>(written));
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

Result<std::string> from_base64(std::string_view text) {
  const auto bad = [] { return fail(Errc::invalid, "bad_base64", "not base64 of RFC 4648 section 4 with padding"); };
  if (text.empty()) return std::string();
  if (text.size() % 4 != 0) return bad();
  std::string out(text.size() / 4 * 3, '\0');
  const int written =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (written < 0) return bad();
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(written) - padding);
  // OpenSSL skips white space and ignores unused bits; a round trip refuses both.
  if (to_base64(out) != text) return bad();
  return out;
}

std::string to_base64url(std::string_view bytes) {
  std::string out = to_base64(bytes);
  while (out.ends_with('=')) out.pop_back();
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string plain(text);
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  auto out = from_base64(plain);
  if (!out || to_base64url(*out) != text)
    return fail(Errc::invalid, "bad_base64", "not base64url of RFC 4648 section 5 without padding");
  return out;
}

void put_u16(std::string& out, std::uint16_t value) { put_big_endian(out, value); }
void put_u32(std::string& out, std::uint32_t value) { put_big_endian(out, value); }
void put_u64(std::string& out, std::uint64_t value) { put_big_endian(out, value); }

std::uint16_t get_u16(std::string_view bytes) { return get_big_endian<std::uint16_t>(bytes); }
std::uint32_t get_u32(std::string_view bytes) { return get_big_endian<std::uint32_t>(bytes); }
std::uint64_t get_u64(std::string_view bytes) { return get_big_endian<std::uint64_t>(bytes); }

Result<std::uint64_t> parse_u64(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || leading_zero) {
    return fail(Errc::invalid, "bad_decimal", "not a decimal number without sign or leading zeros");
  }
  return value;
}

}  // namespace quotary
