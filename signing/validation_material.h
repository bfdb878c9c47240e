// What a chain of certificates is judged by for many years: certificates, revocation lists and OCSP answers. Values
// from memory to memory; who fetches and keeps them is the caller.
#pragma once

#include "ledger/base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::signing {

// Limits of one set, whoever gives it; a document's own store is read within them too.
inline constexpr std::size_t material_certificate_bytes_max = 16u << 10;
inline constexpr std::size_t material_items_max = 256;
inline constexpr std::size_t material_bytes_max = 8u << 20;

// Each in DER: Certificate (RFC 5280), CertificateList (RFC 5280), OCSPResponse (RFC 6960).
struct ValidationMaterial {
  std::vector<std::string> certificates, revocation_lists, ocsp_answers;

  [[nodiscard]] std::size_t items() const {
    return certificates.size() + revocation_lists.size() + ocsp_answers.size();
  }
  [[nodiscard]] bool empty() const { return items() == 0; }
  friend bool operator==(const ValidationMaterial&, const ValidationMaterial&) = default;
};

// Adds what a fetch brought, whatever of these it is: a certificate or certificates (DER, PEM, or the certs-only CMS
// that AIA may name, RFC 5280 section 4.2.2.1), a revocation list (DER or PEM), an OCSP response with an answer.
// Nothing is added twice. Form only: what it is worth is judged with a chain. Errc::invalid `bad_material` for anything
// else; Errc::unavailable `ocsp_refused`; Errc::too_large `material_too_large` over a limit above or of
// revocation_list.h and ocsp.h; `material` is then as it was.
[[nodiscard]] Result<void> add_fetched(ValidationMaterial& material, std::string_view bytes);
// Adds what is not there yet.
void add_material(ValidationMaterial& material, const ValidationMaterial& more);

// An OCSP answer to a question with this nonce, which may be empty. As add_fetched(), and Errc::corrupt `ocsp_nonce`
// for the answer to another question.
[[nodiscard]] Result<void> add_ocsp_answer(ValidationMaterial& material, std::string_view bytes,
                                           std::string_view nonce);

// The same, decoded once. Immutable: safe to share between threads.
class MaterialPool {
 public:
  // What cannot be read is left out, and counted; Errc::too_large `material_too_large` over the limits.
  [[nodiscard]] static Result<MaterialPool> read(const ValidationMaterial& material);
  ~MaterialPool();
  MaterialPool(MaterialPool&&) noexcept;
  MaterialPool& operator=(MaterialPool&&) noexcept;

  [[nodiscard]] std::size_t unreadable() const;

  // For the sources of this folder.
  struct State;
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  explicit MaterialPool(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quotary::signing
