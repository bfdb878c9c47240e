#include "ledger/blobs/upload_sidecar.h"

#include "ledger/base/bytes.h"
#include "ledger/base/json.h"
#include "ledger/blobs/blob_reference.h"
#include "ledger/blobs/limits.h"

namespace quotary::blobs {

namespace {

constexpr std::uint64_t sidecar_version = 1;
constexpr JsonLimits sidecar_limits{2, 16};
constexpr std::int64_t time_ms_max = 253'402'300'799'999;  // the year 9999's last

Error damaged() {
  return fail(Errc::corrupt, "upload_damaged", "what stands beside the upload is not what was written there");
}

std::string object_id(std::string_view id) { return "upload:" + std::string(id); }

}  // namespace

std::string sidecar_text(const UploadSidecar& sidecar) {
  auto text = canonical_json(json::object{{"created_at", sidecar.created_at.unix_ms},
                                          {"exact", sidecar.size_is_exact},
                                          {"owner", sidecar.owner},
                                          {"sealed", to_base64(sidecar.sealed)},
                                          {"size", sidecar.size_bytes},
                                          {"subject", sidecar.key_subject},
                                          {"v", sidecar_version}});
  QUOTARY_CHECK(text.has_value());  // names and sizes were checked when the upload was made
  return std::move(*text);
}

Result<UploadSidecar> parse_sidecar(std::string_view text) {
  const auto value = parse_json(text, sidecar_limits);
  if (!value || !value->is_object()) return damaged();
  const json::object& members = value->get_object();
  const auto* const created_at = members.if_contains("created_at");
  const auto* const exact = members.if_contains("exact");
  const auto* const owner = members.if_contains("owner");
  const auto* const sealed = members.if_contains("sealed");
  const auto* const size = members.if_contains("size");
  const auto* const subject = members.if_contains("subject");
  if (!created_at || !created_at->is_int64() || !exact || !exact->is_bool() || !owner || !owner->is_string() ||
      !sealed || !sealed->is_string() || !size || !size->is_int64() ||
      static_cast<std::uint64_t>(size->get_int64()) > blob_bytes_max || !subject || !subject->is_string())
    return damaged();
  const auto sealed_bytes = from_base64(sealed->get_string());
  if (!sealed_bytes || created_at->get_int64() < 0 || created_at->get_int64() > time_ms_max) return damaged();
  UploadSidecar sidecar{std::string(owner->get_string()),
                        std::string(subject->get_string()),
                        Timestamp{created_at->get_int64()},
                        static_cast<std::uint64_t>(size->get_int64()),
                        exact->get_bool(),
                        *sealed_bytes};
  if (sidecar_text(sidecar) != text) return damaged();
  return sidecar;
}

Result<std::string> seal_secrets(ObjectCipher& cipher, std::string_view key_subject, std::string_view id,
                                 const UploadSecrets& secrets) {
  std::string plain;
  const WipedAtEnd wiped(plain);
  plain.reserve(content_key_bytes + content_nonce_bytes + secrets.meta.size());
  plain.append(secrets.key.view()).append(secrets.nonce).append(secrets.meta);
  return cipher.encrypt(key_subject, object_id(id), plain);
}

Result<UploadSecrets> open_secrets(const ObjectCipher& cipher, std::string_view key_subject, std::string_view id,
                                   std::string_view sealed) {
  QUOTARY_TRY(plain, cipher.decrypt(key_subject, object_id(id), sealed));
  const WipedAtEnd wiped(plain);
  if (plain.size() < content_key_bytes + content_nonce_bytes) return damaged();
  const std::string_view bytes = plain;
  return UploadSecrets{ContentKey(bytes.substr(0, content_key_bytes)),
                       std::string(bytes.substr(content_key_bytes, content_nonce_bytes)),
                       std::string(bytes.substr(content_key_bytes + content_nonce_bytes))};
}

}  // namespace quotary::blobs
