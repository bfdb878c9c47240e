#include "ledger/log/export_check.h"

#include "ledger/log/export_walk.h"
#include "ledger/log/succession.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::size_t sums_tail_bytes = export_line_bytes_max;

class ExportCheck {
 public:
  ExportCheck(const ExportSource& source, const CheckpointVerifier& log_key, std::string_view vkey,
              ExportCheckOptions options)
      : source_(source),
        log_key_(log_key),
        vkey_(vkey),
        options_(std::move(options)),
        problems_(report_),
        inputs_(source, problems_) {}

  Result<ExportReport> run() {
    QUOTARY_TRY(read, read_first());
    if (!read) {
      report_.broken_off = true;
      return std::move(report_);
    }
    QUOTARY_TRY_VOID(check_earlier());
    QUOTARY_TRY_VOID(inputs_.open_sums());
    ExportWalk walk(source_, inputs_, problems_, report_.manifest, std::move(earlier_), options_);
    QUOTARY_TRY_VOID(walk.run(options_.progress));
    if (!problems_.enough()) QUOTARY_TRY_VOID(last_files());
    if (!problems_.enough()) QUOTARY_TRY_VOID(inputs_.finish(report_.manifest));
    report_.broken_off = problems_.enough();
    if (report_.problems_total == 0) compare_counts();
    return std::move(report_);
  }

 private:
  // A file that is needed before its turn comes. Absent when it cannot be had, which was told.
  Result<std::optional<std::string>> early(std::string_view name, std::size_t size_max) {
    auto input = source_.open(std::string(name));
    if (!input && input.error().kind == Errc::forbidden) return std::move(input).error();
    if (input && (*input)->size() <= size_max) {
      QUOTARY_TRY(bytes, (*input)->read(size_max));
      return std::optional<std::string>(std::move(bytes));
    }
    problems_.add(std::nullopt, "file", std::string(name), input ? "it is too large" : input.error().detail);
    return std::optional<std::string>();
  }

  // What says how the rest is to be read. False: it cannot be read at all.
  Result<bool> read_first() {
    if (!source_.open(std::string(export_manifest_name)) && !source_.open(std::string(export_checkpoint_name)))
      return fail(Errc::not_found, "no_export", "neither manifest.json nor checkpoint is there: this is no export");
    QUOTARY_TRY(manifest, early(export_manifest_name, export_manifest_bytes_max));
    if (!manifest) return false;
    auto parsed = parse_manifest(*manifest);
    if (!parsed) {
      // A version that SHA256SUMS vouches for is a newer program's; any other is damage.
      if (parsed.error().kind == Errc::unavailable && vouched_for(*manifest)) return std::move(parsed).error();
      problems_.add(std::nullopt, "manifest", std::string(export_manifest_name), parsed.error().detail);
      return false;
    }
    report_.manifest = std::move(*parsed);
    manifest_text_ = std::move(*manifest);
    QUOTARY_TRY(note, early(export_checkpoint_name, export_small_file_bytes_max));
    if (note) read_checkpoint(std::move(*note));
    if (report_.manifest.witnessed_size) {
      QUOTARY_TRY(witnessed, early(export_witnessed_name, export_small_file_bytes_max));
      if (witnessed) read_witnessed(*witnessed);
    }
    return true;
  }

  // Whether the last line of SHA256SUMS is that of these bytes.
  bool vouched_for(std::string_view manifest) const {
    auto sums = source_.open(std::string(export_sums_name));
    if (!sums) return false;
    const std::string line = sums_line(sha256(manifest), export_manifest_name);
    std::string tail;
    for (;;) {
      auto part = (*sums)->read(1u << 16);
      if (!part || part->empty()) break;
      tail += *part;
      if (tail.size() > sums_tail_bytes) tail.erase(0, tail.size() - sums_tail_bytes);
    }
    return tail.ends_with(line);
  }

  void read_checkpoint(std::string note) {
    ExportManifest& manifest = report_.manifest;
    auto checkpoint = open_checkpoint(note, log_key_);
    if (!checkpoint) {
      problems_.add(std::nullopt, "checkpoint", std::string(export_checkpoint_name), checkpoint.error().detail);
      report_.checkpoint = {manifest.origin, manifest.tree_size, manifest.root};
      return;
    }
    if (checkpoint->origin != manifest.origin || checkpoint->size != manifest.tree_size ||
        checkpoint->root != manifest.root)
      problems_.add(std::nullopt, "manifest", std::string(export_manifest_name),
                    "origin, size or root are not those of the signed checkpoint");
    // What is signed counts.
    manifest.origin = checkpoint->origin;
    manifest.tree_size = checkpoint->size;
    manifest.root = checkpoint->root;
    report_.checkpoint = std::move(*checkpoint);
    report_.note = std::move(note);
  }

  void read_witnessed(std::string_view note) {
    auto checkpoint = open_checkpoint(note, log_key_);
    const char* wrong = nullptr;
    if (checkpoint && checkpoint->size != report_.manifest.witnessed_size)
      wrong = "its size is not the one that manifest.json names";
    if (checkpoint && (checkpoint->size == 0 || checkpoint->size >= report_.manifest.tree_size))
      wrong = "it is not of an earlier size than checkpoint";
    if (!checkpoint || wrong != nullptr)
      problems_.add(std::nullopt, "checkpoint", std::string(export_witnessed_name),
                    checkpoint ? wrong : checkpoint.error().detail);
    else
      earlier_.push_back({std::move(*checkpoint), std::string(export_witnessed_name)});
  }

  Result<void> check_earlier() {
    QUOTARY_CHECK(options_.earlier.size() <= earlier_checkpoints_max);
    for (EarlierCheckpoint& each : options_.earlier) {
      if (each.checkpoint.size == 0 || each.checkpoint.size > report_.manifest.tree_size)
        return fail(Errc::invalid, "earlier_too_late",
                    each.name + " is over " + std::to_string(each.checkpoint.size) + " entries, this export over " +
                        std::to_string(report_.manifest.tree_size) +
                        ": it can be compared with an export of that size or more only");
      earlier_.push_back(std::move(each));
    }
    return {};
  }

  Result<void> last_files() {
    for (const std::string& path : export_last_files(report_.manifest)) {
      const bool keys = path == export_succession_path;
      QUOTARY_TRY(bytes, inputs_.whole(path, keys ? succession_bytes_max : export_small_file_bytes_max));
      if (!bytes) continue;
      const bool changed = (path == export_manifest_name && *bytes != manifest_text_) ||
                           (path == export_checkpoint_name && !report_.note.empty() && *bytes != report_.note);
      if (changed) problems_.add(std::nullopt, "file", path, "it changed while the export was being read");
      // Someone may take the key from here some day.
      if (path == export_vkey_path && !is_known_key(*bytes))
        problems_.add(std::nullopt, "file", path, "it is not the key that the export is checked with");
    }
    return {};
  }

  bool is_known_key(std::string_view line) const {
    const auto is = [&](std::string_view vkey) { return line == std::string(vkey) + "\n"; };
    return is(vkey_) || std::any_of(options_.other_vkeys.begin(), options_.other_vkeys.end(), is);
  }

  // Only where everything else holds: anything lost changes them.
  void compare_counts() {
    const ExportManifest& manifest = report_.manifest;
    if (manifest.payloads_held != report_.payloads_checked || manifest.payload_bytes != report_.payload_bytes ||
        manifest.withheld_by_choice != report_.withheld_by_choice ||
        manifest.withheld_erased != report_.withheld_erased || manifest.contents_held != report_.contents_checked ||
        manifest.content_bytes != report_.content_bytes)
      problems_.add(std::nullopt, "manifest", std::string(export_manifest_name),
                    "its counts of payloads are not those of the entries");
  }

  const ExportSource& source_;
  const CheckpointVerifier& log_key_;
  const std::string_view vkey_;
  ExportCheckOptions options_;
  ExportReport report_;
  ExportProblems problems_;
  ExportInputs inputs_;
  std::string manifest_text_;
  std::vector<EarlierCheckpoint> earlier_;  // also the export's own witnessed one
};

}  // namespace

Result<ExportReport> check_export(const ExportSource& source, const CheckpointVerifier& log_key, std::string_view vkey,
                                  ExportCheckOptions options) {
  return ExportCheck(source, log_key, vkey, std::move(options)).run();
}

}  // namespace quotary
