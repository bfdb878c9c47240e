#include "ledger/log/lost_mark.h"

#include <charconv>

namespace quotary {
namespace {

constexpr std::string_view head = "quotary lost v1\nentries ", erased_head = "erased ";

std::string restoring_path(const std::string& directory) { return directory + "/restoring"; }
std::string lost_path(const std::string& directory) { return directory + "/lost"; }

// Takes a line off the text, without its LF; nothing when no whole one is left.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == text.npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<LostMark> parse(std::string_view text) {
  if (!text.starts_with(head)) return std::nullopt;
  text.remove_prefix(head.size());
  const auto entries = take_line(text);
  if (!entries) return std::nullopt;
  LostMark mark;
  const char* const end = entries->data() + entries->size();
  const auto first = std::from_chars(entries->data(), end, mark.from);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return std::nullopt;
  if (std::from_chars(first.ptr + 1, end, mark.to).ec != std::errc() || mark.to <= mark.from) mark.to = 0;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (!line || !line->starts_with(erased_head)) return std::nullopt;
    mark.erased.emplace_back(line->substr(erased_head.size()));
  }
  return mark;
}

// "#12 to #14", from the mark's text; of what cannot be read, and where the end is not known, only as much as is.
std::string entries_of(std::string_view text) {
  const auto mark = parse(text);
  if (!mark) return "some";
  if (mark->to == 0) return "perhaps some from #" + std::to_string(mark->from) + " on";
  return "#" + std::to_string(mark->from) + " to #" + std::to_string(mark->to - 1);
}

}  // namespace

Result<void> begin_restoring(FileSystem& files, const std::string& directory) {
  return write_file_durably(files, restoring_path(directory), "");
}

Result<void> end_restoring(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY_VOID(files.remove(restoring_path(directory)));
  return files.sync_directory(directory);
}

Result<void> write_lost_mark(FileSystem& files, const std::string& directory, const LostMark& mark) {
  std::string text(head);
  text += std::to_string(mark.from) + " " + (mark.to == 0 ? "unknown" : std::to_string(mark.to)) + "\n";
  for (const std::string& key_subject : mark.erased) ((text += erased_head) += key_subject) += "\n";
  if (text.size() > lost_mark_bytes_max)
    return fail(
        Errc::too_large, "too_many_erased",
        std::to_string(mark.erased.size()) + " subjects were erased by entries that are lost: restore a newer backup");
  return write_file_durably(files, lost_path(directory), text);
}

Result<std::optional<LostMark>> read_lost_mark(FileSystem& files, const std::string& directory) {
  if (!files.exists(lost_path(directory))) return std::optional<LostMark>();
  QUOTARY_TRY(text, read_file(files, lost_path(directory), lost_mark_bytes_max));
  const auto mark = parse(text);
  if (!mark) return fail(Errc::corrupt, "entries_lost", lost_path(directory) + " cannot be read");
  return mark;
}

Result<void> end_lost_mark(FileSystem& files, const std::string& directory) {
  if (files.exists(lost_path(directory))) QUOTARY_TRY_VOID(files.remove(lost_path(directory)));
  // Also where there is none any more: an earlier call may have removed it and failed to sync.
  return files.sync_directory(directory);
}

Result<void> check_restored_to_end(FileSystem& files, const std::string& directory) {
  if (!files.exists(restoring_path(directory))) return {};
  return fail(Errc::unavailable, "restore_unfinished",
              "the restoring into " + directory +
                  " was interrupted or failed: remove that folder and run `quotary restore` once more");
}

Result<void> check_restored_whole(FileSystem& files, const std::string& directory) {
  QUOTARY_TRY_VOID(check_restored_to_end(files, directory));
  if (!files.exists(lost_path(directory))) return {};
  const auto text = read_file(files, lost_path(directory), lost_mark_bytes_max);
  return fail(
      Errc::corrupt, "entries_lost",
      "this folder was restored from a backup that lacks entries which were signed and published (" +
          (text ? entries_of(*text) : "some") +
          "): to write here would give their numbers twice and fork the log, so it is for reading alone; restore "
          "a newer backup");
}

}  // namespace quotary
