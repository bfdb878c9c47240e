#include "signing/cbor_bounds.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace quotary::signing {
namespace {

// RFC 8949 section 3.1.
enum MajorType : unsigned { unsigned_integer, negative_integer, byte_string, text_string, array, map, tag, simple };

struct Head {
  MajorType type;
  std::uint64_t argument;
};

// Takes an item's head off the front; nothing when it is cut off, or leaves its length open.
std::optional<Head> take_head(std::string_view& rest) {
  if (rest.empty()) return std::nullopt;
  const auto first = static_cast<unsigned char>(rest.front());
  rest.remove_prefix(1);
  const auto type = static_cast<MajorType>(first >> 5);
  const unsigned information = first & 0x1f;
  if (information < 24) return Head{type, information};
  if (information > 27) return std::nullopt;
  const std::size_t size = std::size_t{1} << (information - 24);
  if (rest.size() < size) return std::nullopt;
  std::uint64_t argument = 0;
  for (std::size_t i = 0; i < size; ++i) argument = argument << 8 | static_cast<unsigned char>(rest[i]);
  rest.remove_prefix(size);
  return Head{type, argument};
}

bool take_item(std::string_view& rest, int depth_left) {
  const auto head = take_head(rest);
  if (!head || depth_left == 0) return false;
  std::uint64_t items = 0;
  switch (head->type) {
    case unsigned_integer:
    case negative_integer:
    case simple: return true;
    case byte_string:
    case text_string:
      if (head->argument > rest.size()) return false;
      rest.remove_prefix(static_cast<std::size_t>(head->argument));
      return true;
    case array:
    case map:
      // Each has a byte at least.
      if (head->argument > rest.size()) return false;
      items = head->type == map ? 2 * head->argument : head->argument;
      break;
    case tag: items = 1; break;
  }
  for (; items > 0; --items)
    if (!take_item(rest, depth_left - 1)) return false;
  return true;
}

}  // namespace

bool cbor_within_bounds(std::string_view bytes) {
  while (!bytes.empty())
    if (!take_item(bytes, cbor_depth_max)) return false;
  return true;
}

}  // namespace quotary::signing
