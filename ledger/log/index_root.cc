#include "ledger/log/index_root.h"

#include "ledger/index/subject_index.h"
#include "ledger/log/system_event.h"

namespace quotary {

namespace {

Error bad(const Entry& entry, const std::string& why) {
  return fail(Errc::corrupt, "bad_index_root", "entry " + std::to_string(entry.index) + " is no index.root: " + why);
}

std::optional<std::uint64_t> number_in(const json::object& body, const char* name) {
  const json::value* const value = body.if_contains(name);
  if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(value->get_int64());
}

std::optional<Hash> hash_in(const json::object& body, const char* name) {
  const json::value* const value = body.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  auto hash = Hash::from_hex(value->get_string());
  return hash ? std::optional(*hash) : std::nullopt;
}

}  // namespace

Draft index_root_draft(const IndexRoot& root) {
  return system_draft(index_root_type, index_root_subject,
                      {{"algorithm", subject_index_algorithm},
                       {"index_root", root.index_root.hex()},
                       {"size", static_cast<std::int64_t>(root.size)},
                       {"subjects", static_cast<std::int64_t>(root.subjects)},
                       {"tree_root", root.tree_root.hex()}});
}

Result<IndexRoot> read_index_root(const Entry& entry) {
  constexpr std::size_t members = 5;
  if (entry.type != index_root_type || entry.subject != index_root_subject)
    return bad(entry, "it is a " + entry.type + " about " + entry.subject);
  const json::value* const algorithm = entry.body.if_contains("algorithm");
  if (algorithm == nullptr || !algorithm->is_string()) return bad(entry, "it names no algorithm");
  if (algorithm->get_string() != subject_index_algorithm) {
    return fail(Errc::invalid, "index_version",
                "entry " + std::to_string(entry.index) + " commits to an index of another algorithm than " +
                    std::string(subject_index_algorithm));
  }
  const auto size = number_in(entry.body, "size"), subjects = number_in(entry.body, "subjects");
  const auto tree_root = hash_in(entry.body, "tree_root"), index_root = hash_in(entry.body, "index_root");
  if (!size || !subjects || !tree_root || !index_root || entry.body.size() != members || !entry.objects.empty())
    return bad(entry, "a member is missing, surplus or of another form");
  if (*size > entry.index || entry.index - *size > index_lag_max)
    return bad(entry, "it covers " + std::to_string(*size) + " entries");
  return IndexRoot{*size, *tree_root, *index_root, *subjects};
}

bool makes_index_root_due(std::string_view type) { return type != index_root_type && !type.starts_with("system."); }

}  // namespace quotary
