#include "ledger/log/cosignature.h"

#include <limits>

namespace quotary {

namespace {
constexpr std::size_t time_bytes = 8;
constexpr auto time_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}  // namespace

std::string cosigned_message(std::uint64_t seconds, std::string_view note_text) {
  return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string(note_text);
}

std::string cosignature_bytes(std::uint64_t seconds, std::string_view ed25519_signature) {
  QUOTARY_CHECK(ed25519_signature.size() == ed25519_signature_bytes);
  std::string bytes;
  put_u64(bytes, seconds);
  bytes += ed25519_signature;
  return bytes;
}

Result<std::optional<Cosignature>> find_cosignature(std::string_view note_text,
                                                    const std::vector<NoteSignature>& signatures, const Vkey& key,
                                                    Ed25519Check holds) {
  QUOTARY_CHECK(key.type == ed25519_cosignature_type);
  std::optional<Cosignature> newest;
  for (const NoteSignature& each : signatures) {
    if (each.name != key.name || each.id != key.id) continue;
    const auto refuse = [&](const char* why) {
      return fail(Errc::corrupt, "cosignature", "the cosignature by " + key.name + " " + why);
    };
    if (each.signature.size() != time_bytes + ed25519_signature_bytes) return refuse("has another length");
    const std::uint64_t time = get_u64(each.signature);
    if (time == 0 || time > time_max) return refuse("has no time");
    if (!holds(key.key, cosigned_message(time, note_text), std::string_view(each.signature).substr(time_bytes)))
      return refuse("does not hold");
    if (!newest || time > newest->time) newest = Cosignature{time, std::string(each.line)};
  }
  return newest;
}

}  // namespace quotary
