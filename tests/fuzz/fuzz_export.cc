// An export of five entries with any bytes in any of its files: it is read without harm, and what differs is found,
// also where SHA256SUMS is made right again, as far as the log's key or the tree holds it.
#include "ledger/log/entry.h"
#include "ledger/log/export_check.h"
#include "ledger/log/export_pack.h"
#include "signing/keys.h"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

using namespace quotary;

namespace {

using Files = std::map<std::string, std::string>;
constexpr std::uint64_t size = 5;

class Input final : public ExportInput {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes), size_(bytes.size()) {}
  Result<std::string> read(std::size_t wanted) override {
    std::string out(rest_.substr(0, wanted));
    rest_.remove_prefix(out.size());
    return out;
  }
  std::uint64_t size() const override { return size_; }

 private:
  std::string_view rest_;
  const std::uint64_t size_;
};

class Memory final : public ExportSource {
 public:
  explicit Memory(const Files& files) : files_(files) {}
  Result<std::unique_ptr<ExportInput>> open(const std::string& path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(Errc::not_found, "file_missing", "there is no " + path);
    return std::unique_ptr<ExportInput>(new Input(found->second));
  }
  Result<void> visit(const std::function<bool(const std::string& path)>& visit) const override {
    for (const auto& [path, bytes] : files_) {
      if (!visit(path)) break;
    }
    return {};
  }

 private:
  const Files& files_;
};

std::vector<std::string> order(const ExportManifest& manifest) {
  std::vector<std::string> paths;
  for (const TileName& tile : tiles_with_bundle(0, size)) paths.push_back(export_tile_path(tile));
  paths.push_back(export_tile_path(bundle_name(0, size)));
  paths.push_back(export_pack_path(0));
  for (std::string& path : export_last_files(manifest)) paths.push_back(std::move(path));
  return paths;
}

std::string sums_of(const Files& files, const ExportManifest& manifest) {
  std::string sums;
  for (const std::string& path : order(manifest)) sums += sums_line(sha256(files.at(path)), path);
  return sums;
}

struct Export {
  Files files;
  ExportManifest manifest;
};

Export make(const CheckpointSigner& signer) {
  Export made;
  ExportTree tree;
  std::string bundle, pack;
  Hash prev;
  for (std::uint64_t index = 0; index < size; ++index) {
    const std::string facts = "{\"n\":" + std::to_string(index) + "}";
    Entry entry;
    entry.index = index;
    entry.prev = prev;
    entry.time.unix_ms = 1'800'000'000'000 + static_cast<std::int64_t>(index);
    entry.type = "quote.issued";
    entry.actor_id = "person";
    entry.actor_role = "rep";
    entry.subject = "quote:" + std::to_string(index % 2);
    entry.subject_seq = index / 2 + 1;
    if (index >= 2) entry.subject_prev = index - 2;
    entry.objects = {{"facts", "application/json", "", sha256(facts), facts.size(), 1},
                     {"pdf", "application/pdf", "customer:1", sha256("private"), 7, 1}};
    QUOTARY_CHECK(encode_entry(entry, std::string(16, '\x5a')).has_value());
    put_u16(bundle, static_cast<std::uint16_t>(entry.canonical.size()));
    bundle += entry.canonical;
    tree.append(entry.leaf);
    prev = entry.leaf;
    EntryView view;
    QUOTARY_CHECK(view_entry(entry.canonical, view).has_value());
    pack += *pack_header(view, 0) + facts + std::string(ustar_padding(facts.size()), '\0');
    // The second one's key is destroyed.
    pack += index == 1 ? pack_erased_header(view, 1)
                       : *pack_header(view, 1) + "private" + std::string(ustar_padding(7), '\0');
    made.manifest.payload_bytes += facts.size() + (index == 1 ? 0 : 7);
  }
  made.manifest.origin = signer.name();
  made.manifest.tree_size = size;
  made.manifest.root = tree.root();
  made.manifest.exported_at = "2027-01-15T08:00:00.000Z";
  made.manifest.payloads = ExportPayloads::all;
  made.manifest.payloads_held = 2 * size - 1;
  made.manifest.withheld_erased = 1;
  made.files[export_tile_path(tiles_with_bundle(0, size).front())] = std::string(tree.tile(0));
  made.files[export_tile_path(bundle_name(0, size))] = bundle;
  made.files[export_pack_path(0)] = pack + std::string(ustar_end_bytes, '\0');
  made.files["checkpoint"] = *sign_checkpoint(signer, size, tree.root());
  made.files["keys/log.vkey"] = signer.vkey() + "\n";
  made.files["README.txt"] = made.files["index.html"] = "words";
  made.files["manifest.json"] = manifest_text(made.manifest);
  made.files["SHA256SUMS"] = sums_of(made.files, made.manifest);
  return made;
}

// What neither the key nor the tree holds, and what a signed note may carry besides.
bool held_by_sums_alone(const std::string& path) {
  return path == "checkpoint" || path == "README.txt" || path == "index.html" || path == "manifest.json" ||
         path == "SHA256SUMS";
}

}  // namespace

// Edits of five bytes and what they put in: which file and whether SHA256SUMS is made right after all, where in two
// bytes, how many bytes go, how many come.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
  static const auto signer = signing::signer_from_seed("ledger.example.com/quotes", std::string(32, '\x01'));
  static const auto key = *signing::open_vkey(signer->vkey());
  static const Export original = make(*signer);
  Files files = original.files;
  std::string_view rest(reinterpret_cast<const char*>(data), bytes);
  bool sum_anew = false;
  while (rest.size() >= 5) {
    const auto what = static_cast<unsigned char>(rest[0]);
    sum_anew = sum_anew || (what & 0x80) != 0;
    auto file = std::next(files.begin(), (what & 0x7f) % static_cast<int>(files.size()));
    const std::size_t at = get_u16(rest.substr(1)) % (file->second.size() + 1);
    const auto gone = static_cast<unsigned char>(rest[3]), come = static_cast<unsigned char>(rest[4]);
    rest.remove_prefix(5);
    file->second.replace(at, gone, rest.substr(0, come));
    rest.remove_prefix(std::min<std::size_t>(rest.size(), come));
  }
  bool differs = false;
  for (const auto& [path, content] : files)
    differs = differs || (content != original.files.at(path) && !(sum_anew && held_by_sums_alone(path)));
  if (sum_anew) files["SHA256SUMS"] = sums_of(files, original.manifest);
  const auto report = check_export(Memory(files), *key, signer->vkey());
  if (!report) {
    QUOTARY_CHECK(report.error().code == "export_version" && sum_anew);
    return 0;
  }
  QUOTARY_CHECK(report->problems.size() <= export_problems_max && report->withheld.size() <= size * 2);
  if (differs) QUOTARY_CHECK(report->problems_total > 0);
  if (files == original.files) QUOTARY_CHECK(report->problems_total == 0);
  return 0;
}
