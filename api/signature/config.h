// Signature requests: what an organisation demands and runs on.
#pragma once

#include "api/signature/delivery.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace quotary::signature {

// Every time of the sending, by name.
struct Pace {
  std::chrono::milliseconds poll{500};           // how often the log's size is looked at
  std::chrono::milliseconds retry_first{2'000};  // after a failure; doubled with each further one
  std::chrono::milliseconds retry_max{600'000};
  std::uint64_t failed_after = 5;          // failures in a row, after which an invitation counts as failed; it goes on
  std::uint64_t notice_attempts_max = 10;  // then a notice is given up
};

using Stroke = std::vector<std::pair<int, int>>;  // 0..10,000 of the field's width and height, y downward

// What goes into one reserved field of a document.
struct DocumentSignature {
  std::string field;  // Customer1 to Customer3
  Timestamp time;
  std::string name, reason;     // for whom, and how it was recorded; UTF-8
  std::string role;             // as which they sign; shown where there is room for it
  std::string proven;           // by which factors they proved who they are; may be empty
  std::vector<Stroke> strokes;  // of a drawn one
  std::string typed_name;       // of a typed one
};
// Appends a revision to `base` that signs the field: the answer begins with `base`. Thread-safe.
using SignDocument = std::function<Result<std::string>(std::string_view base, const DocumentSignature& signature)>;

struct SignatureConfig {
  std::shared_ptr<Delivery> delivery;                // null: nobody can be asked to sign
  std::vector<std::string> factors{"link", "code"};  // that every signer proves who they are by
  SignDocument sign_document;                        // empty: nothing can be signed
  Pace pace;
  // One line for the operator's log; called from the sending's own thread, must not block.
  std::function<void(std::string_view)> say;
};

// "link,code" -> its names, with link among them. Errc::invalid `bad_factors`.
[[nodiscard]] Result<std::vector<std::string>> parse_factors(std::string_view text);
[[nodiscard]] bool is_factor(std::string_view name);

}  // namespace quotary::signature
