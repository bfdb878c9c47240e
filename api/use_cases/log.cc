#include "api/organisation.h"

#include "api/use_cases/log_checks.h"
#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

constexpr std::size_t problem_kind_bytes_max = 32;

// Callers see one answer for every tile that is not there.
Result<std::string> or_absent(Result<std::string> bytes) {
  if (!bytes && bytes.error().code == "no_such_tile")
    return fail(Errc::not_found, "tile_not_found", "the published tree has no such tile");
  return bytes;
}

}  // namespace

std::string Organisation::vkey() const {
  auto key = parts_->keys->log_signer().vkey();
  if (!key.ends_with('\n')) key += '\n';
  return key;
}

Result<std::string> Organisation::succession() const {
  if (parts_->keys->succession() == nullptr)
    return fail(Errc::not_found, "no_succession", "the log still has its first key, that of /log/vkey");
  return parts_->keys->succession_text();
}

Result<std::shared_ptr<const std::string>> Organisation::tile(const TileName& tile) const {
  if (tile.entries) return fail(Errc::not_found, "tile_not_found", "a bundle of entries is no hash tile");
  if (auto known = parts_->tiles.find(tile)) return known;
  const Ledger& ledger = *parts_->ledger;
  QUOTARY_TRY(bytes, or_absent(tile_bytes(tile, ledger.state().tree_size, ledger.nodes())));
  auto made = std::make_shared<const std::string>(std::move(bytes));
  parts_->tiles.put(tile, made);
  return made;
}

Result<std::string> Organisation::entry_bundle(const Principal& caller, const TileName& tile) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_entries));
  const Ledger& ledger = *parts_->ledger;
  return or_absent(bundle_bytes(tile, ledger.state().tree_size, [&](std::uint64_t index) -> Result<std::string> {
    QUOTARY_TRY(entry, ledger.entry(index));
    return std::move(entry.canonical);
  }));
}

namespace {

json::array hex_of(const std::vector<Hash>& hashes) {
  json::array out;
  for (const auto& hash : hashes) out.emplace_back(hash.hex());
  return out;
}

// A size that callers name, or the published one.
Result<std::uint64_t> size_within(const char* parameter, std::optional<std::uint64_t> asked, std::uint64_t published) {
  const auto size = asked.value_or(published);
  if (size == 0 || size > published)
    return invalid_parameter(parameter, std::string("bad_") + parameter,
                             "a size is 1 to " + std::to_string(published) + ", which is published");
  return size;
}

}  // namespace

Result<Answer> Organisation::inclusion_proof(std::uint64_t index, std::optional<std::uint64_t> size) const {
  const Ledger& ledger = *parts_->ledger;
  QUOTARY_TRY(tree_size, size_within("size", size, ledger.state().tree_size));
  if (index >= tree_size)
    return invalid_parameter(
        "index", "bad_index",
        "a tree of " + std::to_string(tree_size) + " has entries 0 to " + std::to_string(tree_size - 1));
  const auto nodes = ledger.nodes();
  QUOTARY_TRY(leaf, nodes(0, index));
  QUOTARY_TRY(root, read_root(tree_size, nodes));
  QUOTARY_TRY(path, quotary::inclusion_proof(index, tree_size, nodes));
  return Answer{200,
                {{"index", index},
                 {"size", tree_size},
                 {"leaf_hash", leaf.hex()},
                 {"root", root.hex()},
                 {"hashes", hex_of(path)}},
                false};
}

Result<Answer> Organisation::consistency_proof(std::uint64_t from, std::optional<std::uint64_t> to) const {
  const Ledger& ledger = *parts_->ledger;
  QUOTARY_TRY(new_size, size_within("to", to, ledger.state().tree_size));
  if (from == 0 || from > new_size)
    return invalid_parameter("from", "bad_from", "the older size is 1 to " + std::to_string(new_size));
  const auto nodes = ledger.nodes();
  QUOTARY_TRY(old_root, read_root(from, nodes));
  QUOTARY_TRY(root, read_root(new_size, nodes));
  QUOTARY_TRY(path, quotary::consistency_proof(from, new_size, nodes));
  return Answer{200,
                {{"from", from},
                 {"to", new_size},
                 {"from_root", old_root.hex()},
                 {"to_root", root.hex()},
                 {"hashes", hex_of(path)}},
                false};
}

Result<Answer> Organisation::list_entries(const Principal& caller, std::uint64_t from,
                                          std::optional<std::uint64_t> limit) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::read_entries));
  QUOTARY_TRY(count, page_limit(limit, entries_page_default, entries_page_max));
  const auto tree = parts_->ledger->state();
  if (from > tree.tree_size)
    return invalid_parameter("from", "bad_from",
                             "the published tree has " + std::to_string(tree.tree_size) + " entries");
  json::array items;
  std::size_t bytes = 0;
  auto index = from;
  for (; index < tree.tree_size && items.size() < count && bytes < entries_page_bytes_max; ++index) {
    QUOTARY_TRY(entry, parts_->ledger->entry(index));
    bytes += entry.canonical.size();
    items.push_back(json::object{{"index", index}, {"leaf_hash", entry.leaf.hex()}, {"canonical", entry.canonical}});
  }
  json::object out{{"items", items}, {"tree_size", tree.tree_size}, {"root", tree.root.hex()}};
  if (index < tree.tree_size) out["next_cursor"] = std::to_string(index);
  return Answer{200, std::move(out), false};
}

namespace {

Result<std::optional<std::uint64_t>> number_member(const json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  if (!value) return std::optional<std::uint64_t>();
  if (value->is_uint64()) return std::optional<std::uint64_t>(value->get_uint64());
  if (value->is_int64() && value->get_int64() >= 0)
    return std::optional<std::uint64_t>(static_cast<std::uint64_t>(value->get_int64()));
  return invalid(std::string("bad_") + name, std::string("/") + name, "a whole number from 0 is expected");
}

Result<std::string> parse_seed(std::string_view hex) {
  auto seed = from_hex(hex);
  if (!seed || seed->size() != seed_bytes)
    return invalid("bad_seed", "/seed", "a seed is 64 lower-case hexadecimal digits");
  return std::move(*seed);
}

Result<LogCheck> parse_log_check(const json::object& object, std::uint64_t tree_size) {
  for (const auto& [name, value] : object)
    if (name != "mode" && name != "from" && name != "sample" && name != "seed" && name != "contents")
      return invalid("unknown_member", "/" + std::string(name), "no such member");
  LogCheck check;
  if (object.contains("mode")) {
    QUOTARY_TRY(mode, parse_mode(records::text_of(object, "mode")));
    check.mode = mode;
  }
  QUOTARY_TRY(from, number_member(object, "from"));
  if (from && check.mode == LogCheck::Mode::full)
    return invalid("bad_from", "/from", "`from` goes with incremental and sampled");
  if (from && *from > tree_size)
    return invalid("bad_from", "/from", "the published tree has " + std::to_string(tree_size) + " entries");
  check.from = from;
  if (const auto* contents = object.if_contains("contents")) {
    if (!contents->is_bool()) return invalid("bad_contents", "/contents", "true or false is expected");
    check.contents = contents->get_bool();
  }
  QUOTARY_TRY(sample, number_member(object, "sample"));
  for (const char* name : {"sample", "seed"})
    if (object.contains(name) && check.mode != LogCheck::Mode::sampled)
      return invalid(std::string("bad_") + name, std::string("/") + name,
                     std::string("`") + name + "` goes with sampled");
  if (sample && (*sample == 0 || *sample > sample_max))
    return invalid("bad_sample", "/sample", "a sample has 1 to " + std::to_string(sample_max) + " entries");
  check.sample = sample.value_or(sample_default);
  if (object.contains("seed")) {
    QUOTARY_TRY(seed, parse_seed(records::text_of(object, "seed")));
    check.seed = std::move(seed);
  }
  return check;
}

struct Reported {
  VerifyReport report;
  LogCheck check;
  std::uint64_t picked = 0;
  std::optional<contents::ContentFigures> content_figures;
};

Error bad_report(const std::string& pointer, const std::string& detail) {
  return invalid("bad_report", pointer, detail);
}

Result<std::uint64_t> reported_number(const json::object& object, const char* name) {
  QUOTARY_TRY(value, number_member(object, name));
  if (!value) return bad_report(std::string("/") + name, "a whole number from 0 is expected");
  return *value;
}

Result<VerifyProblem> parse_problem(const json::value& value) {
  if (!value.is_object()) return bad_report("/problems", "a problem is an object");
  const auto& object = value.get_object();
  VerifyProblem problem;
  QUOTARY_TRY(index, reported_number(object, "index"));
  problem.index = index;
  problem.kind = records::text_of(object, "kind");
  problem.detail = records::text_of(object, "detail");
  if (problem.kind.empty() || problem.kind.size() > problem_kind_bytes_max ||
      problem.detail.size() > reported_detail_bytes_max)
    return bad_report("/problems", "a problem has a kind of 1 to " + std::to_string(problem_kind_bytes_max) +
                                       " bytes and a detail of at most " + std::to_string(reported_detail_bytes_max));
  return problem;
}

// A report names no subjects: the entries that erased them stand for them, and "" for those it does not list.
Result<void> parse_erased(const json::object& object, VerifyReport& report) {
  if (!object.contains("erased")) return {};
  const auto erased = records::object_of(object, "erased");
  QUOTARY_TRY(total, reported_number(erased, "payloads"));
  const json::value* const by = erased.if_contains("by");
  if (by == nullptr || !by->is_array() || by->get_array().size() > reported_erasures_max)
    return bad_report("/erased/by", "a list of at most " + std::to_string(reported_erasures_max) + " entries");
  std::uint64_t listed = 0;
  for (const auto& each : by->get_array()) {
    if (!each.is_object()) return bad_report("/erased/by", "an entry and its payloads are expected");
    QUOTARY_TRY(entry, reported_number(each.get_object(), "entry"));
    QUOTARY_TRY(payloads, reported_number(each.get_object(), "payloads"));
    report.erased[std::to_string(entry)] = {payloads, 0, entry};
    listed += payloads;
  }
  if (listed > total) return bad_report("/erased/payloads", "fewer than its entries erased");
  if (listed < total) report.erased[""] = {total - listed, 0, {}};
  return {};
}

Result<std::optional<contents::ContentFigures>> parse_contents(const json::object& object) {
  if (!object.contains("contents")) return std::optional<contents::ContentFigures>();
  const auto given = records::object_of(object, "contents");
  QUOTARY_TRY(checked, reported_number(given, "checked"));
  QUOTARY_TRY(bytes, reported_number(given, "bytes"));
  return std::optional(
      contents::ContentFigures{checked, bytes, records::number_of(given, "erased"), records::number_of(given, "unread"),
                               records::number_of(given, "unnamed"), records::number_of(given, "unnamed_bytes")});
}

Result<Reported> parse_reported(const json::object& object) {
  Reported out;
  VerifyReport& report = out.report;
  QUOTARY_TRY(mode, parse_mode(records::text_of(object, "mode")));
  QUOTARY_TRY(from, reported_number(object, "from"));
  QUOTARY_TRY(size, reported_number(object, "tree_size"));
  QUOTARY_TRY(entries, reported_number(object, "entries_checked"));
  QUOTARY_TRY(objects, reported_number(object, "objects_checked"));
  QUOTARY_TRY(total, reported_number(object, "problems_total"));
  if (from > size) return bad_report("/from", "it lies beyond the tree");
  const auto root = Hash::from_hex(records::text_of(object, "root"));
  if (!root) return bad_report("/root", "a root is 64 lower-case hexadecimal digits");
  const json::value* const read = object.if_contains("private_objects_read");
  if (read == nullptr || !read->is_bool()) return bad_report("/private_objects_read", "true or false is expected");
  const json::value* const problems = object.if_contains("problems");
  if (problems == nullptr || !problems->is_array() || problems->get_array().size() > reported_problems_max ||
      problems->get_array().size() > total || (total > 0 && problems->get_array().empty()))
    return bad_report("/problems", "the first of `problems_total`, at most " + std::to_string(reported_problems_max));
  for (const auto& each : problems->get_array()) {
    QUOTARY_TRY(problem, parse_problem(each));
    report.problems.push_back(std::move(problem));
  }
  report.tree_size = size;
  report.root = *root;
  report.entries_checked = entries;
  report.objects_checked = objects;
  report.problems_total = total;
  QUOTARY_TRY_VOID(parse_erased(object, report));
  QUOTARY_TRY(contents, parse_contents(object));
  out.content_figures = contents;
  out.check.mode = mode;
  out.check.from = from;
  out.check.private_objects_read = read->get_bool();
  out.check.by_command_line = true;
  out.check.asked_by = Organisation::operator_principal().id;
  if (mode == LogCheck::Mode::sampled) {
    const auto sample = records::object_of(object, "sample");
    QUOTARY_TRY(seed, parse_seed(records::text_of(sample, "seed")));
    QUOTARY_TRY(picked, reported_number(sample, "size"));
    out.check.seed = std::move(seed);
    out.picked = picked;
  }
  return out;
}

// Chains what the operator's `quotary verify` found: {"recorded": {"index", "run"}}. Errc::invalid `bad_report`;
// conflict `other_tree` when it says that a tree holds that is none of this ledger's; unavailable while the ledger
// takes no entry.
Result<Answer> record_reported(const Organisation::Parts& parts, std::string_view body) {
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(reported, parse_reported(object));
  const Ledger& ledger = *parts.ledger;
  // What is said to hold must be this ledger; what does not hold may have any root.
  if (reported.report.problems_total == 0) {
    const auto size = reported.report.tree_size;
    const bool published = size > 0 && size <= ledger.state().tree_size;
    const auto root = published ? read_root(size, ledger.nodes()) : Result<Hash>(Error{});
    if (!root || *root != reported.report.root)
      return fail(Errc::conflict, "other_tree",
                  "the tree of " + std::to_string(size) + " entries that was checked is none of this ledger's");
  }
  QUOTARY_TRY(
      index, parts.checks->record_reported(reported.report, reported.check, reported.picked, reported.content_figures));
  QUOTARY_TRY(entry, ledger.entry(index));
  return Answer{
      200, {{"recorded", json::object{{"index", index}, {"run", records::text_of(entry.body, "run")}}}}, false};
}

}  // namespace

Result<Answer> Organisation::verify_log(const Principal& caller, std::string_view body, bool in_background) const {
  // No token is the operator's: this comes through the socket alone, from a `quotary verify` that is done.
  if (caller.id == operator_principal().id) return record_reported(*parts_, body);
  QUOTARY_TRY_VOID(require_call(caller, Call::verify_log));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(check, parse_log_check(object, parts_->ledger->state().tree_size));
  check.asked_by = caller.id;
  QUOTARY_TRY(id, parts_->checks->start(std::move(check)));
  if (!in_background) {
    if (auto ended = parts_->checks->wait(id, std::chrono::milliseconds(parts_->config.verification_wait_ms))) {
      if (!*ended) return ended->error();
      return Answer{200, std::move(**ended), false};
    }
  }
  auto run = parts_->checks->describe(id);
  QUOTARY_CHECK(run.has_value());
  return Answer{202, std::move(*run), false};
}

Result<Answer> Organisation::read_verification(const Principal& caller, std::string_view id) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::verify_log));
  auto run = parts_->checks->describe(id);
  if (!run)
    return fail(Errc::not_found, "verification_not_found",
                "no verification " + std::string(id) + "; the last " + std::to_string(log_checks_kept_max) +
                    " are kept until the server stops");
  return Answer{200, std::move(*run), false};
}

}  // namespace quotary::api
