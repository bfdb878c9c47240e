// What a MaterialPool holds. For the sources of this folder only.
#pragma once

#include "signing/ocsp.h"
#include "signing/openssl_handles.h"
#include "signing/validation_material.h"

#include <utility>

namespace quotary::signing {

struct MaterialPool::State {
  std::vector<CertificatePtr> certificates;
  std::vector<std::pair<std::string, CrlPtr>> revocation_lists;  // DER, and decoded
  std::vector<std::pair<std::string, OcspAnswer>> ocsp_answers;
  std::size_t unreadable = 0;
};

// One certificate in strict DER and nothing else, or null. Leaves the error queue empty.
[[nodiscard]] CertificatePtr read_certificate(std::string_view der);

}  // namespace quotary::signing
