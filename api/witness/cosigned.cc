#include "api/witness/cosigned.h"

#include "signing/cosigner.h"

#include <algorithm>

namespace quotary::witness {

std::string Cosigned::note() const {
  std::string text = target.note;
  for (const auto& each : cosignatures) {
    if (each) text += each->line;
  }
  return text;
}

void CosignedCheckpoints::evaluate(Cosigned& cosigned) const {
  std::vector<bool> flags;
  std::uint64_t newest = 0;
  for (const auto& each : cosigned.cosignatures) {
    flags.push_back(each.has_value());
    if (each) newest = std::max(newest, each->time);
  }
  cosigned.count = static_cast<std::size_t>(std::count(flags.begin(), flags.end(), true));
  const bool enough = cosigned.count > 0 && policy_.enough(flags);
  if (enough && !cosigned.enough) cosigned.since = newest;
  cosigned.enough = enough;
}

bool CosignedCheckpoints::add(const Target& target, std::size_t witness, Cosignature cosignature) {
  const std::uint64_t size = target.checkpoint.size;
  auto& cosigned = kept_[size];
  if (cosigned.cosignatures.empty()) {
    cosigned.target = target;
    cosigned.cosignatures.resize(policy_.witnesses().size());
    if (witnessed_ && witnessed_->target.checkpoint.size == size) cosigned = *witnessed_;
  }
  cosigned.cosignatures[witness] = std::move(cosignature);
  evaluate(cosigned);
  const bool newer = cosigned.enough && (!witnessed_ || witnessed_->target.checkpoint.size < size);
  if (newer || (witnessed_ && witnessed_->target.checkpoint.size == size)) witnessed_ = cosigned;
  while (kept_.size() > cosigned_kept_max) kept_.erase(kept_.begin());
  return newer;
}

bool CosignedCheckpoints::is_enough(std::uint64_t size) const {
  return witnessed_ && witnessed_->target.checkpoint.size >= size;
}

const Cosigned* CosignedCheckpoints::find(std::uint64_t size) const {
  const auto found = kept_.find(size);
  return found == kept_.end() ? nullptr : &found->second;
}

void CosignedCheckpoints::restore(Cosigned remembered) {
  evaluate(remembered);
  if (remembered.enough) witnessed_ = std::move(remembered);
}

Result<std::optional<Cosigned>> read_remembered(FileSystem& files, const std::string& path, const Vkey& log,
                                                const WitnessPolicy& policy) {
  const auto note = read_file(files, path, note_bytes_max);
  if (!note && note.error().kind == Errc::not_found) return std::optional<Cosigned>();
  if (!note) return note.error();
  QUOTARY_TRY(checked, check_witnessed(*note, std::span(&log, 1), policy, signing::ed25519_holds));
  QUOTARY_TRY(parsed, parse_note(*note));
  Cosigned remembered;
  remembered.target.checkpoint = std::move(checked.checkpoint);
  remembered.target.text = parsed.text;
  remembered.target.note = std::string(parsed.text) + "\n";
  for (const auto& each : parsed.signatures) {
    if (each.name != log.name || each.id != log.id) continue;
    remembered.target.note += each.line;
    break;
  }
  remembered.cosignatures = std::move(checked.cosignatures);
  return std::optional<Cosigned>(std::move(remembered));
}

}  // namespace quotary::witness
