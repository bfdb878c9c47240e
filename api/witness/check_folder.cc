#include "api/witness/check_folder.h"

#include "ledger/log/cosignature.h"
#include "signing/cosigner.h"

#include <map>

namespace quotary::witness {

namespace {

// A record's checkpoint, once one of the log's keys is seen to have signed it.
Result<Checkpoint> signed_checkpoint(const SignedNote& note, const std::vector<Vkey>& keys) {
  bool held = false;
  for (const Vkey& key : keys) {
    QUOTARY_TRY(by_this, signed_by(note, key, signing::ed25519_holds));
    held = held || by_this;
  }
  if (!held) return fail(Errc::corrupt, "note_signature", "none of the log's keys signed it");
  return parse_checkpoint_text(note.text);
}

class Check {
 public:
  Check(FileSystem& files, std::string home, const std::vector<Vkey>& keys, const Vkey& witness, Finding& finding)
      : files_(files), home_(std::move(home)), keys_(keys), witness_(witness), finding_(finding) {}

  void run() {
    const auto latest = read_latest(files_, home_);
    if (!latest) {
      // A log that was only just named has neither.
      const bool begun = files_.exists(home_ + "/" + std::string(cosigned_name));
      if (begun || latest.error().kind != Errc::not_found) fault(latest.error().detail);
      return;
    }
    if (latest->published) {
      finding_.size = latest->published->size;
      finding_.root = latest->published->root;
      finding_.count = latest->count;
    }
    read_refused();
    read_cosigned(*latest);
  }

 private:
  void fault(std::string text) {
    if (finding_.faults.size() < reported_max) finding_.faults.push_back(std::move(text));
  }

  void read_refused() {
    const std::string path = home_ + "/" + std::string(refused_name);
    auto file = files_.open(path, OpenMode::read_only);
    if (!file) return fault(file.error().detail);
    const auto bytes = (*file)->size();
    if (!bytes) return fault(bytes.error().detail);
    std::uint64_t whole_end = 0;
    const auto visited = visit_records(**file, path, 0, *bytes, [&](std::uint64_t at, Record record) -> Result<void> {
      ++finding_.refused;
      whole_end = record.end;
      const auto note = parse_note(record.note);
      const auto checkpoint = note ? signed_checkpoint(*note, keys_) : Result<Checkpoint>(note.error());
      if (!checkpoint) {
        fault(path + " at byte " + std::to_string(at) + ": " + checkpoint.error().detail);
        return {};
      }
      if (record.kind == kind_unproved) ++finding_.unproved;
      const auto [from, to] = refused_.equal_range(checkpoint->size);
      for (auto each = from; each != to; ++each) {
        if (each->second.first == checkpoint->root) return {};  // kept as the other kind too
      }
      refused_.emplace(checkpoint->size, std::make_pair(checkpoint->root, std::move(record.note)));
      return {};
    });
    if (visited || whole_end > *bytes) return;  // the last one grew since its size was asked for
    const auto torn = is_cut_off(**file, whole_end, *bytes);
    if (!torn || !*torn) return fault(visited.error().detail);
    finding_.torn_bytes = *bytes - whole_end;
  }

  void read_cosigned(const Latest& latest) {
    const std::string path = home_ + "/" + std::string(cosigned_name);
    auto file = files_.open(path, OpenMode::read_only);
    if (!file) return fault(file.error().detail);
    std::string last;
    std::uint64_t size = 0;
    Hash root;
    const auto visited =
        visit_records(**file, path, 0, latest.evidence_bytes, [&](std::uint64_t at, Record record) -> Result<void> {
          const std::string where = path + " at byte " + std::to_string(at) + ": ";
          const auto note = parse_note(record.note);
          const auto checkpoint = note ? signed_checkpoint(*note, keys_) : Result<Checkpoint>(note.error());
          if (!checkpoint) {
            fault(where + checkpoint.error().detail);
            return {};
          }
          const auto line = find_cosignature(note->text, note->signatures, witness_, signing::ed25519_holds);
          if (!line || !*line) {
            fault(where + (line ? "this witness's cosignature is missing" : line.error().detail));
          } else {
            finding_.time = (*line)->time;
          }
          if (finding_.records_checked > 0 &&
              (checkpoint->size < size || (checkpoint->size == size && checkpoint->root != root))) {
            fault(where + "it does not go on from the record before it");
          }
          size = checkpoint->size;
          root = checkpoint->root;
          ++finding_.records_checked;
          compare(*checkpoint, record.note);
          last = std::move(record.note);
          return {};
        });
    if (!visited) return fault(visited.error().detail);
    if (latest.published && last != latest.published->note)
      fault(path + " does not end in the checkpoint that was cosigned last");
    if (finding_.records_checked != latest.count)
      fault(path + " has " + std::to_string(finding_.records_checked) + " records of " + std::to_string(latest.count));
    check_rest(**file, path);
  }

  // Behind what the slots count there is at most the one record that is being written, or that a cut left.
  void check_rest(const File& file, const std::string& path) {
    // In this order: a live witness may cosign in between.
    const auto bytes = file.size();
    if (!bytes) return fault(bytes.error().detail);
    const auto latest = read_latest(files_, home_);
    if (!latest) return fault(latest.error().detail);
    if (*bytes <= latest->evidence_bytes) return;
    std::uint64_t whole = 0;
    (void)visit_records(file, path, latest->evidence_bytes, *bytes, [&](std::uint64_t, const Record&) -> Result<void> {
      ++whole;
      return {};
    });
    if (whole > 1 || *bytes - latest->evidence_bytes > record_bytes_max)
      fault(path + " has more behind its latest record than a cut leaves");
  }

  void compare(const Checkpoint& cosigned, const std::string& note) {
    const auto [from, to] = refused_.equal_range(cosigned.size);
    for (auto each = from; each != to; ++each) {
      if (each->second.first == cosigned.root || finding_.contradictions.size() == reported_max) continue;
      finding_.contradictions.push_back({cosigned.size, note, each->second.second});
      each->second.first = cosigned.root;  // told once
    }
  }

  FileSystem& files_;
  const std::string home_;
  const std::vector<Vkey>& keys_;
  const Vkey& witness_;
  Finding& finding_;
  std::multimap<std::uint64_t, std::pair<Hash, std::string>> refused_;  // root and note by size
};

}  // namespace

Finding check_origin(FileSystem& files, const std::string& folder, const std::string& origin,
                     const std::vector<Vkey>& keys, const Vkey& witness) {
  Finding finding;
  finding.origin = origin;
  Check(files, origin_folder(folder, origin), keys, witness, finding).run();
  return finding;
}

}  // namespace quotary::witness
