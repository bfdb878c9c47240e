// Any bytes as a document to validate: never a crash, and what is called intact is so to the last byte.
#include "signing/document_validation.h"
#include "signing/verdict.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quotary;
  const std::string_view pdf(reinterpret_cast<const char*>(data), size);
  const auto found = signing::validate_document(pdf, {}, {1'795'485'784'000});
  QUOTARY_CHECK(found.has_value() == (size <= signing::pdf_bytes_max));
  if (!found) return 0;
  QUOTARY_CHECK(found->intact == found->code.empty() && found->intact == found->reason.empty());
  QUOTARY_CHECK(found->sealed_bytes <= found->intact_bytes && found->intact_bytes <= size);
  QUOTARY_CHECK(found->intact == (found->sealed_bytes > 0 && found->intact_bytes == size));
  std::size_t end = 0, changes = 0;
  for (const auto& revision : found->revisions) {
    QUOTARY_CHECK(revision.begin == end && revision.end > end && revision.end <= size);
    end = revision.end;
    QUOTARY_CHECK(revision.allowed == (end <= found->intact_bytes) && revision.allowed == revision.code.empty());
    changes += revision.changes.size();
  }
  QUOTARY_CHECK(changes <= signing::validation_objects_named_max);
  for (const auto& signature : found->signatures) {
    QUOTARY_CHECK(!signature.trusted && signature.sound == signature.code.empty());
    QUOTARY_CHECK(!signature.later_changes_allowed || (found->intact && signature.sound));
  }
  const auto verdict =
      signing::verdict_of(signing::finding_of(*found), signing::LedgerKnowledge::none, signing::CurrentStatus::current);
  QUOTARY_CHECK(verdict == signing::Verdict::not_ours || verdict == signing::Verdict::unreadable);
  // What is appended to an intact file never is.
  if (found->intact) {
    const std::string longer = std::string(pdf) + "\n";
    const auto again = signing::validate_document(longer, {}, {1'795'485'784'000});
    QUOTARY_CHECK(!again || (!again->intact && again->intact_bytes == size));
  }
  return 0;
}
