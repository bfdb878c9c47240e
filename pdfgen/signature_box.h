// The boxes that a document reserves for signatures, all of one size.
#pragma once

namespace quotary::pdfgen {

// In PDF points.
inline constexpr double signature_box_width = 120.32, signature_box_height = 54;

}  // namespace quotary::pdfgen
