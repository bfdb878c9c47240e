#include "ledger/log/export_format.h"

#include "ledger/base/bytes.h"
#include "ledger/base/json.h"
#include "ledger/base/time.h"

#include <algorithm>
#include <utility>

namespace quotary {

namespace {

constexpr std::string_view format_name = "quotary-export";
constexpr std::size_t tile_bytes_max = tile_width * std::size_t{32};
constexpr std::uint64_t number_max = std::uint64_t{1} << 53;
constexpr std::pair<ExportPayloads, std::string_view> payload_texts[] = {
    {ExportPayloads::none, "none"}, {ExportPayloads::facts, "facts"}, {ExportPayloads::all, "all"}};

Error bad_manifest(std::string why) {
  return fail(Errc::invalid, "bad_manifest", "manifest.json is not an export's: " + std::move(why));
}

std::optional<std::uint64_t> number_in(const json::object& members, std::string_view name) {
  const json::value* const value = members.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->as_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->as_int64());
}
std::string text_in(const json::object& members, std::string_view name) {
  const json::value* const value = members.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

json::object members_of(const ExportManifest& manifest) {
  json::array keys;
  for (std::size_t i = 0; i < export_key_names.size(); ++i) {
    if (manifest.keys[i]) keys.push_back(json::string(export_key_names[i]));
  }
  json::object members{{"exported_at", manifest.exported_at},
                       {"format", format_name},
                       {"keys", std::move(keys)},
                       {"origin", manifest.origin},
                       {"payload_bytes", manifest.payload_bytes},
                       {"payloads", payloads_text(manifest.payloads)},
                       {"payloads_held", manifest.payloads_held},
                       {"root", manifest.root.hex()},
                       {"tree_size", manifest.tree_size},
                       {"v", export_version},
                       {"withheld_by_choice", manifest.withheld_by_choice},
                       {"withheld_erased", manifest.withheld_erased}};
  if (manifest.witnessed_size) members["witnessed_size"] = *manifest.witnessed_size;
  if (manifest.contents) {
    members["contents_held"] = manifest.contents_held;
    members["content_bytes"] = manifest.content_bytes;
  }
  return members;
}

// The number of a bundle that is written as tlog-tiles writes it; absent for any other text.
std::optional<std::uint64_t> bundle_number(std::string_view digits) {
  auto tile = parse_tile_path("entries/" + std::string(digits));
  if (!tile || tile->width != tile_width) return std::nullopt;
  return tile->number;
}

bool has_tile_file(const ExportManifest& manifest, std::string_view path) {
  auto tile = parse_tile_path(path);
  if (!tile || tile->level > 7) return false;
  const std::uint64_t hashes = manifest.tree_size >> (8 * tile->level);
  if (tile->width == tile_width) return tile->number < hashes / tile_width;
  return tile->number == hashes / tile_width && tile->width == hashes % tile_width;
}

}  // namespace

std::string_view payloads_text(ExportPayloads payloads) {
  for (const auto& [value, text] : payload_texts) {
    if (value == payloads) return text;
  }
  return {};
}

std::optional<ExportPayloads> parse_payloads(std::string_view text) {
  for (const auto& [value, name] : payload_texts) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::string manifest_text(const ExportManifest& manifest) {
  auto text = canonical_json(members_of(manifest));
  QUOTARY_CHECK(text.has_value());
  return *text + "\n";
}

Result<ExportManifest> parse_manifest(std::string_view text) {
  if (text.size() > export_manifest_bytes_max || !text.ends_with('\n')) return bad_manifest("it does not end as one");
  auto parsed = parse_json(text.substr(0, text.size() - 1));
  if (!parsed || !parsed->is_object()) return bad_manifest("it is no JSON object");
  const json::object& members = parsed->as_object();
  const auto version = number_in(members, "v");
  if (text_in(members, "format") != format_name || !version) return bad_manifest("it does not name its format");
  if (*version != export_version)
    return fail(Errc::unavailable, "export_version",
                "the export is of version " + std::to_string(*version) + ", this program reads version " +
                    std::to_string(export_version) + ": use a newer one");
  ExportManifest manifest;
  manifest.origin = text_in(members, "origin");
  manifest.exported_at = text_in(members, "exported_at");
  const auto root = Hash::from_hex(text_in(members, "root"));
  const auto payloads = parse_payloads(text_in(members, "payloads"));
  if (!root || !payloads || !parse_rfc3339(manifest.exported_at)) return bad_manifest("a member is not as it must be");
  manifest.root = *root;
  manifest.payloads = *payloads;
  manifest.tree_size = number_in(members, "tree_size").value_or(0);
  manifest.payloads_held = number_in(members, "payloads_held").value_or(0);
  manifest.payload_bytes = number_in(members, "payload_bytes").value_or(0);
  manifest.withheld_by_choice = number_in(members, "withheld_by_choice").value_or(0);
  manifest.withheld_erased = number_in(members, "withheld_erased").value_or(0);
  manifest.witnessed_size = number_in(members, "witnessed_size");
  manifest.contents = members.contains("contents_held");
  manifest.contents_held = number_in(members, "contents_held").value_or(0);
  manifest.content_bytes = number_in(members, "content_bytes").value_or(0);
  if (manifest.contents && manifest.payloads != ExportPayloads::all)
    return bad_manifest("it holds contents without the payloads that name them");
  const json::value* const keys = members.if_contains("keys");
  if (keys == nullptr || !keys->is_array()) return bad_manifest("it names no keys");
  for (std::size_t i = 0; i < export_key_names.size(); ++i) {
    const json::value name = json::string(export_key_names[i]);
    manifest.keys[i] = std::find(keys->as_array().begin(), keys->as_array().end(), name) != keys->as_array().end();
  }
  // Whatever was passed over or made up above shows here.
  const auto again = canonical_json(members_of(manifest));
  if (!again || *again + "\n" != text || !manifest.keys[0] || manifest.tree_size > number_max)
    return bad_manifest("it is not spelled as one");
  return manifest;
}

std::uint64_t bundle_count(std::uint64_t size) { return size / tile_width + (size % tile_width == 0 ? 0 : 1); }

TileName bundle_name(std::uint64_t number, std::uint64_t size) {
  const bool whole = number < size / tile_width;
  return {true, 0, number, whole ? tile_width : static_cast<unsigned>(size % tile_width)};
}

std::vector<TileName> tiles_with_bundle(std::uint64_t number, std::uint64_t size) {
  const bool last = number + 1 == bundle_count(size);
  const std::uint64_t leaves = last ? size : (number + 1) * tile_width;
  std::vector<TileName> tiles;
  bool completes = true;  // a tile at the level below
  for (unsigned level = 0; level < 8 && leaves >> (8 * level) > 0; ++level) {
    const std::uint64_t hashes = leaves >> (8 * level);
    const auto partial = static_cast<unsigned>(hashes % tile_width);
    completes = completes && partial == 0;
    if (completes) {
      tiles.push_back({false, level, hashes / tile_width - 1, tile_width});
    } else if (last && partial != 0) {
      tiles.push_back({false, level, hashes / tile_width, partial});
    }
  }
  return tiles;
}

std::string export_tile_path(const TileName& tile) { return "tile/" + tile_path(tile); }

std::string export_pack_path(std::uint64_t bundle) {
  constexpr std::string_view before = "entries/";
  return "payloads/" + tile_path({true, 0, bundle, tile_width}).substr(before.size()) + ".tar";
}

std::string export_content_path(std::uint64_t index) {
  return std::string(export_contents_prefix) + std::to_string(index);
}

std::vector<std::string> export_last_files(const ExportManifest& manifest) {
  std::vector<std::string> files{std::string(export_checkpoint_name)};
  if (manifest.witnessed_size) files.emplace_back(export_witnessed_name);
  for (std::size_t i = 0; i < export_key_names.size(); ++i) {
    if (manifest.keys[i]) files.push_back("keys/" + std::string(export_key_names[i]));
  }
  for (const std::string_view name : {export_readme_name, export_index_name, export_manifest_name})
    files.emplace_back(name);
  return files;
}

bool export_has_file(const ExportManifest& manifest, std::string_view path) {
  constexpr std::string_view tiles = "tile/", packs = "payloads/", pack_end = ".tar";
  if (path.starts_with(tiles)) return has_tile_file(manifest, path.substr(tiles.size()));
  if (path.starts_with(packs) && path.ends_with(pack_end)) {
    if (manifest.payloads == ExportPayloads::none) return false;
    const auto number = bundle_number(path.substr(packs.size(), path.size() - packs.size() - pack_end.size()));
    return number && *number < bundle_count(manifest.tree_size);
  }
  if (manifest.contents && path.starts_with(export_contents_prefix)) {
    const auto index = parse_u64(path.substr(export_contents_prefix.size()));
    return index && *index < manifest.tree_size && path == export_content_path(*index);
  }
  if (path == export_sums_name) return true;
  const auto last = export_last_files(manifest);
  return std::find(last.begin(), last.end(), path) != last.end();
}

std::string sums_line(const Hash& hash, std::string_view path) { return hash.hex() + "  " + std::string(path) + "\n"; }

void ExportTree::append(const Hash& leaf) {
  range_.append(leaf, [&](unsigned level, std::uint64_t, const Hash& hash) {
    if (level % 8 != 0) return;
    if (tiles_.size() <= level / 8) tiles_.resize(level / 8 + 1);
    std::string& tile = tiles_[level / 8];
    if (tile.size() == tile_bytes_max) tile.clear();
    tile += hash.view();
  });
}

std::string_view ExportTree::tile(unsigned level) const {
  return level < tiles_.size() ? std::string_view(tiles_[level]) : std::string_view();
}

std::string printable(std::string_view text) {
  constexpr std::size_t shown_max = 200;
  std::string out;
  for (const char c : text.substr(0, shown_max)) {
    if (c >= 0x20 && c < 0x7f && c != '\\') {
      out += c;
    } else {
      out += "\\x";
      append_hex(out, std::string_view(&c, 1));
    }
  }
  return text.size() > shown_max ? out + "..." : out;
}

}  // namespace quotary
