// A question about a document, in the parts that cross to the process that judges it.
#pragma once

#include "api/judging/judgement.h"

#include <cstddef>

namespace quotary::judging {

enum QuestionPart : std::size_t { part_now, part_signer_roots, part_time_roots, part_pdf };
inline constexpr std::size_t now_text_max = 32;  // RFC 3339

}  // namespace quotary::judging
