#include "ledger/log/damage_mark.h"

#include <charconv>

namespace quotary {
namespace {

constexpr std::string_view head = "quotary damage v1\n", of_state = "state\n", of_entries = "entries ";
constexpr std::size_t mark_bytes_max = 128;

std::string mark_path(const std::string& directory) { return directory + "/damaged"; }
std::string mended_path(const std::string& directory) { return directory + "/damaged.mended"; }

std::optional<std::uint64_t> take_number(std::string_view& text, char behind) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(end - text.data());
  if (failed != std::errc() || digits == text.size() || *end != behind) return {};
  text.remove_prefix(digits + 1);
  return number;
}

std::optional<DamageMark> parse(std::string_view text) {
  if (!text.starts_with(head)) return {};
  text.remove_prefix(head.size());
  if (text == of_state) return DamageMark{};
  if (!text.starts_with(of_entries)) return {};
  text.remove_prefix(of_entries.size());
  const auto from = take_number(text, ' ');
  const auto to = from ? take_number(text, '\n') : std::nullopt;
  if (!to || !text.empty() || *from >= *to) return {};
  return DamageMark{*from, *to};
}

// The text of the file, cut where no mark goes on; absent when there is no file.
Result<std::optional<std::string>> read(FileSystem& files, const std::string& path) {
  if (!files.exists(path)) return std::nullopt;
  auto text = read_file(files, path, mark_bytes_max);
  if (!text && text.error().kind != Errc::too_large) return std::move(text).error();
  return text ? std::optional(std::move(*text)) : std::optional(std::string());
}

}  // namespace

Result<void> write_damage_mark(FileSystem& files, const std::string& directory, const DamageMark& mark) {
  std::string text(head);
  if (mark.of_state()) {
    text += of_state;
  } else {
    text.append(of_entries).append(std::to_string(mark.from)).append(" ").append(std::to_string(mark.to)).append("\n");
  }
  return write_file_durably(files, mark_path(directory), text);
}

Result<std::optional<DamageMark>> read_damage_mark(FileSystem& files, const std::string& directory) {
  const std::string path = mark_path(directory);
  QUOTARY_TRY(text, read(files, path));
  if (!text) return std::nullopt;
  const auto mark = parse(*text);
  if (!mark)
    return fail(Errc::corrupt, "damage_mark",
                path + " names no place that is damaged: run `quotary verify`, and remove the file when all holds");
  return mark;
}

Result<void> settle_damage_mark(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY_VOID(files.rename(mark_path(directory), mended_path(directory)));
  return files.sync_directory(directory);
}

Result<std::optional<DamageMark>> mended_damage(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY(text, read(files, mended_path(directory)));
  return text ? parse(*text) : std::nullopt;
}

Result<void> forget_mended_damage(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY_VOID(files.remove(mended_path(directory)));
  return files.sync_directory(directory);
}

}  // namespace quotary
