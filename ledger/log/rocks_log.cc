#include "ledger/log/rocks_log.h"

#include <isa-l/crc.h>

#include <algorithm>

namespace quotary {

namespace {

constexpr std::uint64_t block_bytes = 32u << 10;
constexpr std::size_t header_bytes = 7;
// What a frame holds of its record.
constexpr unsigned char whole = 1, first = 2, middle = 3, last = 4;
// A checksum over bytes that hold checksums is weak, so the stored one is turned and shifted.
constexpr std::uint32_t mask_delta = 0xa282ead8;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::uint32_t stored_checksum(std::string_view type_and_data) {
  // The library wants a pointer to what it only reads, and leaves both inversions of CRC-32C to the caller.
  auto* const bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(type_and_data.data()));
  const std::uint32_t sum = ~crc32_iscsi(bytes, static_cast<int>(type_and_data.size()), ~0u);
  return (sum >> 15 | sum << 17) + mask_delta;
}

}  // namespace

void LogTail::tell(std::string_view path, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (place_.path != path) place_.path = path;
  place_.size = size;
}

LogTail::Place LogTail::place() const {
  const std::lock_guard lock(mutex_);
  return place_;
}

Result<std::string> log_record(std::string_view bytes, std::uint64_t offset) {
  std::string record;
  record.reserve(bytes.size());
  bool begun = false;
  for (std::size_t at = 0; at < bytes.size();) {
    const auto damaged = [&](const char* what) {
      return fail(Errc::corrupt, "store_log_damaged",
                  std::string("the store's log at byte ") + std::to_string(offset + at) + ": " + what);
    };
    const std::uint64_t left = block_bytes - (offset + at) % block_bytes;
    if (left < header_bytes) {  // too little for a frame: zeros
      const std::string_view filling = bytes.substr(at, left);
      if (filling.find_first_not_of('\0') != filling.npos) return damaged("the end of a block is not blank");
      at += filling.size();
      continue;
    }
    if (bytes.size() - at < header_bytes) return damaged("a frame is cut off");
    const std::size_t length = little_endian(bytes.substr(at + 4, 2));
    const auto type = static_cast<unsigned char>(bytes[at + 6]);
    if (header_bytes + length > std::min<std::uint64_t>(left, bytes.size() - at)) return damaged("a frame is cut off");
    if (stored_checksum(bytes.substr(at + 6, 1 + length)) != little_endian(bytes.substr(at, 4)))
      return damaged("a frame's checksum does not hold");
    if (begun != (type == middle || type == last) || type < whole || type > last)
      return damaged("a frame is out of order");
    record.append(bytes, at + header_bytes, length);
    at += header_bytes + length;
    begun = type == first || type == middle;
    if (!begun && at != bytes.size())
      return fail(Errc::corrupt, "store_log_damaged",
                  "the store's log at byte " + std::to_string(offset + at) + ": more than one record");
  }
  if (begun || record.empty())
    return fail(Errc::corrupt, "store_log_damaged",
                "the store's log at byte " + std::to_string(offset) + ": no whole record");
  return record;
}

}  // namespace quotary
