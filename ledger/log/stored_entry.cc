#include "ledger/log/stored_entry.h"

#include "ledger/log/entry.h"

namespace quotary {

namespace {

// To a reader it is one thing whichever layer found the damage. Where in the store it lies is for `quotary verify`.
Error damaged(const char* code, const std::string& where, Error found) {
  if (found.kind != Errc::corrupt) return found;
  return fail(Errc::corrupt, code, where + ": its stored bytes are damaged");
}

}  // namespace

Result<Entry> read_entry(const StoreView& view, std::uint64_t index, const NodeReader& nodes) {
  const std::string where = "entry " + std::to_string(index);
  auto found = view.get(Family::entries, index_key(index));
  if (!found) return damaged("entry_damaged", where, std::move(found).error());
  if (!*found) return fail(Errc::corrupt, "entry_missing", where + " is missing from the store");
  auto read = parse_entry(**found);
  if (!read) return fail(Errc::corrupt, "entry_damaged", where + ": its stored bytes are damaged");
  QUOTARY_TRY(leaf, nodes(0, index));
  if (read->leaf != leaf || read->index != index)
    return fail(Errc::corrupt, "entry_damaged", where + " differs from its leaf");
  return std::move(*read);
}

Result<std::string> read_payload(const StoreView& view, const ObjectCipher* cipher, const Entry& entry,
                                 std::size_t ordinal) {
  const ObjectRef& reference = entry.objects[ordinal];
  const std::string where = "payload " + reference.name + " of entry " + std::to_string(entry.index);
  auto found = view.get(Family::objects, object_key(entry.index, ordinal));
  if (!found) return damaged("payload_damaged", where, std::move(found).error());
  if (!*found) return fail(Errc::corrupt, "payload_missing", where + " is missing from the store");
  std::string plain = std::move(**found);
  if (!reference.key_subject.empty()) {
    QUOTARY_CHECK(cipher != nullptr);
    auto opened = cipher->decrypt(reference.key_subject, object_id(entry.index, reference.name), plain);
    // The entry is there, so its key must be: to the caller this is damage and not an absence.
    if (!opened && opened.error().code == "subject_key_missing")
      return fail(Errc::corrupt, "subject_key_missing", where + ": " + opened.error().detail);
    if (!opened) return damaged("payload_damaged", where, std::move(opened).error());
    plain = std::move(*opened);
  }
  if (sha256(plain) != reference.sha256)
    return fail(Errc::corrupt, "payload_damaged",
                where + ": its stored bytes are damaged, they do not have the recorded hash");
  return plain;
}

}  // namespace quotary
