#include "ledger/log/proof_text.h"

namespace quotary {

void append_hash_lines(std::string& out, const std::vector<Hash>& path) {
  for (const Hash& hash : path) {
    append_base64(out, hash.view());
    out += '\n';
  }
}

Result<Hash> parse_hash_line(std::string_view line) {
  QUOTARY_TRY(bytes, from_base64(line));
  return Hash::from_bytes(bytes);
}

std::string proof_text(std::uint64_t index, const std::vector<Hash>& path, std::string_view extra,
                       std::string_view checkpoint) {
  std::string text;
  text.reserve(tlog_proof_header.size() + 64 + extra.size() * 4 / 3 + path.size() * 45 + checkpoint.size());
  text += tlog_proof_header;
  text += "extra ";
  append_base64(text, extra);
  text += "\nindex " + std::to_string(index) + "\n";
  append_hash_lines(text, path);
  text += '\n';
  text += checkpoint;
  return text;
}

}  // namespace quotary
