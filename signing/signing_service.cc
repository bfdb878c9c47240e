#include "signing/signing_service.h"

#include "signing/self_signed.h"

namespace quotary::signing {

Result<std::shared_ptr<const DocumentSigner>> open_signing_service(FileSystem& files, const std::string& directory,
                                                                   const std::string& organisation, Timestamp now,
                                                                   Random& random) {
  SealKeyFiles paths;
  paths.certificate_path = directory + "/signing-service.cert.pem";
  paths.key_path = directory + "/signing-service.key.pem";
  if (!files.exists(paths.certificate_path)) {
    SelfSignedProfile profile;
    profile.subject = {{"O", organisation.empty() ? "Quotary" : std::string(shortened_name(organisation))},
                       {"OU", "records signatures of others 代为记录他人签名"},
                       {"CN", "Quotary signing service 签署服务"}};
    profile.key_usage = "critical,digitalSignature,nonRepudiation";
    QUOTARY_TRY_VOID(make_self_signed(files, paths, profile, now, random));
  }
  return load_document_signer(files, paths, now);
}

}  // namespace quotary::signing
