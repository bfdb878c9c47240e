// Parts of a representation (RFC 9110 section 14). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::http {

struct ByteRange {
  std::uint64_t first = 0, size = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

enum class RangeKind {
  whole,          // none was asked for, or one that may be ignored: malformed, of another unit, several at once
  part,           // 206
  unsatisfiable,  // 416
};

struct AskedRange {
  RangeKind kind = RangeKind::whole;
  ByteRange range;  // of RangeKind::part
};

// What of `size` bytes the header `Range` asks for. `if_range` is the header's value, or "": anything but exactly the
// strong `etag` makes it the whole.
[[nodiscard]] AskedRange asked_range(std::string_view range, std::string_view if_range, std::string_view etag,
                                     std::uint64_t size);

// "bytes 0-9/100", the value of Content-Range; without a range, of a 416.
[[nodiscard]] std::string content_range(const std::optional<ByteRange>& range, std::uint64_t size);

}  // namespace quotary::http
