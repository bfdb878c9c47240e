#include "api/organisation.h"

#include "api/use_cases/log_checks.h"
#include "api/use_cases/parts.h"
#include "ledger/records/fields.h"

#include <algorithm>

namespace quotary::api {
namespace {

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

Result<LogCheck> parse_log_check(const json::object& object, std::uint64_t tree_size) {
  for (const auto& [name, value] : object)
    if (name != "mode" && name != "from" && name != "sample" && name != "seed")
      return invalid("unknown_member", "/" + std::string(name), "no such member");
  LogCheck check;
  const auto mode = object.contains("mode") ? records::text_of(object, "mode") : "full";
  if (mode == "incremental") {
    check.mode = LogCheck::Mode::incremental;
  } else if (mode == "sampled") {
    check.mode = LogCheck::Mode::sampled;
  } else if (mode != "full") {
    return invalid("bad_mode", "/mode", "full, incremental or sampled");
  }
  QUOTARY_TRY(from, number_member(object, "from"));
  if (from && check.mode == LogCheck::Mode::full)
    return invalid("bad_from", "/from", "`from` goes with incremental and sampled");
  if (from && *from > tree_size)
    return invalid("bad_from", "/from", "the published tree has " + std::to_string(tree_size) + " entries");
  check.from = from;
  QUOTARY_TRY(sample, number_member(object, "sample"));
  for (const char* name : {"sample", "seed"})
    if (object.contains(name) && check.mode != LogCheck::Mode::sampled)
      return invalid(std::string("bad_") + name, std::string("/") + name,
                     std::string("`") + name + "` goes with sampled");
  if (sample && (*sample == 0 || *sample > sample_max))
    return invalid("bad_sample", "/sample", "a sample has 1 to " + std::to_string(sample_max) + " entries");
  check.sample = sample.value_or(sample_default);
  if (object.contains("seed")) {
    auto seed = from_hex(records::text_of(object, "seed"));
    if (!seed || seed->size() != seed_bytes)
      return invalid("bad_seed", "/seed", "a seed is 64 lower-case hexadecimal digits");
    check.seed = std::move(*seed);
  }
  return check;
}

}  // namespace

Result<Answer> Organisation::verify_log(const Principal& caller, std::string_view body, bool in_background) const {
  QUOTARY_TRY_VOID(require_call(caller, Call::verify_log));
  QUOTARY_TRY(object, parse_body(body));
  QUOTARY_TRY(check, parse_log_check(object, parts_->ledger->state().tree_size));
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
