#include "ledger/log/export_walk.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/export_nodes.h"
#include "ledger/log/export_pack.h"
#include "ledger/log/index_root.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::size_t payload_part_bytes = 1u << 16;
constexpr std::size_t hash_bytes = 32;

bool all_zeros(std::string_view bytes) { return bytes.find_first_not_of('\0') == bytes.npos; }

std::size_t bundle_bytes_max(const TileName& name) { return name.width * (2 + entry_bytes_max); }

std::vector<EarlierCheckpoint> by_size(std::vector<EarlierCheckpoint> earlier) {
  std::stable_sort(earlier.begin(), earlier.end(),
                   [](const auto& a, const auto& b) { return a.checkpoint.size < b.checkpoint.size; });
  return earlier;
}

Hash hash_at(std::string_view hashes, std::size_t place) {
  return *Hash::from_bytes(hashes.substr(place * hash_bytes, hash_bytes));
}

}  // namespace

ExportWalk::ExportWalk(const ExportSource& source, ExportInputs& inputs, ExportProblems& problems,
                       const ExportManifest& manifest, std::vector<EarlierCheckpoint> earlier,
                       const ExportCheckOptions& options)
    : source_(source),
      inputs_(inputs),
      problems_(problems),
      manifest_(manifest),
      earlier_(by_size(std::move(earlier))),
      options_(options) {
  if (options.fold != nullptr && manifest.payloads != ExportPayloads::none)
    fold_.emplace(*options.fold, options.scratch, problems);
}

std::optional<std::string_view> ExportWalk::BundleReader::next() {
  if (rest_.size() < 2) return std::nullopt;
  const std::size_t size = get_u16(rest_);
  if (rest_.size() - 2 < size) return std::nullopt;
  const std::string_view entry = rest_.substr(2, size);
  rest_.remove_prefix(2 + size);
  return entry;
}

Result<void> ExportWalk::run(const Progress& progress) {
  QUOTARY_CHECK(links_.begin_pass());
  last_leaf_ = Hash{};
  for (std::uint64_t number = 0; number < bundle_count(manifest_.tree_size); ++number) {
    QUOTARY_TRY_VOID(bundle(number));
    if (problems_.enough()) return {};
    if (progress) progress(tree_.size(), manifest_.tree_size);
  }
  if (tree_.root() != manifest_.root)
    problems_.add(tree_.size() == 0 ? 0 : tree_.size() - 1, "checkpoint", std::string(export_checkpoint_name),
                  "the entries do not lead to the root that was signed");
  explain_erased();
  QUOTARY_TRY_VOID(follow_links_again(progress));
  QUOTARY_TRY_VOID(check_index(progress));
  return fold_ ? fold_->finish(options_.folded) : Result<void>();
}

// An entry that erases stands behind what it erases, so all are read first.
void ExportWalk::explain_erased() {
  for (auto& [key_subject, erased] : problems_.report().erased) {
    const auto by = erased_by_.find(key_subject);
    if (by != erased_by_.end())
      erased.entry = by->second;
    else if (options_.erases)
      problems_.add(erased.first, "payload",
                    export_tile_path(bundle_name(erased.first / tile_width, manifest_.tree_size)),
                    "the export calls " + std::to_string(erased.payloads) + " payloads of " + key_subject +
                        " erased, the first of them here, and no entry erases them");
  }
}

Result<void> ExportWalk::bundle(std::uint64_t number) {
  const TileName name = bundle_name(number, manifest_.tree_size);
  const std::vector<TileName> tiles = tiles_with_bundle(number, manifest_.tree_size);
  std::vector<std::optional<std::string>> stored;
  for (const TileName& tile : tiles) {
    const std::size_t size = tile.width * hash_bytes;
    QUOTARY_TRY(bytes, inputs_.whole(export_tile_path(tile), size));
    if (bytes && bytes->size() != size) {
      problems_.add(std::nullopt, "node", export_tile_path(tile),
                    "it has " + std::to_string(bytes->size()) + " bytes, a tile of this width " + std::to_string(size));
      bytes.reset();
    }
    stored.push_back(std::move(bytes));
  }
  QUOTARY_TRY(bytes, inputs_.whole(export_tile_path(name), bundle_bytes_max(name)));
  QUOTARY_TRY(pack, open_pack(number));
  QUOTARY_TRY_VOID(entries(name, bytes, stored.front(), pack));
  if (problems_.enough()) return {};  // perhaps before the tree has all that the tiles hold
  for (std::size_t i = 1; i < tiles.size(); ++i) compare(tiles[i], stored[i]);
  QUOTARY_TRY_VOID(close_pack(pack));
  return contents();
}

Result<void> ExportWalk::contents() {
  if (!options_.contents) {
    if (manifest_.contents && !contents_told_)
      problems_.add(std::nullopt, "content", std::string(export_contents_prefix),
                    "nobody here knows which entries name them");
    contents_told_ = true;
    return {};
  }
  const auto named = options_.contents();
  if (!manifest_.contents) return {};
  for (const ExportedContent& each : named) {
    QUOTARY_TRY_VOID(hold_content(each));
    if (problems_.enough()) return {};
  }
  return {};
}

Result<void> ExportWalk::hold_content(const ExportedContent& content) {
  ExportReport& report = problems_.report();
  ++report.contents_named;
  const std::string path = export_content_path(content.index);
  Sha256 hash;
  hash.update(content.nonce);
  std::uint64_t size = 0;
  QUOTARY_TRY(whole, inputs_.stream(path, content.size_bytes, [&](std::string_view part) {
    hash.update(part);
    size += part.size();
  }));
  if (!whole) return {};
  if (size != content.size_bytes || hash.finish() != content.commitment) {
    problems_.add(content.index, "content", path, "it is not the content that the entry commits to");
    return {};
  }
  ++report.contents_checked;
  report.content_bytes += size;
  return {};
}

Result<void> ExportWalk::entries(const TileName& name, const std::optional<std::string>& bytes,
                                 const std::optional<std::string>& leaves, Pack& pack) {
  BundleReader reader(bytes ? std::string_view(*bytes) : std::string_view());
  bool lost = !bytes;  // that it is missing was told
  for (unsigned i = 0; i < name.width; ++i) {
    const std::uint64_t index = name.number * tile_width + i;
    const std::optional<Hash> stored = leaves ? std::optional<Hash>(hash_at(*leaves, i)) : std::nullopt;
    const auto canonical = lost ? std::nullopt : reader.next();
    readable_ = false;
    if (!canonical) {
      if (!lost) problems_.add(index, "leaf", export_tile_path(name), "the bundle ends before this entry does");
      lost = true;
      all_readable_ = all_in_place_ = false;
      // The tree's own leaf goes on in its place, so that one lost bundle does not make all above it differ.
      grow(stored.value_or(Hash{}));
      last_leaf_ = stored;
    } else {
      const Hash leaf = leaf_hash(*canonical);
      ++problems_.report().entries_checked;
      if (stored && *stored != leaf)
        problems_.add(index, "leaf", export_tile_path(name), "the entry's bytes do not hash to the leaf in the tree");
      grow(leaf);
      canonical_ = *canonical;
      entry(index, *canonical);
      last_leaf_ = leaf;
    }
    QUOTARY_TRY_VOID(payloads(pack));
    if (problems_.enough()) return {};
  }
  if (!lost && !reader.at_end())
    problems_.add(std::nullopt, "leaf", export_tile_path(name), "the bundle goes on behind its last entry");
  return {};
}

void ExportWalk::entry(std::uint64_t index, std::string_view canonical) {
  const std::string file = export_tile_path(bundle_name(index / tile_width, manifest_.tree_size));
  const auto viewed = view_entry(canonical, entry_);
  readable_ = viewed.has_value();
  all_in_place_ = all_in_place_ && readable_ && entry_.index == index;
  if (!viewed) return problems_.add(index, "leaf", file, viewed.error().detail);
  if (entry_.index != index)
    problems_.add(index, "reorder", file, "the entry at this place says it is entry " + std::to_string(entry_.index));
  if (last_leaf_ && entry_.prev != *last_leaf_)
    problems_.add(index, "link", file,
                  index == 0 ? "the first entry's prev is not zeros"
                             : "prev is not the leaf hash of entry " + std::to_string(index - 1));
  if (entry_.time < std::string_view(last_time_))
    problems_.add(index, "clock", file, "its time lies before that of the entry before it");
  last_time_ = entry_.time;
  entry_.index = index;
  if (options_.erases)
    if (auto target = options_.erases(entry_, canonical); !target.empty()) erased_by_.emplace(std::move(target), index);
  if (entry_.type == index_root_type || entry_.subject == index_root_subject) ++index_roots_;
  follow_links();
}

void ExportWalk::follow_links() {
  if (auto wrong = links_.follow(entry_)) {
    // Another pass may find it again.
    const auto& problems = problems_.report().problems;
    if (std::any_of(problems.begin(), problems.end(), [&](const ExportProblem& problem) {
          return problem.index == entry_.index && problem.detail == *wrong;
        }))
      return;
    problems_.add(entry_.index, "link", export_tile_path(bundle_name(entry_.index / tile_width, manifest_.tree_size)),
                  std::move(*wrong));
  }
}

void ExportWalk::grow(const Hash& leaf) {
  tree_.append(leaf);
  for (; earlier_passed_ < earlier_.size() && earlier_[earlier_passed_].checkpoint.size == tree_.size();
       ++earlier_passed_) {
    const auto& [checkpoint, name] = earlier_[earlier_passed_];
    if (tree_.root() == checkpoint.root) continue;
    problems_.report().rewritten = true;
    problems_.add(tree_.size() - 1, "checkpoint", name, another_history(checkpoint.size));
  }
}

void ExportWalk::compare(const TileName& tile, const std::optional<std::string>& stored) {
  if (!stored) return;
  const std::string_view expected = tree_.tile(tile.level);
  for (unsigned i = 0; i < tile.width; ++i) {
    if (hash_at(*stored, i) == hash_at(expected, i)) continue;
    problems_.add(((tile.number * tile_width + i + 1) << (8 * tile.level)) - 1, "node", export_tile_path(tile),
                  "hash " + std::to_string(i) + " differs from the entries below it");
    return;
  }
}

Result<ExportWalk::Pack> ExportWalk::open_pack(std::uint64_t number) {
  Pack pack;
  if (manifest_.payloads == ExportPayloads::none) return pack;
  pack.path = export_pack_path(number);
  QUOTARY_TRY(reading, inputs_.open(pack.path));
  pack.reading = std::move(reading);
  pack.lost = !pack.reading.there();
  return pack;
}

Result<void> ExportWalk::close_pack(Pack& pack) {
  if (pack.path.empty()) return {};
  if (!pack.lost) {
    QUOTARY_TRY(end, pack.reading.take(ustar_end_bytes));
    if (end && !all_zeros(*end))
      problems_.add(std::nullopt, "payload", pack.path, "something stands where its last payload must end");
  }
  return inputs_.close(std::move(pack.reading), pack.lost ? UINT64_MAX : 0);
}

Result<void> ExportWalk::payloads(Pack& pack) {
  if (!readable_) {
    if (!pack.lost && !pack.path.empty())
      problems_.add(std::nullopt, "payload", pack.path,
                    "what follows the payloads of an entry that cannot be read was not checked");
    pack.lost = true;
    if (fold_) fold_->end();
    return {};
  }
  watching_.clear();
  for (const ExportWatch* watch : options_.watches)
    if (watch->wants(entry_)) watching_.push_back(watch);
  seen_.clear();
  seen_.resize(entry_.objects.size());
  for (std::size_t place = 0; place < entry_.objects.size(); ++place) QUOTARY_TRY_VOID(payload(pack, place));
  for (const ExportWatch* watch : watching_) {
    if (auto wrong = watch->see(manifest_.tree_size, entry_, canonical_, seen_))
      problems_.add(entry_.index, "payload", pack.path, std::move(*wrong));
  }
  if (fold_)
    fold_->apply(entry_, canonical_, seen_,
                 export_tile_path(bundle_name(entry_.index / tile_width, manifest_.tree_size)));
  return {};
}

Result<void> ExportWalk::payload(Pack& pack, std::size_t place) {
  const bool is_private = !entry_.objects[place].key_subject.empty();
  if (pack.path.empty() || (is_private && manifest_.payloads != ExportPayloads::all)) {
    withhold(place, false);
    return {};
  }
  if (pack.lost) return {};
  const auto expected = pack_header(entry_, place);
  if (!expected) {
    problems_.add(entry_.index, "payload", pack.path,
                  pack_member_name(entry_, place) + " is larger than an export can hold");
    pack.lost = true;
    return {};
  }
  QUOTARY_TRY(header, pack.reading.take(ustar_block_bytes));
  if (header && is_private && *header == pack_erased_header(entry_, place)) {
    withhold(place, true);
    return {};
  }
  if (header && *header != *expected)
    problems_.add(entry_.index, "payload", pack.path,
                  "the header of " + pack_member_name(entry_, place) + " is not the one that its entry asks for");
  return payload_bytes(pack, place);
}

Result<void> ExportWalk::payload_bytes(Pack& pack, std::size_t place) {
  const ObjectView& object = entry_.objects[place];
  const bool kept = object.size <= bytes_wanted(object);
  std::string whole;
  Sha256 hash;
  for (std::uint64_t left = object.size; left > 0;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, payload_part_bytes));
    QUOTARY_TRY(part, pack.reading.take(size));
    if (!part) break;
    hash.update(*part);
    if (kept) whole += *part;
    left -= size;
  }
  QUOTARY_TRY(padding, pack.reading.take(ustar_padding(object.size)));
  if (!padding) {
    pack.lost = true;
    problems_.add(entry_.index, "payload", pack.path, pack_member_name(entry_, place) + " is cut off");
    return {};
  }
  ++problems_.report().payloads_checked;
  problems_.report().payload_bytes += object.size;
  if (hash.finish() != object.sha256) {
    problems_.add(entry_.index, "payload", pack.path,
                  pack_member_name(entry_, place) + " does not have the hash that its entry names");
  } else {
    seen_[place].held = true;
    if (kept) seen_[place].bytes = std::move(whole);
  }
  if (!all_zeros(*padding))
    problems_.add(entry_.index, "payload", pack.path, "something stands behind " + pack_member_name(entry_, place));
  return {};
}

std::size_t ExportWalk::bytes_wanted(const ObjectView& object) const {
  std::size_t wanted = fold_ && ExportFold::reads(object) ? export_facts_bytes_max : 0;
  for (const ExportWatch* watch : watching_) wanted = std::max(wanted, watch->bytes_max);
  return wanted;
}

void ExportWalk::withhold(std::size_t place, bool erased) {
  ExportReport& report = problems_.report();
  ++(erased ? report.withheld_erased : report.withheld_by_choice);
  if (erased) {
    auto& known =
        report.erased.try_emplace(unescape(entry_.objects[place].key_subject), ErasedPayloads{0, entry_.index, {}})
            .first->second;
    ++known.payloads;
  }
  if (report.withheld.size() < export_withheld_listed_max)
    report.withheld.push_back({entry_.index, pack_member_name(entry_, place), erased});
}

Result<std::optional<std::string>> ExportWalk::bundle_again(const TileName& name) {
  auto input = source_.open(export_tile_path(name));
  if (!input) return std::optional<std::string>();
  const std::uint64_t size = std::min<std::uint64_t>((*input)->size(), bundle_bytes_max(name));
  QUOTARY_TRY(bytes, (*input)->read(static_cast<std::size_t>(size)));
  problems_.report().bytes_read += bytes.size();
  return std::optional<std::string>(std::move(bytes));
}

Result<bool> ExportWalk::read_again(const Progress& progress, const EntryRounds::Visit& visit) {
  ExportTree again;
  for (std::uint64_t number = 0; number < bundle_count(manifest_.tree_size); ++number) {
    const TileName name = bundle_name(number, manifest_.tree_size);
    QUOTARY_TRY(bytes, bundle_again(name));
    BundleReader reader(bytes ? std::string_view(*bytes) : std::string_view());
    for (unsigned i = 0; i < name.width; ++i) {
      const auto canonical = reader.next();
      if (!canonical) break;
      again.append(leaf_hash(*canonical));
      if (!view_entry(*canonical, entry_)) continue;
      entry_.index = number * tile_width + i;
      if (!visit(entry_, *canonical)) return false;
    }
    if (progress) progress(again.size(), manifest_.tree_size);
  }
  if (all_readable_ && again.root() != tree_.root())
    problems_.add(std::nullopt, "file", "tile/entries", "the entries changed while they were being read");
  return true;
}

Result<void> ExportWalk::follow_links_again(const Progress& progress) {
  while (links_.begin_pass()) {
    QUOTARY_TRY(whole, read_again(progress, [&](const EntryView&, std::string_view) {
                  follow_links();
                  return !problems_.enough();
                }));
    if (!whole) return {};
  }
  return {};
}

// The export's entries for who makes the index anew: each was read before.
class ExportWalk::Rounds final : public EntryRounds {
 public:
  Rounds(ExportWalk& walk, const Progress& progress)
      : walk_(walk), progress_(progress), nodes_(export_nodes(walk.source_, walk.manifest_.tree_size)) {}

  Result<Ended> walk(const Visit& visit) const override {
    QUOTARY_TRY(whole, walk_.read_again(progress_, visit));
    return whole ? Ended::at_the_end : Ended::by_visitor;
  }
  // From tiles that were held against the entries before.
  Result<Hash> root(std::uint64_t size) const override { return read_root(size, nodes_); }

 private:
  ExportWalk& walk_;
  const Progress& progress_;
  const NodeReader nodes_;
};

// An index of entries that are not all known, or do not stand where they say, would differ at each root.
Result<void> ExportWalk::check_index(const Progress& progress) {
  if (index_roots_ == 0 || !all_in_place_ || problems_.enough()) return {};
  VerifyReport found;
  QUOTARY_TRY(whole, check_index_roots(Rounds(*this, progress), options_.scratch, found));
  // Those of an index that was made in parts come last.
  std::stable_sort(found.problems.begin(), found.problems.end(),
                   [](const auto& a, const auto& b) { return a.index < b.index; });
  for (VerifyProblem& problem : found.problems)
    problems_.add(problem.index, "index",
                  export_tile_path(bundle_name(problem.index / tile_width, manifest_.tree_size)),
                  std::move(problem.detail));
  if (whole) problems_.report().index_roots_checked = index_roots_;
  return {};
}

}  // namespace quotary
