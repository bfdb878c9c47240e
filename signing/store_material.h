// What a document brings along for its own later proof, for who wants it as files.
#pragma once

#include "signing/validation_material.h"

#include <string_view>

namespace quotary::signing {

// Of the newest store of validation data; empty when there is none. Errors of PdfFile::read() and
// read_security_store().
[[nodiscard]] Result<ValidationMaterial> store_material(std::string_view pdf);

}  // namespace quotary::signing
