// The entry of a signature that no request asked for. Inside api/use_cases.
#pragma once

#include "api/use_cases/signed_copy.h"

namespace quotary::api {

struct AddedSignature {
  std::string_view source;  // upload, own_key
  SignedCopy copy;
  std::string_view base, whole;  // the newest revision, and the next
};

// Errc::conflict `quote_<status>`, `signature_request_open`; the fold says it again at the write.
[[nodiscard]] Result<void> check_signable_now(const Organisation::Parts& parts, const records::QuoteRecord& quote);
// What is answered about such an entry: from it and its evidence alone, so that a repetition is answered with the same.
[[nodiscard]] Result<Answer> added_signature_answer(const Organisation::Parts& parts, const Entry& entry,
                                                    const std::string& proof, bool replayed);
// Appends it. `draft` has its type, actor, subject and request, and for an own key `certificate` in its body. Errors of
// the fold (records::signature_added).
[[nodiscard]] Result<Answer> append_signature(Organisation::Parts& parts, Draft draft,
                                              const records::QuoteRecord& quote, const AddedSignature& added);

}  // namespace quotary::api
