// Who signs a quote's document with a certificate of their own, on a machine of their own.
#pragma once

#include "api/signature/document_signing.h"
#include "api/use_cases/parts.h"
#include "signing/signing_service.h"
#include "tests/api/signing_world.h"

namespace quotary::api::testing {

struct Elsewhere {
  std::string folder;
  std::shared_ptr<const signing::DocumentSigner> signer;

  // The certificate names `organisation` and vouches for itself.
  Elsewhere(const World& w, const std::string& organisation) : folder(w.folder.path() + "/elsewhere") {
    const auto files = posix_file_system();
    SystemRandom random;
    EXPECT_TRUE(files->make_directory(folder, 0700));
    auto opened = signing::open_signing_service(*files, folder, organisation, w.clock->now(), random);
    EXPECT_TRUE(opened) << opened.error().detail;
    if (opened) signer = std::move(*opened);
  }
  [[nodiscard]] std::string roots_file() const { return folder + "/signing-service.cert.pem"; }

  [[nodiscard]] std::string sign(const Organisation::Parts& parts, std::string_view base,
                                 const std::string& field) const {
    signature::DocumentSignature asked;
    asked.field = field;
    asked.time = parts.now();
    asked.name = asked.typed_name = "陈立";
    asked.reason = "signed elsewhere";
    const auto whole = signature::document_signing(signer, parts.fonts)(base, asked);
    EXPECT_TRUE(whole) << whole.error().detail;
    return whole ? *whole : std::string();
  }
};

}  // namespace quotary::api::testing
