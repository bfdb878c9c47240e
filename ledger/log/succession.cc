#include "ledger/log/succession.h"

#include "ledger/log/checkpoint.h"
#include "ledger/log/proof.h"
#include "ledger/log/proof_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace quotary {

namespace {

constexpr std::string_view file_header = "quotary-succession-v1\n";
// Its spaces keep it apart from checkpoints, which the same keys sign: they begin with an origin, which has none.
constexpr std::string_view rotation_header = "Quotary key rotation v1\n",
                           revocation_header = "Quotary key revocation v1\n",
                           succession_header = "Quotary log succession v1\n";
constexpr std::string_view algorithm = "ed25519";

Error bad_file(const std::string& why) {
  return fail(Errc::invalid, "bad_succession", "not a succession of keys: " + why);
}
Error wrong(const std::string& why) { return fail(Errc::corrupt, "rotation", why); }

// Takes a line without its LF off the front.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  if (end == rest.npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

constexpr std::string_view header_of(KeyEnd end) {
  return end == KeyEnd::revoked ? revocation_header : end == KeyEnd::succeeded ? succession_header : rotation_header;
}

std::string statement_text(const RotationStatement& said) {
  const auto key = [](const Vkey& vkey) { return std::string(algorithm) + " " + vkey_text(vkey) + "\n"; };
  std::string text = std::string(header_of(said.end)) + said.origin + "\n" + std::to_string(said.index) + "\n" +
                     said.prev.hex() + "\n" + key(said.old_key) + key(said.new_key);
  if (said.end == KeyEnd::succeeded) text += std::to_string(said.last_size) + "\n" + said.last_root.hex() + "\n";
  return text;
}

// "<algorithm> <vkey>"; a key of another algorithm may come one day, and must not pass for one of today's.
Result<Vkey> parse_key(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == line.npos) return wrong("a key's line is not its algorithm and its vkey");
  const std::string_view named = line.substr(0, space);
  const auto unknown = [](const std::string& what) {
    return fail(Errc::invalid, "unknown_algorithm",
                "a key is of " + what + ", which this program does not know; it knows ed25519: take a newer one");
  };
  if (named != algorithm) return unknown("the algorithm '" + std::string(named) + "'");
  QUOTARY_TRY(key, parse_vkey(line.substr(space + 1)));
  if (key.type != ed25519_note_type) return unknown("the signature type " + std::to_string(key.type));
  return key;
}

Result<RotationStatement> parse_statement(std::string_view text, KeyEnd end) {
  std::string_view rest = text;
  if (!rest.starts_with(header_of(end))) return wrong("its statement is of another form");
  rest.remove_prefix(header_of(end).size());
  std::array<std::string_view, 7> lines;
  const std::size_t count = end == KeyEnd::succeeded ? 7 : 5;
  for (std::string_view& line : std::span(lines).first(count)) {
    const auto taken = take_line(rest);
    if (!taken) return wrong("its statement is cut short");
    line = *taken;
  }
  const auto index = parse_u64(lines[1]);
  const auto prev = Hash::from_hex(lines[2]);
  if (!index || !prev) return wrong("its statement's index or prev");
  QUOTARY_TRY(old_key, parse_key(lines[3]));
  QUOTARY_TRY(new_key, parse_key(lines[4]));
  RotationStatement said{std::string(lines[0]), *index, *prev, std::move(old_key), std::move(new_key), end, 0, {}};
  if (end == KeyEnd::succeeded) {
    const auto size = parse_u64(lines[5]);
    const auto root = Hash::from_hex(lines[6]);
    if (!size || !root) return wrong("its statement's last size or root");
    said.last_size = *size;
    said.last_root = *root;
  }
  if (statement_text(said) != text) return wrong("its statement is not spelled as we spell it");
  return said;
}

std::string_view statement_of(const Entry& entry) { return entry.body.at("statement").as_string(); }

// Signed by both keys and by no one else. `entry` is one that read_rotation() read.
Result<void> check_signatures(const Entry& entry, const RotationStatement& said, Ed25519Check holds) {
  QUOTARY_TRY(parsed, parse_note(statement_of(entry)));
  for (const auto& [key, which] : {std::pair(&said.old_key, "old"), std::pair(&said.new_key, "new")}) {
    const auto held = signed_by(parsed, *key, holds);
    if (!held || !*held) return wrong(std::string("the ") + which + " key did not sign its statement");
  }
  if (parsed.signatures.size() != 2) return wrong("its statement has further signatures");
  return {};
}

// One known key; without it, any at all, to read which key a proof's own entry names.
class ProofKey final : public CheckpointVerifier {
 public:
  ProofKey(const Vkey* key, Ed25519Check holds) : key_(key), holds_(holds) {}
  const std::string& name() const override { return key_ != nullptr ? key_->name : any_; }
  bool is_of(std::string_view origin) const override { return key_ == nullptr || origin == key_->name; }
  Result<std::string> open_note(std::string_view note) const override {
    QUOTARY_TRY(parsed, parse_note(note));
    if (key_ != nullptr) {
      QUOTARY_TRY(held, signed_by(parsed, *key_, holds_));
      if (!held) return fail(Errc::corrupt, "note_signature", "the key that must have did not sign the checkpoint");
    }
    return std::string(parsed.text);
  }

 private:
  const std::string any_;
  const Vkey* key_;
  Ed25519Check holds_;
};

// Of the checkpoint that a proof ends in.
std::string_view origin_of(std::string_view proof) {
  const std::size_t blank = proof.find("\n\n");
  if (blank == proof.npos) return {};
  proof.remove_prefix(blank + 2);
  return proof.substr(0, proof.find('\n'));
}

Result<Rotation> check_rotation(std::string_view proof, const Rotation* before, Ed25519Check holds) {
  QUOTARY_TRY(guess, check_proof(proof, ProofKey(nullptr, holds)));
  QUOTARY_TRY(said, read_rotation(guess.entry));
  QUOTARY_TRY_VOID(check_signatures(guess.entry, said, holds));
  if (before != nullptr && said.old_key != before->new_key)
    return wrong("the key that retires is not the one that came with the rotation before");
  // A log that lost entries signed other ones at that place: its successor alone can vouch for this one.
  const bool succeeded = said.end == KeyEnd::succeeded;
  const std::string& signer = succeeded ? said.new_key.name : said.old_key.name;
  if (origin_of(proof) != signer) return wrong("its proof is of another log than " + signer);
  QUOTARY_TRY(checked, check_proof(proof, ProofKey(succeeded ? &said.new_key : &said.old_key, holds)));
  // Else it is the old key's last word: whatever is larger is the new one's.
  if (!succeeded && checked.tree_size != checked.entry.index + 1)
    return wrong("the old key's checkpoint is over " + std::to_string(checked.tree_size) +
                 " entries and does not end with entry " + std::to_string(checked.entry.index));
  // A rotation may be among what a log lost; it was signed all the same.
  const bool lost = succeeded && before != nullptr && before->index < said.last_size;
  if (before != nullptr && checked.entry.index <= before->index && !lost)
    return wrong("it lies before the rotation before it");
  return Rotation{checked.entry.index,     checked.entry.time, std::move(said.old_key),
                  std::move(said.new_key), said.end,           succeeded ? said.last_size : checked.entry.index + 1};
}

struct File {
  std::string origin;
  std::vector<std::string_view> proofs;
};

Result<File> parse_file(std::string_view text) {
  if (text.size() > succession_bytes_max) return bad_file("over " + std::to_string(succession_bytes_max) + " bytes");
  if (!text.starts_with(file_header)) return bad_file("the first line");
  text.remove_prefix(file_header.size());
  const auto origin = take_line(text);
  const auto count_line = take_line(text);
  if (!origin || !good_key_name(*origin) || !count_line) return bad_file("the lines of origin and number");
  const auto count = parse_u64(*count_line);
  if (!count || *count == 0 || *count > successions_max)
    return bad_file("the number of rotations must be 1 to " + std::to_string(successions_max));
  File file{std::string(*origin), {}};
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto size_line = take_line(text);
    const auto size = parse_u64(size_line.value_or(""));
    if (!size || *size > succession_proof_bytes_max || *size > text.size())
      return bad_file("the length of proof " + std::to_string(i + 1));
    file.proofs.push_back(text.substr(0, *size));
    text.remove_prefix(*size);
  }
  if (!text.empty()) return bad_file("bytes after the last proof");
  return file;
}

}  // namespace

Result<RotationStatement> read_rotation(const Entry& entry) {
  constexpr std::array ends{KeyEnd::rotated, KeyEnd::revoked, KeyEnd::succeeded};
  const auto* const end =
      std::find_if(ends.begin(), ends.end(), [&](KeyEnd each) { return entry.type == type_of(each); });
  if (end == ends.end() || entry.subject != rotation_subject)
    return wrong("entry " + std::to_string(entry.index) + " is no rotation but " + entry.type);
  const json::value* const note = entry.body.if_contains("statement");
  if (!entry.objects.empty()) return wrong("its entry has objects");
  if (entry.body.size() != 1 || note == nullptr || !note->is_string())
    return wrong("its body is not a statement alone");
  const auto parsed = parse_note(statement_of(entry));
  if (!parsed) return wrong("its statement is no signed note: " + parsed.error().detail);
  QUOTARY_TRY(said, parse_statement(parsed->text, *end));
  if (said.index != entry.index || said.prev != entry.prev)
    return wrong("its statement was made for another place: entry " + std::to_string(said.index));
  const bool succeeded = said.end == KeyEnd::succeeded;
  if (said.old_key.name != said.origin || (said.new_key.name == said.origin) == succeeded)
    return wrong(succeeded ? "its new key is none of another log" : "its keys are not both of " + said.origin);
  if (succeeded && said.last_size <= said.index) return wrong("the log that it succeeds lost nothing");
  if (said.old_key == said.new_key) return wrong("it puts a key in its own place");
  return said;
}

namespace {

// The statement as a note that both signed.
Result<json::object> signed_body(const CheckpointSigner& old_key, const CheckpointSigner& new_key,
                                 const RotationStatement& said) {
  const std::string text = statement_text(said);
  QUOTARY_TRY(by_old, old_key.signature_line(text));
  QUOTARY_TRY(by_new, new_key.signature_line(text));
  json::object body;
  body["statement"] = text + "\n" + by_old + by_new;
  return body;
}

}  // namespace

Result<json::object> rotation_body(const CheckpointSigner& old_key, const CheckpointSigner& new_key,
                                   std::uint64_t index, const Hash& prev, KeyEnd end) {
  QUOTARY_CHECK(end != KeyEnd::succeeded);
  QUOTARY_TRY(from, parse_vkey(old_key.vkey()));
  QUOTARY_TRY(to, parse_vkey(new_key.vkey()));
  if (from.name != to.name || from.key == to.key)
    return fail(Errc::invalid, "bad_rotation", "a log's key is followed by another one of the same log");
  return signed_body(old_key, new_key, {from.name, index, prev, from, to, end, 0, {}});
}

Result<json::object> succession_body(const CheckpointSigner& old_key, const CheckpointSigner& new_key,
                                     std::uint64_t index, const Hash& prev, std::uint64_t last_size,
                                     const Hash& last_root) {
  QUOTARY_TRY(from, parse_vkey(old_key.vkey()));
  QUOTARY_TRY(to, parse_vkey(new_key.vkey()));
  if (from.name == to.name || from.key == to.key)
    return fail(Errc::invalid, "bad_rotation", "a log is succeeded by one of another name, with a key of its own");
  if (last_size <= index) return fail(Errc::invalid, "bad_rotation", "a log that lost nothing goes on itself");
  return signed_body(old_key, new_key, {from.name, index, prev, from, to, KeyEnd::succeeded, last_size, last_root});
}

std::string succession_text(std::string_view origin, std::span<const std::string> proofs) {
  std::string text = std::string(file_header) + std::string(origin) + "\n" + std::to_string(proofs.size()) + "\n";
  for (const std::string& proof : proofs) text += std::to_string(proof.size()) + "\n" + proof;
  return text;
}

Result<std::string> with_rotation(std::string_view text, std::string_view origin, std::string_view proof) {
  std::vector<std::string> proofs;
  if (!text.empty()) {
    QUOTARY_TRY(file, parse_file(text));
    if (file.proofs.size() == successions_max)
      return bad_file("it is full: a log's key is replaced at most " + std::to_string(successions_max) + " times");
    proofs.assign(file.proofs.begin(), file.proofs.end());
  }
  proofs.emplace_back(proof);
  return succession_text(origin, proofs);
}

Result<std::unique_ptr<Succession>> Succession::open(std::string_view text, std::string_view trusted,
                                                     Ed25519Check holds) {
  QUOTARY_TRY(given, parse_vkey(trusted));
  QUOTARY_TRY(file, parse_file(text));
  std::vector<Rotation> rotations;
  std::vector<Vkey> keys;
  for (const std::string_view proof : file.proofs) {
    auto rotation = check_rotation(proof, rotations.empty() ? nullptr : &rotations.back(), holds);
    if (!rotation) {
      Error error = std::move(rotation).error();
      error.detail = "rotation " + std::to_string(rotations.size() + 1) + ": " + error.detail;
      return error;
    }
    if (keys.empty()) keys.push_back(rotation->old_key);
    if (std::find(keys.begin(), keys.end(), rotation->new_key) != keys.end())
      return wrong("rotation " + std::to_string(rotations.size() + 1) + ": a key of before comes back");
    const bool returns =
        std::any_of(keys.begin(), keys.end(), [&](const Vkey& key) { return key.name == rotation->new_key.name; });
    if (rotation->end == KeyEnd::succeeded && returns)
      return wrong("rotation " + std::to_string(rotations.size() + 1) + ": a log of before comes back");
    keys.push_back(rotation->new_key);
    rotations.push_back(std::move(*rotation));
  }
  if (keys.back().name != file.origin)
    return fail(Errc::corrupt, "origin", "the file is of " + file.origin + ", its last key of " + keys.back().name);
  const auto found = std::find(keys.begin(), keys.end(), given);
  if (found == keys.end()) {
    return fail(Errc::corrupt, "other_succession",
                "the key that was given is none of the " + std::to_string(keys.size()) +
                    " of this file: it is another log's, or the file leads to another key");
  }
  const auto before = static_cast<std::size_t>(found - keys.begin());
  for (std::size_t i = before; i < rotations.size(); ++i) {
    if (rotations[i].end == KeyEnd::revoked)
      return fail(Errc::corrupt, "revoked_key",
                  (i == before ? "the key that was given" : "a key that follows the one that was given") +
                      std::string(" was revoked by entry ") + std::to_string(rotations[i].index) +
                      ", so nothing that it signed leads further: take the log's newest key from its keeper, by a way "
                      "that you trust");
  }
  return std::unique_ptr<Succession>(new Succession(std::move(rotations), std::move(keys), before, holds));
}

bool Succession::is_of(std::string_view origin) const {
  return std::any_of(keys_.begin(), keys_.end(), [&](const Vkey& key) { return key.name == origin; });
}

std::optional<std::uint64_t> Succession::lost_from(std::string_view origin) const {
  for (const Rotation& each : rotations_) {
    if (each.end == KeyEnd::succeeded && each.old_key.name == origin) return each.index;
  }
  return std::nullopt;
}

Result<std::string> Succession::open_note(std::string_view note) const { return open(note, false); }

Result<std::string> Succession::open(std::string_view note, bool revoked_too) const {
  QUOTARY_TRY(parsed, parse_note(note));
  QUOTARY_TRY(checkpoint, parse_checkpoint_text(parsed.text));
  std::optional<Error> refused;
  bool believed = false;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    QUOTARY_TRY(held, signed_by(parsed, keys_[i], holds_));
    if (!held) continue;
    const Rotation* const end = i < rotations_.size() ? &rotations_[i] : nullptr;
    if (keys_[i].name != checkpoint.origin) {
      refused =
          fail(Errc::corrupt, "origin", "the checkpoint is of " + checkpoint.origin + ", the key of " + keys_[i].name);
    } else if (end != nullptr && checkpoint.size > end->old_size_max) {
      refused = fail(Errc::corrupt, "retired_key",
                     "the checkpoint is over " + std::to_string(checkpoint.size) +
                         " entries, but the key that signed it retired with entry " + std::to_string(end->index));
    } else if (end != nullptr && end->end == KeyEnd::revoked && !revoked_too) {
      refused = fail(Errc::corrupt, "revoked_key",
                     "the key that signed the checkpoint was revoked by entry " + std::to_string(end->index) +
                         ": ask the log for the same under its newer key");
    } else {
      believed = true;
    }
  }
  if (believed) return std::string(parsed.text);
  if (refused) return *refused;
  return fail(Errc::corrupt, "note_signature", "no signature by a key of the succession of " + name());
}

}  // namespace quotary
