#include "signing/store_material.h"

#include "signing/security_store.h"

namespace quotary::signing {

Result<ValidationMaterial> store_material(std::string_view pdf) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(store, read_security_store(file, file.revisions().size() - 1));
  return store ? std::move(store->material) : ValidationMaterial{};
}

}  // namespace quotary::signing
