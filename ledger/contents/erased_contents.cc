#include "ledger/contents/erased_contents.h"

#include "ledger/base/json.h"
#include "ledger/records/cases.h"
#include "ledger/records/fields.h"

#include <vector>

namespace quotary::contents {

namespace {

constexpr std::uint64_t list_version = 1;
constexpr std::size_t list_bytes_max = 4u << 20;  // a case has at most 20,000 versions of evidence, 35 bytes each

// Absent: the key is destroyed, so nothing can be told any more.
Result<std::optional<json::array>> files_of(const Ledger& ledger, std::string_view target) {
  std::optional<json::array> out{std::in_place};
  QUOTARY_TRY_VOID(read_log(ledger, [&](const LogView& view) -> Result<void> {
    QUOTARY_TRY(entries, naming_entries_of(view.state, target.substr(records::case_subject_prefix.size())));
    for (const NamingEntry& each : entries) {
      auto content = named_content(view, each.index);
      // What damage hides stays behind as a file that nothing can open: the law does not wait for it.
      if (!content && content.error().kind == Errc::corrupt) continue;
      if (!content) return std::move(content).error();
      if (content->key_subject != target) continue;
      if (content->erased()) {
        out.reset();
        return {};
      }
      if (content->reference) {
        out->emplace_back(content->reference->id);
      } else if (content->unread.kind != Errc::corrupt) {
        return content->unread;
      }
    }
    return {};
  }));
  return out;
}

Result<std::vector<std::string>> parse_list(std::string_view text, std::string_view target) {
  const auto damaged = fail(Errc::corrupt, "erasing_damaged", "what goes with " + std::string(target) + " is no list");
  const auto read = parse_json(text);
  if (!read || !read->is_object()) return damaged;
  const auto& object = read->get_object();
  const auto* const listed = object.if_contains("blobs");
  if (records::number_of(object, "v") != list_version || records::text_of(object, "target") != target ||
      listed == nullptr || !listed->is_array())
    return damaged;
  std::vector<std::string> out;
  for (const auto& each : listed->get_array()) {
    if (!each.is_string() || !blobs::is_blob_id(std::string_view(each.get_string()))) return damaged;
    out.emplace_back(each.get_string());
  }
  return out;
}

}  // namespace

std::string ErasedContents::list_path(std::string_view target) const { return folder_ + "/" + sha256(target).hex(); }

Result<void> ErasedContents::write_down(std::string_view target) {
  if (!target.starts_with(records::case_subject_prefix)) return {};
  QUOTARY_TRY(listed, files_of(ledger_, target));
  if (!listed || listed->empty()) return {};
  QUOTARY_TRY(text,
              canonical_json(json::object{{"blobs", std::move(*listed)}, {"target", target}, {"v", list_version}}));
  const std::lock_guard lock(mutex_);
  QUOTARY_TRY_VOID(files_.make_directory(folder_));
  return write_file_durably(files_, list_path(target), text);
}

Result<void> ErasedContents::take_away(std::string_view target) {
  const std::string path = list_path(target);
  const std::lock_guard lock(mutex_);
  if (!files_.exists(path)) return {};
  QUOTARY_TRY(text, read_file(files_, path, list_bytes_max));
  QUOTARY_TRY(listed, parse_list(text, target));
  for (const std::string& id : listed) QUOTARY_TRY_VOID(store_.remove(id));
  QUOTARY_TRY_VOID(files_.remove(path));
  return files_.sync_directory(folder_);
}

}  // namespace quotary::contents
