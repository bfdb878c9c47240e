#include "api/signature/codes.h"

#include <algorithm>

namespace quotary::signature {
namespace {

constexpr std::uint32_t codes_count = 1'000'000;
constexpr std::size_t code_digits = 6, proof_bytes = 32;

// Uniform: the numbers that do not fill a whole round are drawn again.
std::string draw_code(Random& random) {
  constexpr std::uint32_t whole = UINT32_MAX / codes_count * codes_count;
  std::uint32_t number = whole;
  while (number >= whole) random.fill(&number, sizeof number);
  auto digits = std::to_string(number % codes_count);
  return std::string(code_digits - digits.size(), '0') + digits;
}

Error told(Errc kind, std::string code, std::string detail, std::int64_t figure) {
  Error error = fail(kind, std::move(code), std::move(detail));
  error.problems.push_back({"", error.code, std::to_string(figure)});
  return error;
}

}  // namespace

std::string Codes::hash_of(std::string_view purpose, const std::string& signer, std::string_view text) const {
  return std::string(keys_.keyed_hash(purpose, signer + "\n" + std::string(text)).view());
}

// A signer who has sent nothing for a day and holds no proof is forgotten when room is needed.
Result<Codes::Signer*> Codes::room_for(const std::string& signer, Timestamp now) {
  if (const auto found = signers_.find(signer); found != signers_.end()) return &found->second;
  if (signers_.size() >= signers_remembered_max)
    std::erase_if(signers_, [&](const auto& each) {
      const auto& sent = each.second.sent;
      return sent.empty() || now.unix_ms - sent.back().unix_ms >= code_day_ms;
    });
  if (signers_.size() >= signers_remembered_max)
    return fail(Errc::overloaded, "codes_busy", "too many codes are open; try again later");
  return &signers_[signer];
}

Result<std::string> Codes::make(const std::string& signer, Timestamp now) {
  const std::lock_guard lock(mutex_);
  QUOTARY_TRY(room, room_for(signer, now));
  Signer& at = *room;
  std::erase_if(at.sent, [&](Timestamp each) { return now.unix_ms - each.unix_ms >= code_day_ms; });
  if (at.hash && now.unix_ms - at.sent_at.unix_ms < code_resend_ms) {
    const auto wait_ms =
        std::clamp<std::int64_t>(code_resend_ms - (now.unix_ms - at.sent_at.unix_ms), 1, code_resend_ms);
    return told(Errc::overloaded, "code_too_soon", "a code was sent less than a minute ago", (wait_ms + 999) / 1000);
  }
  if (at.sent.size() >= codes_a_day_max)
    return fail(Errc::conflict, "code_attempts_spent",
                "five codes were sent within a day; ask the sender, or try again tomorrow");
  auto code = draw_code(random_);
  at.hash.emplace(hash_of("sign-code", signer, code));
  at.sent_at = now;
  at.sent.push_back(now);
  at.attempts_left = code_attempts_max;
  return code;
}

void Codes::undo(const std::string& signer) {
  const std::lock_guard lock(mutex_);
  if (const auto found = signers_.find(signer); found != signers_.end()) found->second.hash.reset();
}

Result<std::string> Codes::check(const std::string& signer, std::string_view code, Timestamp now) {
  const std::lock_guard lock(mutex_);
  const auto found = signers_.find(signer);
  if (found == signers_.end() || !found->second.hash || now.unix_ms - found->second.sent_at.unix_ms >= code_lives_ms)
    return fail(Errc::gone, "code_expired", "no code is open; have a new one sent");
  Signer& at = found->second;
  if (at.attempts_left == 0)
    return fail(Errc::conflict, "code_attempts_spent", "the code was entered wrong five times; have a new one sent");
  --at.attempts_left;
  if (!at.hash->equals(hash_of("sign-code", signer, code)))
    return told(Errc::invalid, "code_wrong", "the code is not the one that was sent", at.attempts_left);
  at.hash.reset();  // once
  auto proof = to_hex(random_.bytes(proof_bytes));
  if (at.proofs.size() >= proofs_max) at.proofs.pop_front();
  at.proofs.push_back({signing::Secret(hash_of("sign-proof", signer, proof)), {at.sent_at, now}});
  return proof;
}

std::optional<CodeProof> Codes::proven(const std::string& signer, std::string_view proof, Timestamp now) const {
  if (proof.size() != 2 * proof_bytes) return std::nullopt;
  const auto hash = hash_of("sign-proof", signer, proof);
  const std::lock_guard lock(mutex_);
  const auto found = signers_.find(signer);
  if (found == signers_.end()) return std::nullopt;
  for (const Proof& each : found->second.proofs)
    if (each.hash.equals(hash) && now.unix_ms - each.said.proven_at.unix_ms < proof_lives_ms) return each.said;
  return std::nullopt;
}

CodeState Codes::state(const std::string& signer, Timestamp now) const {
  const std::lock_guard lock(mutex_);
  CodeState out;
  const auto found = signers_.find(signer);
  if (found == signers_.end() || !found->second.hash) return out;
  const Signer& at = found->second;
  if (now.unix_ms - at.sent_at.unix_ms >= code_lives_ms) return out;
  out.sent_at = at.sent_at;
  out.resend_at = Timestamp{at.sent_at.unix_ms + code_resend_ms};
  out.expires_at = Timestamp{at.sent_at.unix_ms + code_lives_ms};
  out.attempts_left = at.attempts_left;
  return out;
}

}  // namespace quotary::signature
