// A file that is to be inspected, and how the question crosses to the process that reads it.
#pragma once

#include "api/inspecting/geo.h"
#include "ledger/base/result.h"
#include "ledger/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::inspecting {

struct Question {
  std::string_view bytes;        // the file; of one with more than inspected_bytes_max its beginning
  std::uint64_t size_bytes = 0;  // of the whole file
  std::string declared_media_type, file_name;
  Timestamp now;
  std::optional<Site> site;  // where a photo should have been taken
};

enum QuestionPart : std::size_t { part_head, part_bytes };

// The head that asks for a picture (picture.h) of the whole file's bytes, in place of an inspection.
inline constexpr std::string_view picture_head = R"({"make":"picture"})";

// All but the bytes, as canonical JSON; the name made safe, a declared type that is no media type left out.
[[nodiscard]] std::string encode_head(const Question& question);
// Takes what encode_head() writes and no other spelling. Errc::internal `question_malformed`.
[[nodiscard]] Result<Question> decode_head(std::string_view head, std::string_view bytes);

// Lower case and without parameters; empty when it is none (RFC 6838).
[[nodiscard]] std::string media_type_of(std::string_view text);

}  // namespace quotary::inspecting
