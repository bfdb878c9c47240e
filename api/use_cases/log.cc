#include "api/organisation.h"

#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr unsigned tile_width = 256;
constexpr unsigned tile_level_max = 6;  // 256^7 leaves are beyond any ledger

// A tile exists when its last hash covers published leaves only.
Result<void> check_tile(std::uint64_t tree_size, unsigned level, std::uint64_t number, unsigned width) {
  auto absent = fail(Errc::not_found, "tile_not_found", "the published tree has no such tile");
  if (width == 0 || width > tile_width || level > tile_level_max || number > (std::uint64_t{1} << 48)) return absent;
  auto hashes = tree_size >> (8 * level);
  if (number * tile_width + width > hashes) return absent;
  return {};
}

}  // namespace

std::string Organisation::checkpoint() const { return parts_->ledger->checkpoint(); }

std::string Organisation::vkey() const {
  auto key = parts_->keys->log_signer().vkey();
  if (!key.ends_with('\n')) key += '\n';
  return key;
}

Result<std::string> Organisation::tile(unsigned level, std::uint64_t number, unsigned width) const {
  QUOTARY_TRY_VOID(check_tile(parts_->ledger->state().tree_size, level, number, width));
  std::string out;
  out.reserve(width * 32);
  for (unsigned i = 0; i < width; ++i) {
    QUOTARY_TRY(hash, parts_->ledger->node(8 * level, number * tile_width + i));
    out += hash.view();
  }
  return out;
}

Result<std::string> Organisation::entry_bundle(const Principal& caller, std::uint64_t number, unsigned width) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_entries));
  QUOTARY_TRY_VOID(check_tile(parts_->ledger->state().tree_size, 0, number, width));
  std::string out;
  for (unsigned i = 0; i < width; ++i) {
    QUOTARY_TRY(entry, parts_->ledger->entry(number * tile_width + i));
    put_u16(out, static_cast<std::uint16_t>(entry.canonical.size()));
    out += entry.canonical;
  }
  return out;
}

Result<Answer> Organisation::verify_log(const Principal& caller, std::string_view body) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::verify_log));
  QUOTARY_TRY(object, parse_body(body));
  for (const auto& [name, value] : object)
    if (name != "mode" && name != "from") return invalid("unknown_member", "/" + std::string(name), "no such member");
  auto mode = object.contains("mode") ? records::text_of(object, "mode") : "full";
  if (mode != "full" && mode != "incremental" && mode != "sampled") return invalid("bad_mode", "/mode", "full, incremental or sampled");
  if (object.contains("from") && mode != "incremental") return invalid("bad_from", "/from", "`from` goes with incremental");
  if (parts_->verifying.exchange(true)) return fail(Errc::overloaded, "verification_running", "one verification runs at a time");
  struct Done {
    std::atomic<bool>& flag;
    ~Done() { flag = false; }
  } done{parts_->verifying};
  VerifyOptions options;
  options.from = records::number_of(object, "from");
  // "sampled" checks the whole chain and tree but leaves the payloads' bytes out.
  options.payloads = mode != "sampled";
  QUOTARY_TRY(report, verify_ledger(*parts_->ledger, options));
  json::array problems;
  for (const auto& problem : report.problems)
    problems.push_back(json::object{{"index", problem.index}, {"kind", problem.kind}, {"detail", problem.detail}});
  return Answer{200,
                {{"ok", report.problems_total == 0},
                 {"mode", mode},
                 {"tree_size", report.tree_size},
                 {"root", to_base64(report.root.view())},
                 {"entries_checked", report.entries_checked},
                 {"objects_checked", report.objects_checked},
                 {"problems_total", report.problems_total},
                 {"problems", problems}},
                false};
}

}  // namespace quotary::api
