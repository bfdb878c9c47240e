#include "ledger/log/sample.h"

#include "ledger/log/folder_check.h"
#include "ledger/log/stored_entry.h"

#include <set>

namespace quotary {

namespace {

// Draws a sample may take for each entry it wants; the sample is at most half the range then, so few are repeated.
constexpr std::uint64_t draws_per_entry_max = 64;

// Where the entries come from: a ledger, or a folder's store.
struct SampledTree {
  std::uint64_t size = 0;
  Hash root;
  NodeReader nodes;
  std::function<Result<Entry>(std::uint64_t index)> entry;
  // Whether the payload at that place could be read and holds; absent: nobody has the key to read it with.
  std::function<std::optional<Result<void>>(const Entry& entry, std::size_t ordinal)> payload;
};

void check_entry(const SampledTree& tree, std::uint64_t index, bool payloads, VerifyReport& report) {
  ++report.entries_checked;
  const auto entry = tree.entry(index);
  if (!entry) return add_problem(report, index, "leaf", entry.error().detail);
  if (index > 0) {
    const auto before = tree.nodes(0, index - 1);
    if (!before || *before != entry->prev)
      add_problem(report, index, "link", "prev is not the leaf hash of entry " + std::to_string(index - 1));
  }
  const auto path = inclusion_proof(index, tree.size, tree.nodes);
  if (!path || !check_inclusion(entry->leaf, index, tree.size, *path, tree.root))
    add_problem(report, index, "node", "the entry's leaf does not lead to the root");
  for (std::size_t ordinal = 0; payloads && ordinal < entry->objects.size(); ++ordinal) {
    const auto held = tree.payload(*entry, ordinal);
    if (!held) continue;
    if (*held) {
      ++report.objects_checked;
    } else if (held->error().code == "subject_key_erased") {
      add_erased(report, entry->objects[ordinal].key_subject, index);
    } else {
      add_problem(report, index, "payload", held->error().detail);
    }
  }
}

Result<SampleReport> check_sample(const SampledTree& tree, const Sample& sample) {
  SampleReport out;
  out.report.tree_size = tree.size;
  out.report.root = tree.root;
  const auto indexes = sampled_indexes(sample.seed, sample.from, tree.size, sample.count);
  out.picked = indexes.size();
  std::uint64_t done = 0;
  for (const auto index : indexes) {
    if (sample.stop != nullptr && *sample.stop)
      return fail(Errc::unavailable, "stopped", "the verification was broken off before its end");
    check_entry(tree, index, sample.payloads, out.report);
    if (sample.progress) sample.progress(++done, out.picked);
  }
  return out;
}

Result<void> only_whether(const Result<std::string>& payload) {
  if (!payload) return payload.error();
  return {};
}

}  // namespace

std::vector<std::uint64_t> sampled_indexes(std::string_view seed, std::uint64_t from, std::uint64_t size,
                                           std::uint64_t count) {
  std::set<std::uint64_t> picked;
  const auto range = size > from ? size - from : 0;
  if (range <= count) {
    for (auto index = from; index < size; ++index) picked.insert(index);
    return {picked.begin(), picked.end()};
  }
  for (std::uint64_t draw = 0; picked.size() < count && draw < count * draws_per_entry_max; ++draw) {
    std::string text(seed);
    put_u64(text, draw);
    picked.insert(from + get_u64(sha256(text).view()) % range);
  }
  return {picked.begin(), picked.end()};
}

Result<SampleReport> sample_ledger(const Ledger& ledger, const Sample& sample) {
  const auto state = ledger.state();
  auto sampled = check_sample(
      {state.tree_size, state.root, ledger.nodes(), [&](std::uint64_t index) { return ledger.entry(index); },
       [&](const Entry& entry, std::size_t ordinal) {
         return std::optional(only_whether(ledger.object(entry, entry.objects[ordinal].name)));
       }},
      sample);
  if (sampled && !sampled->report.erased.empty()) explain_erased(ledger, sampled->report);
  return sampled;
}

Result<SampleReport> sample_folder(const LedgerOptions& options, const LedgerPorts& ports, const Sample& sample,
                                   const CheckpointVerifier& log_key) {
  SampleReport out;
  const auto check = [&](const StoreView& view, std::uint64_t size) -> Result<VerifyReport> {
    const auto nodes = nodes_of(view);
    const auto root = read_root(size, nodes);
    const SampledTree tree{size, root ? *root : Hash{}, nodes,
                           [&](std::uint64_t index) { return read_entry(view, index, nodes); },
                           [&](const Entry& entry, std::size_t ordinal) -> std::optional<Result<void>> {
                             const bool is_private = !entry.objects[ordinal].key_subject.empty();
                             if (is_private && ports.cipher == nullptr) return std::nullopt;
                             return only_whether(read_payload(view, ports.cipher, entry, ordinal));
                           }};
    QUOTARY_TRY(checked, check_sample(tree, sample));
    if (!root) add_problem(checked.report, size == 0 ? 0 : size - 1, "node", root.error().detail);
    out.picked = checked.picked;
    return std::move(checked.report);
  };
  QUOTARY_TRY(report, check_folder(options, ports, false, false, log_key, check));
  out.report = std::move(report);
  return out;
}

}  // namespace quotary
