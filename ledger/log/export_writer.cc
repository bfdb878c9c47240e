#include "ledger/log/export_writer.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/entry.h"
#include "ledger/log/export_files.h"
#include "ledger/log/export_pack.h"
#include "ledger/log/export_pages.h"
#include "ledger/log/ledger_impl.h"

namespace quotary {

namespace {

constexpr std::size_t witnessed_bytes_max = export_small_file_bytes_max;

Error differs(std::uint64_t index, const std::string& what) {
  return fail(Errc::corrupt, "export_differs",
              "entry " + std::to_string(index) + ": " + what + "; run `quotary verify`, which names all that differs");
}

// A signed checkpoint that the log's key opens.
struct Signed {
  Checkpoint checkpoint;
  std::string note;
};

// The newest that is published. A place that cannot be read does not count as long as another can.
Result<Signed> newest_published(const LedgerOptions& ledger, FileSystem& files, const CheckpointVerifier& log_key) {
  std::optional<Signed> newest;
  Error why = fail(Errc::not_found, "no_ledger", ledger.directory + " holds no published checkpoint");
  for (const std::string& path : slots_paths(ledger)) {
    auto slots = Slots::read(files, path);
    if (!slots) {
      why = slots.error();
      continue;
    }
    if (!*slots) continue;
    auto checkpoint = open_checkpoint((*slots)->note, log_key);
    if (!checkpoint) {
      why = checkpoint.error();
    } else if (!newest || checkpoint->size > newest->checkpoint.size) {
      newest = Signed{std::move(*checkpoint), std::move((*slots)->note)};
    }
  }
  if (!newest) return why;
  return std::move(*newest);
}

// What the server's policy of witnesses was last met for; absent without such a policy.
Result<std::optional<Signed>> newest_witnessed(const LedgerOptions& ledger, FileSystem& files,
                                               const CheckpointVerifier& log_key) {
  const std::string path = ledger.directory + "/witnessed.note";
  if (!files.exists(path)) return std::optional<Signed>();
  QUOTARY_TRY(note, read_file(files, path, witnessed_bytes_max));
  QUOTARY_TRY(checkpoint, open_checkpoint(note, log_key));
  return std::optional<Signed>(Signed{std::move(checkpoint), std::move(note)});
}

// What the export will stand under, and what stands beside it.
struct Chosen {
  Signed checkpoint;
  std::optional<Signed> witnessed;  // an earlier one
};

Result<Chosen> choose(const LedgerOptions& ledger, FileSystem& files, const CheckpointVerifier& log_key,
                      bool at_witnessed) {
  // In this order: a live server publishes before it asks witnesses.
  QUOTARY_TRY(witnessed, newest_witnessed(ledger, files, log_key));
  QUOTARY_TRY(published, newest_published(ledger, files, log_key));
  if (!witnessed) {
    if (at_witnessed)
      return fail(Errc::not_found, "not_witnessed", "no checkpoint of " + ledger.directory + " is witnessed yet");
    return Chosen{std::move(published), std::nullopt};
  }
  if (witnessed->checkpoint.size > published.checkpoint.size)
    return fail(Errc::corrupt, "rolled_back",
                std::to_string(witnessed->checkpoint.size) + " entries are witnessed, but only " +
                    std::to_string(published.checkpoint.size) + " are published");
  if (witnessed->checkpoint.size == published.checkpoint.size) {
    if (witnessed->checkpoint.root != published.checkpoint.root)
      return fail(Errc::corrupt, "witnessed_differs", "the witnessed root is not the published one");
    return Chosen{std::move(*witnessed), std::nullopt};
  }
  if (at_witnessed) return Chosen{std::move(*witnessed), std::nullopt};
  return Chosen{std::move(published), std::move(witnessed)};
}

class Exporting {
 public:
  Exporting(const StoreView& view, const Chosen& chosen, const ObjectCipher* cipher, const ExportOptions& options,
            ExportFiles& files)
      : chosen_(chosen),
        cipher_(cipher),
        options_(options),
        files_(files),
        entries_(view.cursor(Family::entries, Access::sequential)),
        objects_(view.cursor(Family::objects, Access::sequential)) {
    manifest_.origin = chosen.checkpoint.checkpoint.origin;
    manifest_.tree_size = chosen.checkpoint.checkpoint.size;
    manifest_.root = chosen.checkpoint.checkpoint.root;
    manifest_.payloads = options.payloads;
    manifest_.contents = static_cast<bool>(options.contents);
    manifest_.keys = {true, !options.seal_certificate.empty(), !options.witness_policy.empty(),
                      !options.succession.empty()};
    if (chosen.witnessed) manifest_.witnessed_size = chosen.witnessed->checkpoint.size;
  }

  Result<ExportManifest> run(Timestamp now) {
    manifest_.exported_at = format_rfc3339(now);
    entries_->seek(index_key(0));
    objects_->seek(object_key(0, 0));
    for (std::uint64_t number = 0; number < bundle_count(manifest_.tree_size); ++number) {
      QUOTARY_TRY_VOID(bundle(number));
      if (options_.progress) options_.progress(tree_.size(), manifest_.tree_size);
    }
    if (tree_.root() != manifest_.root)
      return differs(tree_.size() - 1, "the entries do not lead to the root that was signed");
    QUOTARY_TRY_VOID(last_files());
    return manifest_;
  }

 private:
  // Reads a bundle's entries, then writes what belongs to them in the order of SHA256SUMS.
  Result<void> bundle(std::uint64_t number) {
    const TileName name = bundle_name(number, manifest_.tree_size);
    std::string bytes;
    for (unsigned i = 0; i < name.width; ++i, entries_->next()) {
      const std::uint64_t index = tree_.size();
      if (!entries_->valid() || entries_->key() != index_key(index))
        return differs(index, entries_->status() ? "it is missing" : entries_->status().error().detail);
      const std::string_view entry = entries_->value();
      if (entry.size() > entry_bytes_max) return differs(index, "it is over 65,535 bytes");
      put_u16(bytes, static_cast<std::uint16_t>(entry.size()));
      bytes += entry;
      tree_.append(leaf_hash(entry));
      if (chosen_.witnessed && tree_.size() == chosen_.witnessed->checkpoint.size &&
          tree_.root() != chosen_.witnessed->checkpoint.root)
        return fail(Errc::corrupt, "witnessed_differs",
                    "the entries do not lead to the root that was witnessed at size " + std::to_string(tree_.size()));
    }
    for (const TileName& tile : tiles_with_bundle(number, manifest_.tree_size))
      QUOTARY_TRY_VOID(files_.put(export_tile_path(tile), tree_.tile(tile.level)));
    QUOTARY_TRY_VOID(files_.put(export_tile_path(name), bytes));
    const bool packed = manifest_.payloads != ExportPayloads::none;
    if (packed) QUOTARY_TRY_VOID(files_.begin(export_pack_path(number)));
    EntryView entry;
    std::uint64_t index = number * tile_width;
    for (std::string_view rest = bytes; !rest.empty(); ++index) {
      const std::size_t size = get_u16(rest);
      const auto viewed = view_entry(rest.substr(2, size), entry);
      if (!viewed || entry.index != index)
        return differs(index, viewed ? "it says another index" : viewed.error().detail);
      canonical_ = rest.substr(2, size);
      for (std::size_t place = 0; place < entry.objects.size(); ++place) QUOTARY_TRY_VOID(payload(entry, place));
      rest.remove_prefix(2 + size);
    }
    if (!packed) return {};
    QUOTARY_TRY_VOID(files_.add(std::string(ustar_end_bytes, '\0')));
    QUOTARY_TRY_VOID(files_.end());
    return contents();
  }

  // Those that the bundle's entries name.
  Result<void> contents() {
    for (const auto& [index, content] : contents_) {
      QUOTARY_TRY_VOID(files_.begin(export_content_path(index)));
      QUOTARY_TRY_VOID(content([&](std::string_view part) {
        manifest_.content_bytes += part.size();
        return files_.add(part);
      }));
      QUOTARY_TRY_VOID(files_.end());
      ++manifest_.contents_held;
    }
    contents_.clear();
    return {};
  }

  Result<void> payload(const EntryView& entry, std::size_t place) {
    const ObjectView& object = entry.objects[place];
    const bool is_private = !object.key_subject.empty();
    if (manifest_.payloads == ExportPayloads::none || (is_private && manifest_.payloads != ExportPayloads::all)) {
      ++manifest_.withheld_by_choice;
      return {};
    }
    QUOTARY_TRY(stored, stored_payload(entry.index, place));
    std::string opened;
    if (is_private) {
      auto plain =
          cipher_->decrypt(unescape(object.key_subject), object_id(entry.index, unescape(object.name)), stored);
      if (!plain && plain.error().code == "subject_key_erased") {
        ++manifest_.withheld_erased;
        return files_.add(pack_erased_header(entry, place));
      }
      if (!plain) return std::move(plain).error();
      opened = std::move(*plain);
      stored = opened;
    }
    if (stored.size() != object.size || sha256(stored) != object.sha256)
      return differs(entry.index, "a payload does not have the hash that the entry names");
    if (is_private && options_.contents) {
      QUOTARY_TRY(content, options_.contents(canonical_, unescape(object.name), stored));
      if (content) contents_.emplace_back(entry.index, std::move(*content));
    }
    const auto header = pack_header(entry, place);
    if (!header) return differs(entry.index, "a payload is over 8 GiB");
    ++manifest_.payloads_held;
    manifest_.payload_bytes += stored.size();
    QUOTARY_TRY_VOID(files_.add(*header));
    QUOTARY_TRY_VOID(files_.add(stored));
    return files_.add(std::string(ustar_padding(stored.size()), '\0'));
  }

  // Live until the cursor moves.
  Result<std::string_view> stored_payload(std::uint64_t index, std::size_t place) {
    const std::string key = object_key(index, place);
    while (objects_->valid() && objects_->key() < key) objects_->next();
    if (objects_->valid() && objects_->key() == key) return objects_->value();
    return differs(index, objects_->status() ? "a payload is missing" : objects_->status().error().detail);
  }

  Result<void> last_files() {
    const std::string vkey = options_.vkey + "\n";
    const std::array<std::string_view, export_key_names.size()> keys{vkey, options_.seal_certificate,
                                                                     options_.witness_policy, options_.succession};
    QUOTARY_TRY_VOID(files_.put(std::string(export_checkpoint_name), chosen_.checkpoint.note));
    if (chosen_.witnessed) QUOTARY_TRY_VOID(files_.put(std::string(export_witnessed_name), chosen_.witnessed->note));
    for (std::size_t i = 0; i < export_key_names.size(); ++i) {
      if (manifest_.keys[i]) QUOTARY_TRY_VOID(files_.put("keys/" + std::string(export_key_names[i]), keys[i]));
    }
    QUOTARY_TRY_VOID(files_.put(std::string(export_readme_name), export_readme(manifest_, options_.vkey)));
    QUOTARY_TRY_VOID(files_.put(std::string(export_index_name), export_index_page(manifest_, options_.vkey)));
    QUOTARY_TRY_VOID(files_.put(std::string(export_manifest_name), manifest_text(manifest_)));
    return files_.finish();
  }

  const Chosen& chosen_;
  const ObjectCipher* const cipher_;
  const ExportOptions& options_;
  ExportFiles& files_;
  std::unique_ptr<Cursor> entries_, objects_;
  ExportTree tree_;
  ExportManifest manifest_;
  std::string_view canonical_;                                     // of the entry at hand
  std::vector<std::pair<std::uint64_t, ExportContent>> contents_;  // of the bundle at hand
};

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

std::string export_partial(const std::string& target) { return target + ".partial"; }

Result<ExportManifest> export_ledger(const LedgerOptions& ledger, const LedgerPorts& ports,
                                     const CheckpointVerifier& log_key, const ExportOptions& options) {
  QUOTARY_CHECK(ports.files && ports.clock);
  QUOTARY_CHECK(!options.contents || options.payloads == ExportPayloads::all);
  FileSystem& files = *ports.files;
  if (options.payloads == ExportPayloads::all && ports.cipher == nullptr)
    return fail(Errc::unavailable, "keys_needed", "private payloads can be exported with the key folder only");
  const std::string partial = export_partial(options.target);
  if (files.exists(options.target))
    return fail(Errc::conflict, "export_exists", options.target + " is there already: give another name");
  if (files.exists(partial))
    return fail(Errc::conflict, "export_exists", partial + " is left of an export that was cut off: remove it first");
  QUOTARY_TRY(chosen, choose(ledger, files, log_key, options.witnessed));
  QUOTARY_TRY(store, open_rocks_store(store_path(ledger.directory), StoreMode::read_only));
  const auto view = store->snapshot();
  QUOTARY_TRY(size, stored_size(*view));
  if (size < chosen.checkpoint.checkpoint.size)
    return fail(Errc::corrupt, "rolled_back",
                "the store holds " + std::to_string(size) + " entries, but " +
                    std::to_string(chosen.checkpoint.checkpoint.size) + " were published");
  const Timestamp now = ports.clock->now();
  QUOTARY_TRY(output, options.archive ? ExportFiles::create_archive(files, partial, now)
                                      : ExportFiles::create_folder(files, partial));
  if (options.begun) options.begun();
  QUOTARY_TRY(manifest, Exporting(*view, chosen, ports.cipher, options, *output).run(now));
  if (files.exists(options.target))
    return fail(Errc::conflict, "export_exists", options.target + " was made meanwhile: give another name");
  QUOTARY_TRY_VOID(files.rename(partial, options.target));
  QUOTARY_TRY_VOID(files.sync_directory(parent_of(options.target)));
  return manifest;
}

}  // namespace quotary
