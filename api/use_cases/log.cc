#include "api/organisation.h"

#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

// Callers see one answer for every tile that is not there.
Result<std::string> or_absent(Result<std::string> bytes) {
  if (!bytes && bytes.error().code == "no_such_tile") return fail(Errc::not_found, "tile_not_found", "the published tree has no such tile");
  return bytes;
}

}  // namespace

std::string Organisation::checkpoint() const { return parts_->ledger->checkpoint(); }

std::string Organisation::vkey() const {
  auto key = parts_->keys->log_signer().vkey();
  if (!key.ends_with('\n')) key += '\n';
  return key;
}

Result<std::string> Organisation::tile(const TileName& tile) const {
  const Ledger& ledger = *parts_->ledger;
  return or_absent(tile_bytes(tile, ledger.state().tree_size, ledger.nodes()));
}

Result<std::string> Organisation::entry_bundle(const Principal& caller, const TileName& tile) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_entries));
  const Ledger& ledger = *parts_->ledger;
  return or_absent(bundle_bytes(tile, ledger.state().tree_size, [&](std::uint64_t index) -> Result<std::string> {
    QUOTARY_TRY(entry, ledger.entry(index));
    return std::move(entry.canonical);
  }));
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
