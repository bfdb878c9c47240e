#include "api/witness/witness.h"

#include "ledger/log/add_checkpoint.h"

namespace quotary::witness {

namespace {

Answer refusal(int status, const std::string& why) { return {status, "text/plain; charset=utf-8", why + "\n"}; }

}  // namespace

Result<std::shared_ptr<void>> lock_folder(FileSystem& files, const std::string& folder) {
  auto lock = files.lock(folder + "/lock");
  if (lock || lock.error().code != "locked") return lock;
  return fail(Errc::conflict, "locked",
              "another process works on the witness in " + folder +
                  ": stop its `quotary witness serve`, or let the other command end, and try again");
}

// A checkpoint that one of its log's keys signed.
struct Witness::Submitted {
  std::uint64_t old_size = 0;
  const std::vector<Hash>* proof = nullptr;
  Checkpoint checkpoint;
  std::string_view text;
  std::string note;  // the text and the log's line alone: what others added is theirs
};

Result<std::unique_ptr<Witness>> Witness::open(WitnessOptions options, std::shared_ptr<FileSystem> files,
                                               std::shared_ptr<const Clock> clock,
                                               std::unique_ptr<signing::Cosigner> cosigner) {
  if (options.logs.empty() || options.logs.size() > witness_logs_max) {
    return fail(Errc::invalid, "bad_witness_log",
                "a witness knows 1 to " + std::to_string(witness_logs_max) + " logs' keys, not " +
                    std::to_string(options.logs.size()));
  }
  auto witness = std::unique_ptr<Witness>(
      new Witness(std::move(options), std::move(files), std::move(clock), std::move(cosigner)));
  const auto& folder = witness->options_.folder;
  QUOTARY_TRY_VOID(witness->files_->make_directory(folder));
  QUOTARY_TRY(lock, lock_folder(*witness->files_, folder));
  witness->lock_ = std::move(lock);
  for (const Vkey& key : witness->options_.logs) {
    if (key.type != ed25519_note_type)
      return fail(Errc::invalid, "bad_witness_log", "the key of " + key.name + " is no log's Ed25519 key");
    if (key.name.size() > witness_origin_bytes_max)
      return fail(Errc::invalid, "bad_witness_log",
                  "an origin has at most " + std::to_string(witness_origin_bytes_max) + " bytes: " + key.name);
    auto& log = witness->logs_[key.name];
    if (!log) {
      log = std::make_unique<Log>();
      log->origin = key.name;
      QUOTARY_TRY(history, History::open(*witness->files_, folder, key.name));
      log->history = std::move(history);
    }
    log->keys.push_back(key);
  }
  return witness;
}

Answer Witness::add_checkpoint(std::string_view body) {
  const auto asked = parse_add_checkpoint(body);
  if (!asked) return refusal(400, asked.error().detail);
  const std::size_t first = asked->note.find('\n');
  if (first == asked->note.npos) return refusal(400, "there is no checkpoint behind the empty line");
  const auto found = logs_.find(asked->note.substr(0, first));
  if (found == logs_.end()) return refusal(404, "this witness does not know the log");
  Log& log = *found->second;
  const auto note = parse_note(asked->note);
  if (!note) return refusal(400, note.error().detail);

  const Vkey* signer = nullptr;
  for (const Vkey& key : log.keys) {
    const auto held = signed_by(*note, key, signing::ed25519_holds);
    if (!held) return refusal(403, held.error().detail);
    if (*held && signer == nullptr) signer = &key;
  }
  if (signer == nullptr) return refusal(403, "none of the log's keys that this witness trusts signed the checkpoint");
  auto checkpoint = parse_checkpoint_text(note->text);
  if (!checkpoint) return refusal(400, checkpoint.error().detail);

  Submitted submitted{asked->old_size, &asked->proof, std::move(*checkpoint), note->text,
                      std::string(note->text) + "\n"};
  for (const NoteSignature& each : note->signatures) {
    if (each.name != signer->name || each.id != signer->id) continue;
    submitted.note += each.line;
    break;
  }
  const std::lock_guard lock(log.mutex);
  return decide(log, submitted);
}

// Under the log's mutex.
Answer Witness::decide(Log& log, const Submitted& submitted) {
  const History& history = *log.history;
  const Checkpoint& next = submitted.checkpoint;
  // Two roots of one size under one key are proof enough, whatever the request's other faults are.
  const auto cosigned = history.root_at(next.size);
  const bool split = cosigned && *cosigned != next.root;
  if (split) keep(log, kind_split, submitted);

  if (submitted.old_size > next.size) return refusal(400, "the old size is over the checkpoint's");
  if (submitted.old_size != history.size())
    return {409, std::string(tlog_size_type), std::to_string(history.size()) + "\n"};
  if (const auto extends = check_extends(history.size(), history.root(), next, *submitted.proof); !extends) {
    if (!split && extends.error().code == "consistency" && history.size() > 0) keep(log, kind_unproved, submitted);
    return refusal(422, extends.error().detail);
  }
  return cosign(log, submitted);
}

Answer Witness::cosign(Log& log, const Submitted& submitted) {
  History& history = *log.history;
  const Timestamp now = clock_->now();
  const std::int64_t seconds = now.unix_ms / 1000;
  if (seconds <= 0) return refusal(503, "this witness's clock is not set");
  auto line = cosigner_->cosignature_line(static_cast<std::uint64_t>(seconds), submitted.text);
  if (!line) return refusal(500, "this witness could not sign");
  std::string note = submitted.note + *line;
  // What is on disk already needs no second place there, by whichever of the log's keys it comes signed; else whoever
  // repeats a checkpoint would fill the disk.
  if (history.begun() && history.size() == submitted.checkpoint.size) {
    history.renew(std::move(note));
    return {200, "text/plain; charset=utf-8", std::move(*line)};
  }
  if (const auto free = files_->free_bytes(options_.folder); free && *free < free_bytes_min)
    return refusal(503, "this witness's disk is nearly full");
  const std::uint64_t splits = history.splits();
  if (const auto recorded = history.record(submitted.checkpoint, note, now); !recorded) {
    if (options_.on_contradiction && recorded.error().kind != Errc::unavailable)
      options_.on_contradiction(log.origin + ": nothing more is cosigned: " + recorded.error().detail);
    return refusal(500, "this witness could not store the checkpoint, so it did not cosign it");
  }
  if (history.splits() > splits && options_.on_contradiction)
    options_.on_contradiction(log.origin + ", size " + std::to_string(submitted.checkpoint.size) +
                              ": SPLIT VIEW: one that was refused before has another root; both are kept as evidence "
                              "in " +
                              origin_folder(options_.folder, log.origin));
  return {200, "text/plain; charset=utf-8", std::move(*line)};
}

void Witness::keep(Log& log, std::string_view kind, const Submitted& submitted) {
  const auto kept = log.history->keep_refused(kind, submitted.checkpoint, submitted.note, clock_->now());
  if (!options_.on_contradiction || (kept && !*kept)) return;
  std::string text = log.origin + ", size " + std::to_string(submitted.checkpoint.size) + ": ";
  text += kind == kind_split
              ? "SPLIT VIEW: the log signed another root of this size than the one cosigned here"
              : "refused: the log signed a checkpoint that does not prove to extend the one cosigned here";
  text += kept ? "; both are kept as evidence in " + origin_folder(options_.folder, log.origin)
               : "; it could not be kept: " + kept.error().detail;
  options_.on_contradiction(text);
}

Answer Witness::latest(std::string_view hash) const {
  for (const auto& [origin, log] : logs_) {
    if (origin_hash(origin) != hash) continue;
    const std::lock_guard lock(log->mutex);
    if (log->history->begun()) return {200, "text/plain; charset=utf-8", log->history->note()};
    break;
  }
  return refusal(404, "nothing was cosigned for such a log");
}

std::vector<OriginState> Witness::origins() const {
  std::vector<OriginState> out;
  for (const auto& [origin, log] : logs_) {
    const std::lock_guard lock(log->mutex);
    out.push_back(
        {origin, log->history->size(), log->history->count(), log->history->splits(), log->history->unproved()});
  }
  return out;
}

}  // namespace quotary::witness
