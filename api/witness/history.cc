#include "api/witness/history.h"

#include <algorithm>

namespace quotary::witness {

namespace {

constexpr std::string_view evidence_counter = "evidence", recent_counter = "recent", count_counter = "count";
constexpr std::size_t header_bytes_max = 160;

// Over all that a record says.
std::string sum_of(std::string_view kind, Timestamp time, std::string_view note) {
  return sha256(std::string(kind) + " " + format_rfc3339(time) + "\n" + std::string(note)).hex();
}

std::string encode(std::string_view kind, Timestamp time, std::string_view note) {
  std::string out(kind);
  out += " " + format_rfc3339(time) + " " + std::to_string(note.size()) + " " + sum_of(kind, time, note) + "\n";
  out += note;
  out += '\n';
  return out;
}

// The words of a record's first line, without its LF.
struct Header {
  std::string kind;
  Timestamp time;
  std::uint64_t size = 0;
  std::string sum;
};

std::optional<Header> parse_header(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  if (words.size() != 4) return std::nullopt;
  const auto time = parse_rfc3339(words[1]);
  const auto size = parse_u64(words[2]);
  if (!time || !size || *size > record_bytes_max) return std::nullopt;
  return Header{std::string(words[0]), *time, *size, std::string(words[3])};
}

Result<Checkpoint> checkpoint_of(std::string_view note) {
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return fail(Errc::invalid, "bad_checkpoint", "not a signed note");
  return parse_checkpoint_text(note.substr(0, blank + 1));
}

}  // namespace

Result<void> visit_records(const File& file, const std::string& path, std::uint64_t from, std::uint64_t to,
                           const std::function<Result<void>(std::uint64_t, Record)>& visit) {
  const auto damaged = [&](std::uint64_t at, const char* what) {
    return fail(Errc::corrupt, "witness_evidence", path + " does not hold at byte " + std::to_string(at) + ": " + what);
  };
  for (std::uint64_t at = from; at < to;) {
    QUOTARY_TRY(begin, file.read_at(at, header_bytes_max));
    const std::size_t end = begin.find('\n');
    const auto header = parse_header(std::string_view(begin).substr(0, end));
    if (end == begin.npos || !header) return damaged(at, "no record begins there");
    QUOTARY_TRY(note, file.read_at(at + end + 1, static_cast<std::size_t>(header->size) + 1));
    if (note.size() != header->size + 1 || note.back() != '\n') return damaged(at, "the record has no end");
    note.pop_back();
    if (sum_of(header->kind, header->time, note) != header->sum) return damaged(at, "the record does not have its sum");
    const std::uint64_t behind = at + end + 1 + header->size + 1;
    QUOTARY_TRY_VOID(visit(at, {header->kind, header->time, std::move(note), behind}));
    at = behind;
    if (at > to) return damaged(at, "a record reaches over the end");
  }
  return {};
}

Result<bool> is_cut_off(const File& file, std::uint64_t at, std::uint64_t to) {
  QUOTARY_TRY(begin, file.read_at(at, std::min<std::uint64_t>(header_bytes_max, to - at)));
  const std::size_t end = begin.find('\n');
  if (end == begin.npos) return begin.size() < header_bytes_max;
  const auto header = parse_header(std::string_view(begin).substr(0, end));
  if (!header || at + end + 1 + header->size + 1 <= to) return false;
  // The size stands under no sum of its own: what has the record's sum, or goes on with another record, was not cut.
  QUOTARY_TRY(rest, file.read_at(at + end + 1, static_cast<std::size_t>(to - at - end - 1)));
  if (rest.ends_with('\n') &&
      sum_of(header->kind, header->time, std::string_view(rest).substr(0, rest.size() - 1)) == header->sum)
    return false;
  for (std::size_t line = 0; line < rest.size();) {
    const std::size_t line_end = std::min(rest.find('\n', line), rest.size());
    if (parse_header(std::string_view(rest).substr(line, line_end - line))) return false;
    line = line_end + 1;
  }
  return true;
}

std::string origin_hash(std::string_view origin) { return sha256(origin).hex(); }

std::string origin_folder(const std::string& folder, std::string_view origin) {
  return folder + "/origins/" + origin_hash(origin);
}

namespace {

std::string file_in(const std::string& folder, std::string_view name) { return folder + "/" + std::string(name); }

Latest latest_of(const std::optional<Published>& published) {
  Latest latest;
  latest.published = published;
  if (!published) return latest;
  for (const Counter& counter : published->counters) {
    if (counter.name == evidence_counter) latest.evidence_bytes = counter.last;
    if (counter.name == recent_counter) latest.recent_from = counter.last;
    if (counter.name == count_counter) latest.count = counter.last;
  }
  return latest;
}

Result<std::unique_ptr<File>> open_notes(FileSystem& files, const std::string& folder, std::string_view name) {
  const std::string path = file_in(folder, name);
  if (!files.exists(path)) {
    QUOTARY_TRY(made, files.open(path, OpenMode::create_or_open));
    QUOTARY_TRY_VOID(made->sync());
    QUOTARY_TRY_VOID(files.sync_directory(folder));
    return made;
  }
  return files.open(path, OpenMode::read_write);
}

}  // namespace

Result<Latest> read_latest(FileSystem& files, const std::string& folder) {
  QUOTARY_TRY(published, Slots::read(files, file_in(folder, slots_name)));
  return latest_of(published);
}

Result<std::unique_ptr<History>> History::open(FileSystem& files, const std::string& folder,
                                               const std::string& origin) {
  const std::string home = origin_folder(folder, origin);
  QUOTARY_TRY_VOID(files.make_directory(home));
  const std::string slots_path = file_in(home, slots_name);
  // The slots are made first, so that evidence without them is what is left of a witness that cosigned.
  if (!files.exists(slots_path) && files.exists(file_in(home, cosigned_name))) {
    return fail(Errc::corrupt, "witness_evidence",
                slots_path + " is missing beside its evidence: a witness must not begin anew from there");
  }
  QUOTARY_TRY(slots, files.exists(slots_path) ? Slots::open(files, slots_path) : Slots::create(files, slots_path));
  // A making that was cut off may have left names that were never synced.
  QUOTARY_TRY_VOID(files.sync_directory(home));
  QUOTARY_TRY(cosigned, open_notes(files, home, cosigned_name));
  QUOTARY_TRY(refused, open_notes(files, home, refused_name));
  const Latest latest = latest_of(slots.last());
  auto history = std::unique_ptr<History>(new History(std::move(slots), std::move(cosigned), std::move(refused)));
  QUOTARY_TRY_VOID(history->load(latest, home));
  if (history->begun()) {
    QUOTARY_TRY(checkpoint, checkpoint_of(history->note_));
    if (checkpoint.origin != origin)
      return fail(Errc::corrupt, "witness_evidence",
                  home + " holds the checkpoints of " + checkpoint.origin + ", not of " + origin);
  }
  return history;
}

Result<void> History::load(const Latest& latest, const std::string& folder) {
  const std::string path = file_in(folder, cosigned_name);
  root_ = sha256("");
  QUOTARY_TRY(bytes, cosigned_->size());
  const auto damaged = [&](const std::string& what) {
    return fail(
        Errc::corrupt, "witness_evidence",
        path + " " + what +
            ": it was changed from outside or restored from an older copy; a witness must not go on from there");
  };
  if (bytes < latest.evidence_bytes)
    return damaged("has " + std::to_string(bytes) + " bytes of the " + std::to_string(latest.evidence_bytes) +
                   " that were written");
  evidence_bytes_ = latest.evidence_bytes;
  count_ = latest.count;
  std::string last;
  QUOTARY_TRY_VOID(visit_records(*cosigned_, path, latest.recent_from, evidence_bytes_,
                                 [&](std::uint64_t at, Record record) -> Result<void> {
                                   QUOTARY_TRY(checkpoint, checkpoint_of(record.note));
                                   recent_.push_back({checkpoint.size, checkpoint.root, at});
                                   last = std::move(record.note);
                                   return {};
                                 }));
  if (latest.published) {
    if (last != latest.published->note) return damaged("does not end in the checkpoint that was cosigned last");
    size_ = latest.published->size;
    root_ = latest.published->root;
    note_ = std::move(last);
  }
  if (bytes > evidence_bytes_) {
    if (const auto rest = load_rest(path, bytes); !rest)
      return rest.error().kind == Errc::corrupt ? damaged(rest.error().detail) : rest.error();
  }
  QUOTARY_TRY_VOID(load_refused(file_in(folder, refused_name)));
  for (const Seen& seen : recent_) find_splits(seen.size, seen.root);
  return {};
}

// A record behind what the slot counts was checked and signed, and only a slot that was cut off was never answered: so
// it is written and counted as if it came now.
Result<void> History::load_rest(const std::string& path, std::uint64_t bytes) {
  const auto damaged = [](const char* what) { return fail(Errc::corrupt, "witness_evidence", what); };
  if (bytes - evidence_bytes_ > record_bytes_max) return damaged("has more behind its latest record than a cut leaves");
  std::vector<Record> whole;
  auto visited =
      visit_records(*cosigned_, path, evidence_bytes_, bytes, [&](std::uint64_t, Record record) -> Result<void> {
        whole.push_back(std::move(record));
        return {};
      });
  if (!visited && visited.error().kind != Errc::corrupt) return visited;
  if (whole.size() > 1 || (!visited && !whole.empty())) return damaged("has several records behind its latest one");
  if (whole.empty()) {
    QUOTARY_TRY_VOID(cosigned_->truncate(evidence_bytes_));
    return cosigned_->sync();
  }
  const auto checkpoint = checkpoint_of(whole[0].note);
  if (!checkpoint || whole[0].kind != kind_cosigned || checkpoint->size < size_)
    return damaged("has a last record that does not go on from the one before it");
  return write_record(*checkpoint, whole[0].note, whole[0].time);
}

// What a cut left of the last one is written over; a refused checkpoint is no promise.
Result<void> History::load_refused(const std::string& path) {
  QUOTARY_TRY(bytes, refused_->size());
  auto visited = visit_records(*refused_, path, 0, bytes, [&](std::uint64_t, const Record& record) -> Result<void> {
    QUOTARY_TRY(checkpoint, checkpoint_of(record.note));
    kept_.insert({record.kind == kind_split, checkpoint.size, checkpoint.root});
    if (record.kind == kind_split) {
      splits_.emplace(checkpoint.size, checkpoint.root);
    } else {
      ++unproved_;
    }
    refused_bytes_ = record.end;
    return {};
  });
  if (!visited && visited.error().kind != Errc::corrupt) return visited;
  if (refused_bytes_ == bytes) return {};
  // More than one torn record is damage.
  if (bytes - refused_bytes_ > header_bytes_max + record_bytes_max) return visited;
  QUOTARY_TRY_VOID(refused_->truncate(refused_bytes_));
  return refused_->sync();
}

std::optional<Hash> History::root_at(std::uint64_t size) const {
  const auto found = std::lower_bound(recent_.begin(), recent_.end(), size,
                                      [](const Seen& seen, std::uint64_t wanted) { return seen.size < wanted; });
  if (found == recent_.end() || found->size != size) return std::nullopt;
  return found->root;
}

Result<void> History::record(const Checkpoint& checkpoint, const std::string& note, Timestamp now) {
  if (!latched_.empty())
    return fail(Errc::unavailable, "witness_latched",
                "nothing more is cosigned for this log: " + latched_ + "; check the disk and restart the witness");
  QUOTARY_CHECK(checkpoint.size >= size_);
  auto written = write_record(checkpoint, note, now);
  if (!written) latched_ = written.error().detail;
  return written;
}

Result<void> History::write_record(const Checkpoint& checkpoint, const std::string& note, Timestamp now) {
  const std::string record = encode(kind_cosigned, now, note);
  QUOTARY_CHECK(record.size() <= record_bytes_max);
  QUOTARY_TRY_VOID(cosigned_->write_at(evidence_bytes_, record));
  QUOTARY_TRY_VOID(cosigned_->sync());
  const Seen seen{checkpoint.size, checkpoint.root, evidence_bytes_};
  const bool full = recent_.size() == recent_max;
  const std::uint64_t recent_from = recent_.empty() ? seen.at : recent_[full ? 1 : 0].at;
  const std::uint64_t bytes = evidence_bytes_ + record.size();
  // From here on the checkpoint counts as cosigned, whatever happens next.
  QUOTARY_TRY_VOID(slots_.publish(note, {{std::string(evidence_counter), bytes},
                                         {std::string(recent_counter), recent_from},
                                         {std::string(count_counter), count_ + 1}}));
  evidence_bytes_ = bytes;
  if (full) recent_.pop_front();
  recent_.push_back(seen);
  ++count_;
  size_ = checkpoint.size;
  root_ = checkpoint.root;
  note_ = note;
  find_splits(size_, root_);
  return {};
}

// What was refused for its proof alone contradicts once its size is cosigned with another root.
void History::find_splits(std::uint64_t size, const Hash& root) {
  for (auto each = kept_.lower_bound({false, size, Hash{}}); each != kept_.end(); ++each) {
    const auto& [split, refused_size, refused_root] = *each;
    if (split || refused_size != size) return;
    if (refused_root != root) splits_.emplace(size, refused_root);
  }
}

Result<bool> History::keep_refused(std::string_view kind, const Checkpoint& checkpoint, std::string_view note,
                                   Timestamp now) {
  const bool split = kind == kind_split;
  const Kept kept{split, checkpoint.size, checkpoint.root};
  if (kept_.contains(kept)) return false;
  if (!latched_.empty()) {
    if (!split) return false;
    return fail(Errc::unavailable, "witness_latched", latched_);
  }
  const std::string record = encode(kind, now, note);
  if (record.size() > record_bytes_max ||
      refused_bytes_ + record.size() > (split ? refused_bytes_max : unproved_bytes_max)) {
    if (!split) return false;
    return fail(Errc::storage, "refused_full", std::string(refused_name) + " is full");
  }
  QUOTARY_TRY_VOID(refused_->write_at(refused_bytes_, record));
  QUOTARY_TRY_VOID(refused_->sync());
  refused_bytes_ += record.size();
  kept_.insert(kept);
  if (split) {
    splits_.emplace(checkpoint.size, checkpoint.root);
  } else {
    ++unproved_;
  }
  return true;
}

}  // namespace quotary::witness
