#include "ledger/log/export_pack.h"

#include "ledger/base/time.h"
#include "ledger/log/ustar.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::string_view plain_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
constexpr std::size_t plain_name_bytes_max = 40;
constexpr std::string_view numbered = "object-", erased = ".erased";
constexpr std::pair<std::string_view, std::string_view> suffixes[] = {
    {"application/json", ".json"},         {"application/pdf", ".pdf"}, {"text/plain", ".txt"},
    {"text/plain; charset=utf-8", ".txt"}, {"image/png", ".png"},       {"image/jpeg", ".jpg"}};

std::string header(std::string name, std::uint64_t size, const EntryView& entry) {
  const auto time = parse_rfc3339(entry.time);
  const std::int64_t seconds = time ? time->unix_ms / 1000 : 0;
  return ustar_header(
      {std::move(name), size,
       std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::max<std::int64_t>(seconds, 0)), 0, ustar_number_max)});
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
  if (size > ustar_number_max) return std::nullopt;
  return header(pack_member_name(entry, place), size, entry);
}

std::string pack_erased_header(const EntryView& entry, std::size_t place) {
  return header(pack_member_name(entry, place) + std::string(erased), 0, entry);
}

}  // namespace quotary
