#include "signing/seal.h"
#include "signing/self_signed.h"

namespace quotary::signing {

namespace {

constexpr const char* warning = "DEVELOPMENT ONLY \xe4\xbb\x85\xe4\xbe\x9b\xe5\xbc\x80\xe5\x8f\x91";

}  // namespace

Result<SealKeyFiles> make_development_seal(FileSystem& files, const std::string& directory,
                                           const std::string& organisation, Timestamp now, Random& random) {
  SealKeyFiles paths;
  paths.certificate_path = directory + "/seal.cert.pem";
  paths.key_path = directory + "/seal.key.pem";
  SelfSignedProfile profile;
  profile.subject = {{"O", organisation.empty() ? "Quotary" : std::string(shortened_name(organisation))},
                     {"OU", warning},
                     {"CN", std::string("Quotary seal, ") + warning}};
  profile.key_usage = "critical,digitalSignature,nonRepudiation";
  QUOTARY_TRY_VOID(make_self_signed(files, paths, profile, now, random));
  return paths;
}

}  // namespace quotary::signing
