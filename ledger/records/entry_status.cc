#include "ledger/records/entry_status.h"

#include "ledger/records/fields.h"
#include "ledger/records/signing.h"

#include <algorithm>
#include <iterator>

namespace quotary::records {

namespace {

Error bad(const Entry& entry, const std::string& why) {
  return fail(Errc::corrupt, "bad_history", "entry " + std::to_string(entry.index) + " (" + entry.type + ") " + why);
}

Result<EntryStatus> status_of_issue(const Entry& entry) {
  EntryStatus out;
  if (entry.type != "quote.issued") return bad(entry, "is no issue of a quote");
  out.number = text_of(entry.body, "number");
  if (entry.subject != std::string(quote_subject_prefix) + out.number) return bad(entry, "is of another quote");
  auto issued_at = parse_rfc3339(text_of(entry.body, "issued_at"));
  if (!issued_at) return bad(entry, "says no time of issue");
  out.issued_at = *issued_at;
  for (const ObjectRef& object : entry.objects)
    if (object.name == "pdf") out.document_sha256 = object.sha256;
  if (out.document_sha256 == Hash{}) return bad(entry, "names no document");
  out.status = "issued";
  return out;
}

bool says(const Entry& signing, std::string_view member) {
  const auto* value = signing.body.if_contains(member);
  return value != nullptr && value->is_bool() && value->get_bool();
}

void say_request(EntryStatus& out, const Entry& asked) {
  out.requested_at = asked.time;
  out.requested_by = asked.actor_id;
  out.requested_role = asked.actor_role;
}

// Types of entries that say nothing about what became of a quote.
bool leaves_status(std::string_view type) {
  constexpr std::string_view types[] = {signature_requested_type,    signature_sent_type,   signature_reminded_type,
                                        signature_link_renewed_type, signature_viewed_type, signature_revoked_type,
                                        signature_expired_type,      revision_added_type,   signature_scanned_type,
                                        passkey_registered_type};
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

}  // namespace

Result<EntryStatus> status_of_entries(std::span<const Entry> entries) {
  if (entries.empty()) return fail(Errc::corrupt, "bad_history", "there is no entry about the quote");
  QUOTARY_TRY(out, status_of_issue(entries.front()));
  const Entry* superseded = nullptr;
  const Entry* asked = nullptr;
  const Entry* voided = nullptr;
  const Entry* answered = nullptr;  // by the customer
  for (const Entry& entry : entries.subspan(1)) {
    if (text_of(entry.body, "number") != out.number) return bad(entry, "names another quote");
    const std::string& type = entry.type;
    if (type == "quote.superseded") {
      if (superseded != nullptr || voided != nullptr) return bad(entry, "cannot follow those before it");
      superseded = &entry;
    } else if (type == "void.requested") {
      if (asked != nullptr || voided != nullptr) return bad(entry, "cannot follow those before it");
      asked = &entry;
    } else if (type == "void.approved" || type == "void.rejected" || type == "void.withdrawn" ||
               type == "void.lapsed") {
      if (asked == nullptr || text_of(entry.body, "request") != text_of(asked->body, "request"))
        return bad(entry, "decides no open request");
      const bool decides = type == "void.approved" || type == "void.rejected";
      if (decides && entry.actor_id == asked->actor_id)
        return fail(Errc::corrupt, "four_eyes",
                    "entry " + std::to_string(entry.index) + " (" + entry.type + ") is by " + entry.actor_id +
                        ", who asked for it in entry " + std::to_string(asked->index));
      if (type == "void.approved") {
        voided = &entry;
        out.approved_by = entry.actor_id;
        out.approved_role = entry.actor_role;
        say_request(out, *asked);
        out.reason_code = text_of(asked->body, "reason_code");
      }
      asked = nullptr;
    } else if (type == signature_signed_type || type == signature_declined_type) {
      if (answered != nullptr || superseded != nullptr || voided != nullptr)
        return bad(entry, "cannot follow those before it");
      if (type == signature_declined_type || says(entry, "completes")) answered = &entry;
    } else if (type == signature_added_type) {
      const bool accepts = says(entry, "accepts");
      if (superseded != nullptr || voided != nullptr || (accepts && answered != nullptr))
        return bad(entry, "cannot follow those before it");
      if (accepts) answered = &entry;
    } else if (!leaves_status(type)) {
      return fail(
          Errc::invalid, "unknown_entry_type",
          "entry " + std::to_string(entry.index) + " is of type " + type + ", which this program does not know");
    }
  }
  if (superseded != nullptr) out.superseded_by = text_of(superseded->body, "superseded_by");
  if (voided == nullptr && asked != nullptr) {
    out.reason_code = text_of(asked->body, "reason_code");
    say_request(out, *asked);
  }
  const Entry* const counts = voided != nullptr       ? voided
                              : superseded != nullptr ? superseded
                              : answered != nullptr   ? answered
                                                      : asked;
  if (counts == nullptr) return out;
  out.status = counts == voided                            ? "voided"
               : counts == superseded                      ? "superseded"
               : counts == asked                           ? "void_requested"
               : answered->type == signature_declined_type ? "declined"
                                                           : "accepted";
  out.since = counts->time;
  return out;
}

}  // namespace quotary::records
