#include "ledger/contents/exported_contents.h"

#include "ledger/contents/named_content.h"
#include "ledger/log/entry.h"
#include "ledger/records/cases.h"
#include "ledger/records/fields.h"

#include <memory>
#include <utility>

namespace quotary::contents {

namespace {

constexpr std::size_t reference_bytes_max = 4u << 10;  // a reference has some 200

Result<void> write_content(const blobs::BlobReader& reader, const Hash& commitment,
                           const std::function<Result<void>(std::string_view)>& write) {
  std::optional<Error> failed;
  auto checked = reader.check(commitment, [&](std::string_view part) {
    if (auto written = write(part); !written) failed = std::move(written).error();
    return !failed;
  });
  if (failed) return std::move(*failed);
  return checked;
}

}  // namespace

FindExportContent contents_for_export(const blobs::BlobStore& store) {
  return [&store](std::string_view canonical, std::string_view name,
                  std::string_view plain) -> Result<std::optional<ExportContent>> {
    if (name != reference_object) return std::optional<ExportContent>();
    QUOTARY_TRY(entry, parse_entry(canonical));
    if (entry.type != records::evidence_added_type) return std::optional<ExportContent>();
    const auto commitment = Hash::from_hex(records::text_of(entry.body, "content"));
    QUOTARY_TRY(reference, blobs::parse_reference(plain));
    QUOTARY_TRY(opened, store.open_blob(reference));
    if (!commitment)
      return fail(Errc::corrupt, "names_no_content", "entry " + std::to_string(entry.index) + " commits to no content");
    const auto reader = std::make_shared<const blobs::BlobReader>(std::move(opened));
    return std::optional<ExportContent>(
        [reader, commitment](const auto& write) { return write_content(*reader, *commitment, write); });
  };
}

ExportedContents::ExportedContents() {
  watch_.wants = [](const EntryView& entry) { return entry.type == records::evidence_added_type; };
  watch_.bytes_max = reference_bytes_max;
  watch_.see = [this](std::uint64_t, const EntryView& entry, std::string_view canonical,
                      const std::vector<ExportedObject>& objects) { return see(entry, canonical, objects); };
}

std::vector<ExportedContent> ExportedContents::take() { return std::exchange(named_, {}); }

std::optional<std::string> ExportedContents::see(const EntryView& entry, std::string_view canonical,
                                                 const std::vector<ExportedObject>& objects) {
  for (std::size_t place = 0; place < entry.objects.size(); ++place) {
    if (entry.objects[place].name != reference_object || entry.objects[place].key_subject.empty()) continue;
    if (!objects[place].held) return std::nullopt;  // withheld: nothing to hold a content against
    const auto whole = parse_entry(canonical);
    if (!whole) return std::nullopt;  // said of the entry itself
    const auto commitment = Hash::from_hex(records::text_of(whole->body, "content"));
    const auto reference =
        objects[place].bytes ? blobs::parse_reference(*objects[place].bytes) : Result<blobs::BlobReference>(Error{});
    if (!commitment || !reference) return "it names a content by a reference that is none";
    if (reference->size_bytes != records::number_of(whole->body, "size"))
      return "its reference and its body name contents of different sizes";
    named_.push_back({entry.index, reference->nonce, *commitment, reference->size_bytes});
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace quotary::contents
