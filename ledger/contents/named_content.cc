#include "ledger/contents/named_content.h"

#include "ledger/records/cases.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::contents {

namespace {

using records::number_of;
using records::text_of;

constexpr std::size_t folder_digits = 2;

void sort(std::vector<NamingEntry>& entries) {
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
}

Result<blobs::BlobReference> read_reference(const LogView& view, const Entry& entry, std::size_t ordinal) {
  QUOTARY_TRY(text, view.payload(entry, ordinal));
  const WipedAtEnd wiped(text);
  return blobs::parse_reference(text);
}

}  // namespace

Result<std::vector<NamingEntry>> naming_entries(const StateReader& state, std::uint64_t from, std::uint64_t to) {
  std::vector<NamingEntry> out;
  QUOTARY_TRY_VOID(records::for_each_item(state, [&](const records::ItemRecord& item) {
    for (const auto& each : item.versions)
      if (each.index >= from && each.index < to) out.push_back({each.index, each.size});
    return true;
  }));
  sort(out);
  return out;
}

Result<std::vector<NamingEntry>> naming_entries_of(const StateReader& state, std::string_view case_id) {
  QUOTARY_TRY(items, records::find_items(state, case_id));
  std::vector<NamingEntry> out;
  for (const auto& item : items)
    for (const auto& each : item.versions) out.push_back({each.index, each.size});
  sort(out);
  return out;
}

Result<NamedContent> named_content(const LogView& view, std::uint64_t index) {
  QUOTARY_TRY(entry, view.entry(index));
  const auto object = std::find_if(entry.objects.begin(), entry.objects.end(), [](const ObjectRef& each) {
    return each.name == reference_object && !each.key_subject.empty();
  });
  const auto commitment = Hash::from_hex(text_of(entry.body, "content"));
  if (entry.type != records::evidence_added_type || object == entry.objects.end() || !commitment)
    return fail(Errc::corrupt, "names_no_content", "entry " + std::to_string(index) + " names no content");
  NamedContent out;
  out.index = index;
  out.key_subject = object->key_subject;
  out.commitment = *commitment;
  out.size_bytes = number_of(entry.body, "size");
  auto reference = read_reference(view, entry, static_cast<std::size_t>(object - entry.objects.begin()));
  if (reference)
    out.reference = std::move(*reference);
  else
    out.unread = std::move(reference).error();
  return out;
}

std::string blob_path(std::string_view id) {
  return std::string(blobs_folder) + "/" + std::string(id.substr(0, folder_digits)) + "/" + std::string(id);
}

}  // namespace quotary::contents
