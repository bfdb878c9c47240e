#include "ledger/log/lost_mark.h"

#include <charconv>

namespace quotary {
namespace {

constexpr std::string_view head = "quotary lost v1\nentries ";
constexpr std::size_t mark_bytes_max = 128;

std::string restoring_path(const std::string& directory) { return directory + "/restoring"; }
std::string lost_path(const std::string& directory) { return directory + "/lost"; }

// "#12 to #14", from the mark's text; of what cannot be read, and where the end is not known, only as much as is.
std::string entries_of(std::string_view text) {
  if (!text.starts_with(head)) return "some";
  text.remove_prefix(head.size());
  std::uint64_t from = 0, to = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, from);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return "some";
  if (std::from_chars(first.ptr + 1, end, to).ec != std::errc() || to <= from)
    return "perhaps some from #" + std::to_string(from) + " on";
  return "#" + std::to_string(from) + " to #" + std::to_string(to - 1);
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
  return write_file_durably(files, lost_path(directory), text);
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
  const auto text = read_file(files, lost_path(directory), mark_bytes_max);
  return fail(
      Errc::corrupt, "entries_lost",
      "this folder was restored from a backup that lacks entries which were signed and published (" +
          (text ? entries_of(*text) : "some") +
          "): to write here would give their numbers twice and fork the log, so it is for reading alone; restore "
          "a newer backup");
}

}  // namespace quotary
