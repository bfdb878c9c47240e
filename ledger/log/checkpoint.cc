#include "ledger/log/checkpoint.h"

namespace quotary {

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root.view()) + "\n";
}

Result<Checkpoint> parse_checkpoint_text(std::string_view text) {
  const auto bad = [](const char* why) {
    return fail(Errc::invalid, "bad_checkpoint", std::string("not a checkpoint: ") + why);
  };
  const std::size_t first = text.find('\n');
  const std::size_t second = first == text.npos ? text.npos : text.find('\n', first + 1);
  if (second == text.npos || first == 0) return bad("three lines are needed");
  Checkpoint checkpoint;
  checkpoint.origin = text.substr(0, first);
  auto size = parse_u64(text.substr(first + 1, second - first - 1));
  if (!size) return bad("the size is no decimal number");
  checkpoint.size = *size;
  if (text.back() != '\n') return bad("the last line has no end");
  auto root = from_base64(text.substr(second + 1, text.size() - second - 2));
  if (!root || root->size() != 32) return bad("the root is not 32 bytes of base64");
  checkpoint.root = *Hash::from_bytes(*root);
  if (checkpoint_text(checkpoint) != text) return bad("lines after the root");
  return checkpoint;
}

Result<std::string> sign_checkpoint(const CheckpointSigner& signer, std::uint64_t size, const Hash& root) {
  std::string text = checkpoint_text({signer.name(), size, root});
  QUOTARY_TRY(line, signer.signature_line(text));
  return text + "\n" + line;
}

Result<Checkpoint> open_checkpoint(std::string_view note, const CheckpointVerifier& key) {
  QUOTARY_TRY(text, key.open_note(note));
  QUOTARY_TRY(checkpoint, parse_checkpoint_text(text));
  if (!key.is_of(checkpoint.origin)) {
    return fail(Errc::corrupt, "origin", "the checkpoint is of " + checkpoint.origin + ", the key of " + key.name());
  }
  return checkpoint;
}

}  // namespace quotary
