#include "ledger/log/rocks_log.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace quotary {

namespace {

constexpr std::uint64_t block_bytes = 32u << 10;
constexpr std::uint64_t piece_bytes = 32 * block_bytes;  // read at once
constexpr std::size_t header_bytes = 7;
// A writer that overtakes the reading of its log makes it look damaged, once and hardly twice.
constexpr int looks_max = 3;
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

struct Frame {
  enum { holds, cut_off, wrong_checksum } state = cut_off;
  std::size_t bytes = 0;  // with its header
  unsigned char type = 0;
};

// The frame at the front of what is left of a block.
Frame front_frame(std::string_view rest) {
  if (rest.size() < header_bytes) return {};
  Frame frame{Frame::cut_off, header_bytes + little_endian(rest.substr(4, 2)), static_cast<unsigned char>(rest[6])};
  if (frame.bytes > rest.size()) return frame;
  const bool same = stored_checksum(rest.substr(6, frame.bytes - 6)) == little_endian(rest.substr(0, 4));
  frame.state = same ? Frame::holds : Frame::wrong_checksum;
  return frame;
}

// Whether a frame may stand where the record before it is still open, or is not.
bool in_order(const Frame& frame, bool begun) {
  return frame.type >= whole && frame.type <= last && begun == (frame.type == middle || frame.type == last);
}

bool blank(std::string_view bytes) {
  return bytes.empty() || (bytes[0] == '\0' && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

// Whether a record begins anywhere in these bytes of a block.
bool record_begins(std::string_view bytes) {
  for (; bytes.size() >= header_bytes; bytes.remove_prefix(1)) {
    const auto type = static_cast<unsigned char>(bytes[6]);
    if ((type == whole || type == first) && front_frame(bytes).state == Frame::holds) return true;
  }
  return false;
}

// Walks a log block by block.
class EndFinder {
 public:
  // False once a record begins behind a place that does not hold.
  bool take(std::string_view block) {
    std::size_t at = 0;
    while (!lost_ && block.size() - at >= header_bytes) {
      const Frame frame = front_frame(block.substr(at));
      if (frame.state != Frame::holds || !in_order(frame, begun_)) {
        lost_ = true;
        break;
      }
      at += frame.bytes;
      begun_ = frame.type == first || frame.type == middle;
      if (!begun_) end_ = seen_ + at;
    }
    seen_ += block.size();
    return !lost_ || blank(block.substr(at)) || !record_begins(block.substr(at));
  }
  [[nodiscard]] std::uint64_t end() const { return end_; }

 private:
  std::uint64_t seen_ = 0, end_ = 0;
  bool begun_ = false, lost_ = false;
};

// Absent when a record begins behind a place that does not hold.
Result<std::optional<std::uint64_t>> look_for_end(const File& file) {
  QUOTARY_TRY(size, file.size());
  EndFinder finder;
  for (std::uint64_t at = 0; at < size; at += piece_bytes) {
    QUOTARY_TRY(piece, file.read_at(at, std::min<std::uint64_t>(piece_bytes, size - at)));
    for (std::string_view rest = piece; !rest.empty();
         rest.remove_prefix(std::min<std::size_t>(rest.size(), block_bytes))) {
      if (!finder.take(rest.substr(0, block_bytes))) return std::optional<std::uint64_t>();
    }
  }
  return std::optional<std::uint64_t>(finder.end());
}

}  // namespace

void LogTail::tell(const std::string& path, std::uint64_t size, const std::shared_ptr<File>& file) {
  const std::lock_guard lock(mutex_);
  if (place_.path != path) place_.path = path;
  place_.size = size;
  if (unsynced_.empty() || unsynced_.back() != file) unsynced_.push_back(file);
}

std::vector<std::shared_ptr<File>> LogTail::take_unsynced() {
  const std::lock_guard lock(mutex_);
  return std::exchange(unsynced_, {});
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
    const Frame frame = front_frame(bytes.substr(at, left));
    if (frame.state == Frame::cut_off) return damaged("a frame is cut off");
    if (frame.state == Frame::wrong_checksum) return damaged("a frame's checksum does not hold");
    if (!in_order(frame, begun)) return damaged("a frame is out of order");
    record.append(bytes, at + header_bytes, frame.bytes - header_bytes);
    at += frame.bytes;
    begun = frame.type == first || frame.type == middle;
    if (!begun && at != bytes.size())
      return fail(Errc::corrupt, "store_log_damaged",
                  "the store's log at byte " + std::to_string(offset + at) + ": more than one record");
  }
  if (begun || record.empty())
    return fail(Errc::corrupt, "store_log_damaged",
                "the store's log at byte " + std::to_string(offset) + ": no whole record");
  return record;
}

Result<std::optional<std::uint64_t>> find_log_end(const File& file) {
  for (int look = 0; look < looks_max; ++look) {
    QUOTARY_TRY(end, look_for_end(file));
    if (end) return end;
  }
  return std::optional<std::uint64_t>();
}

Result<std::uint64_t> log_end(const File& file) {
  QUOTARY_TRY(end, find_log_end(file));
  if (end) return *end;
  return file.size();
}

}  // namespace quotary
