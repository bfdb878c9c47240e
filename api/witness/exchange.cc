#include "api/witness/exchange.h"

#include "ledger/log/add_checkpoint.h"
#include "signing/cosigner.h"

namespace quotary::witness {

MakeTransport http_transport(std::string ca_file, std::chrono::milliseconds request_timeout) {
  http::ClientConfig config;
  config.ca_file = std::move(ca_file);
  config.request_timeout = request_timeout;
  return http::http_transport("/add-checkpoint", "text/plain; charset=utf-8", std::move(config));
}

Result<Cosignature> read_cosignature(const Vkey& key, std::string_view note_text, std::string_view lines) {
  const auto bad = [](const std::string& why) {
    return fail(Errc::unavailable, "bad_answer", "an answer without its cosignature: " + why);
  };
  const auto signatures = parse_signature_lines(lines);
  if (!signatures) return bad(signatures.error().detail);
  const auto found = find_cosignature(note_text, *signatures, key, signing::ed25519_holds);
  if (!found) return bad(found.error().detail);
  if (!*found) return bad("no line by " + key.name + " with the policy's key");
  return **found;
}

Result<Cosignature> Exchange::ask(const Target& target, const Ledger& ledger) {
  const std::uint64_t size = target.checkpoint.size;
  for (int attempt = 0; attempt <= conflicts_in_a_row_max; ++attempt) {
    const std::uint64_t old_size = known_size_;
    if (old_size > size) {
      const std::uint64_t have = ledger.state().tree_size;
      if (old_size <= have)
        return fail(Errc::unavailable, "newer", "it has cosigned " + std::to_string(old_size) + " entries already");
      known_size_ = 0;  // the next attempt hears it again
      return fail(
          Errc::corrupt, "ahead",
          "it has cosigned " + std::to_string(old_size) + " entries of this log, which has " + std::to_string(have));
    }
    std::vector<Hash> proof;
    if (old_size > 0 && old_size < size) {
      QUOTARY_TRY(made, consistency_proof(old_size, size, ledger.nodes()));
      proof = std::move(made);
    }
    QUOTARY_TRY(answer, transport_.post(add_checkpoint_body(old_size, proof, target.note)));
    if (answer.status == 200) {
      QUOTARY_TRY(cosignature, read_cosignature(witness_.key, target.text, answer.body));
      known_size_ = size;
      return cosignature;
    }
    if (answer.status != 409) return refusal(answer, old_size);
    const auto named =
        answer.content_type == tlog_size_type ? parse_size_body(answer.body) : Result<std::uint64_t>(Error{});
    if (!named || *named == old_size)
      return fail(Errc::unavailable, "bad_answer",
                  "a conflict (409) that does not name the size: " + http::said_by_server(answer.body));
    known_size_ = *named;
  }
  // Somebody else asks it at the same time; the next attempt is as good as this one.
  return fail(Errc::unavailable, "newer", "it named another size each time");
}

Error Exchange::refusal(const PostAnswer& answer, std::uint64_t old_size) const {
  const std::string words = answer.body.empty() ? "" : ": " + http::said_by_server(answer.body);
  switch (answer.status) {
    case 422:
      return fail(
          Errc::corrupt, "refused",
          "it does not find our checkpoint to extend what it cosigned at size " + std::to_string(old_size) + words);
    case 404: return fail(Errc::unavailable, "unknown_log", "it does not know this log" + words);
    case 403: return fail(Errc::unavailable, "not_trusted", "it does not trust this log's key" + words);
    default:
      return fail(Errc::unavailable, "status_" + std::to_string(answer.status),
                  "it answered " + std::to_string(answer.status) + words);
  }
}

}  // namespace quotary::witness
