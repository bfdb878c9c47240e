// What an export of a ledger is made of: its files, their order, and its manifest. FORMAT.md specifies them. Pure.
#pragma once

#include "ledger/log/tiles.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

inline constexpr std::uint64_t export_version = 1;
inline constexpr std::size_t export_manifest_bytes_max = 64u << 10;
inline constexpr std::size_t export_small_file_bytes_max = 1u << 20;  // keys, pages, checkpoints
inline constexpr std::size_t export_line_bytes_max = 200;             // of SHA256SUMS, with its LF

inline constexpr std::string_view export_manifest_name = "manifest.json", export_sums_name = "SHA256SUMS",
                                  export_checkpoint_name = "checkpoint", export_witnessed_name = "witnessed",
                                  export_readme_name = "README.txt", export_index_name = "index.html";

// Which payloads an export holds: those that are facts, none, or private ones too, decrypted.
enum class ExportPayloads { none, facts, all };
[[nodiscard]] std::string_view payloads_text(ExportPayloads payloads);
[[nodiscard]] std::optional<ExportPayloads> parse_payloads(std::string_view text);

// The files that may stand in keys/; the first always does.
inline constexpr std::array<std::string_view, 4> export_key_names{"log.vkey", "seal-certificate.pem",
                                                                  "witness-policy.txt", "log.succession"};
inline constexpr std::string_view export_vkey_path = "keys/log.vkey", export_succession_path = "keys/log.succession";

// manifest.json. Counts that a reader finds otherwise are damage.
struct ExportManifest {
  std::string origin;
  std::uint64_t tree_size = 0;
  Hash root;
  std::string exported_at;  // RFC 3339, the exporting machine's clock
  ExportPayloads payloads = ExportPayloads::facts;
  std::array<bool, export_key_names.size()> keys{true};
  std::optional<std::uint64_t> witnessed_size;  // of the earlier checkpoint in `witnessed`, when there is one
  std::uint64_t payloads_held = 0, payload_bytes = 0, withheld_by_choice = 0, withheld_erased = 0;
  // Of an export that holds the large contents beside the log, which takes payloads `all`.
  bool contents = false;
  std::uint64_t contents_held = 0, content_bytes = 0;
  friend bool operator==(const ExportManifest&, const ExportManifest&) = default;
};
// Canonical JSON and a line feed.
[[nodiscard]] std::string manifest_text(const ExportManifest& manifest);
// Errc::invalid `bad_manifest` for anything that manifest_text does not write; Errc::unavailable `export_version` when
// it says that it is of another version.
[[nodiscard]] Result<ExportManifest> parse_manifest(std::string_view text);

// Bundles of entries in an export of `size` entries, and the one with that number.
[[nodiscard]] std::uint64_t bundle_count(std::uint64_t size);
[[nodiscard]] TileName bundle_name(std::uint64_t number, std::uint64_t size);
// The tiles of hashes that bundle `number` completes or, as the last one, leaves partial: by level, that of level 0
// first. They stand before the bundle in SHA256SUMS.
[[nodiscard]] std::vector<TileName> tiles_with_bundle(std::uint64_t number, std::uint64_t size);

// Paths in the folder.
[[nodiscard]] std::string export_tile_path(const TileName& tile);  // "tile/0/000", "tile/entries/x001/067.p/5"
[[nodiscard]] std::string export_pack_path(std::uint64_t bundle);  // "payloads/x001/067.tar"
inline constexpr std::string_view export_contents_prefix = "contents/";
[[nodiscard]] std::string export_content_path(std::uint64_t index);  // of the entry that names it: "contents/1067"
// What follows the bundles in SHA256SUMS, in its order; manifest.json is the last.
[[nodiscard]] std::vector<std::string> export_last_files(const ExportManifest& manifest);
// Whether an export with this manifest has that file, or of contents, may have it: that hangs on the entry. SHA256SUMS
// is one.
[[nodiscard]] bool export_has_file(const ExportManifest& manifest, std::string_view path);

// "<hash>  <path>\n", as sha256sum writes it.
[[nodiscard]] std::string sums_line(const Hash& hash, std::string_view path);

// The tree as its entries come: the hashes of the tile under way at each level. One thread.
class ExportTree {
 public:
  void append(const Hash& leaf);
  // The hashes of the newest tile at that level, up to where it goes now.
  [[nodiscard]] std::string_view tile(unsigned level) const;
  [[nodiscard]] std::uint64_t size() const { return range_.size; }
  [[nodiscard]] Hash root() const { return range_.root(); }

 private:
  CompactRange range_;
  std::vector<std::string> tiles_;  // by level
};

// A path or name of someone else's for a message: printable ASCII, cut where it is long.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace quotary
