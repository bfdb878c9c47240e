#include "ledger/log/export_pack.h"

#include "ledger/base/bytes.h"
#include "ledger/base/time.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::string_view plain_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::size_t plain_name_bytes_max = 40;
constexpr std::string_view numbered = "object-", erased = ".erased";
constexpr std::pair<std::string_view, std::string_view> suffixes[] = {
    {"application/json", ".json"},         {"application/pdf", ".pdf"}, {"text/plain", ".txt"},
    {"text/plain; charset=utf-8", ".txt"}, {"image/png", ".png"},       {"image/jpeg", ".jpg"}};

// Places in a ustar header (POSIX.1-2017, pax, "ustar Interchange Format").
struct Field {
  std::size_t at, bytes;
};
constexpr Field field_mode{100, 8}, field_user{108, 8}, field_group{116, 8}, field_size{124, 12}, field_time{136, 12},
    field_sum{148, 8}, field_type{156, 1}, field_magic{257, 8};

void put(std::string& block, const Field& field, std::string_view bytes) {
  block.replace(field.at, bytes.size(), bytes);
}

// Octal digits that fill the field but for the NUL at its end.
void put_octal(std::string& block, const Field& field, std::uint64_t value) {
  for (std::size_t i = field.bytes - 1; i-- > 0; value >>= 3)
    block[field.at + i] = static_cast<char>('0' + (value & 7));
}

std::string header(const std::string& name, std::uint64_t size, const EntryView& entry) {
  std::string block(pack_block_bytes, '\0');
  block.replace(0, name.size(), name);
  put_octal(block, field_mode, 0644);
  put_octal(block, field_user, 0);
  put_octal(block, field_group, 0);
  put_octal(block, field_size, size);
  const auto time = parse_rfc3339(entry.time);
  const std::int64_t seconds = time ? time->unix_ms / 1000 : 0;
  put_octal(block, field_time,
            std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), 0,
                                      pack_member_bytes_max));
  put(block, field_type, "0");
  put(block, field_magic, std::string_view("ustar\00000", 8));
  // The sum is taken with blanks in its own place.
  put(block, field_sum, "        ");
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(block, {field_sum.at, field_sum.bytes - 1}, sum);
  block[field_sum.at + 6] = '\0';
  return block;
}

}  // namespace

std::string pack_member_name(const EntryView& entry, std::size_t place) {
  const ObjectView& object = entry.objects[place];
  const bool plain = !object.name.empty() && object.name.size() <= plain_name_bytes_max &&
                     object.name.find_first_not_of(plain_characters) == object.name.npos &&
                     !object.name.starts_with(numbered);
  std::string name = std::to_string(entry.index) + "/";
  name += plain ? std::string(object.name) : std::string(numbered) + std::to_string(place);
  for (const auto& [media_type, suffix] : suffixes) {
    if (object.media_type == media_type) return name + std::string(suffix);
  }
  return name;
}

std::optional<std::string> pack_header(const EntryView& entry, std::size_t place) {
  const std::uint64_t size = entry.objects[place].size;
  if (size > pack_member_bytes_max) return std::nullopt;
  return header(pack_member_name(entry, place), size, entry);
}

std::string pack_erased_header(const EntryView& entry, std::size_t place) {
  return header(pack_member_name(entry, place) + std::string(erased), 0, entry);
}

std::size_t pack_padding(std::uint64_t bytes) {
  return static_cast<std::size_t>((pack_block_bytes - bytes % pack_block_bytes) % pack_block_bytes);
}

}  // namespace quotary
