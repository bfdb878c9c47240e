#include "ledger/contents/contents_check.h"

#include "ledger/base/bytes.h"
#include "ledger/log/walk.h"

#include <algorithm>
#include <array>

namespace quotary::contents {

namespace {

using PackedId = std::array<char, blobs::blob_id_bytes>;

PackedId packed(std::string_view id) {
  PackedId out{};
  const auto bytes = from_hex(id);
  QUOTARY_CHECK(bytes && bytes->size() == out.size());
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

ContentFinding finding(const char* kind, std::string detail) { return {kind, std::move(detail), false, false}; }

class Checking {
 public:
  Checking(const LogView& view, const blobs::BlobStore& store, const ContentsCheck& check, VerifyReport& report)
      : view_(view), store_(store), check_(check), report_(report) {}

  Result<void> run(const std::vector<NamingEntry>& entries) {
    for (const NamingEntry& each : entries) bytes_total_ += each.size_bytes;
    for (const NamingEntry& each : entries) {
      if (stopped()) return fail(Errc::unavailable, "stopped", "the verification was broken off before its end");
      QUOTARY_TRY_VOID(one(each.index));
    }
    return {};
  }

  // What nothing names is left of a crash or an erasure, or waits for its entry: no damage.
  Result<void> count_unnamed() {
    std::sort(named_.begin(), named_.end());
    return store_.list([&](const std::string& id) -> Result<bool> {
      if (std::binary_search(named_.begin(), named_.end(), packed(id))) return true;
      ++figures_.unnamed;
      if (const auto size = store_.size_bytes(id)) figures_.unnamed_bytes += *size;
      return !stopped();
    });
  }

  [[nodiscard]] const ContentFigures& figures() const { return figures_; }

 private:
  [[nodiscard]] bool stopped() const { return check_.stop != nullptr && *check_.stop; }

  Result<void> one(std::uint64_t index) {
    auto content = named_content(view_, index);
    if (!content) {
      // What is wrong with the entry itself, the log's check names.
      ++figures_.unread;
      if (content.error().code == "names_no_content")
        add_problem(report_, index, "state", "the state says that the entry names a content, and it names none");
      return {};
    }
    if (content->reference) named_.push_back(packed(content->reference->id));
    const auto step = [&](std::string_view part) {
      figures_.bytes += part.size();
      if (check_.read) check_.read(part.size());
      if (check_.progress) check_.progress(figures_.bytes, std::max(bytes_total_, figures_.bytes));
      return !stopped();
    };
    QUOTARY_TRY(found, check_content(view_, store_, *content, step));
    if (found.erased)
      ++figures_.erased;
    else if (found.unread)
      ++figures_.unread;
    else
      ++figures_.checked;
    if (found.kind != nullptr) add_problem(report_, index, found.kind, std::move(found.detail));
    return {};
  }

  const LogView& view_;
  const blobs::BlobStore& store_;
  const ContentsCheck& check_;
  VerifyReport& report_;
  ContentFigures figures_;
  std::uint64_t bytes_total_ = 0;
  std::vector<PackedId> named_;
};

}  // namespace

Result<ContentFinding> check_content(const LogView& view, const blobs::BlobStore& store, const NamedContent& content,
                                     const blobs::BlobReader::Step& step) {
  if (!content.reference) {
    if (content.erased()) return ContentFinding{nullptr, {}, true, false};
    ContentFinding out{nullptr, {}, false, true};
    // The payload is what the entry hashes, so the entry was made of nonsense.
    if (content.unread.code == "blob_reference") out = finding(kind_differs, "its reference is none");
    return out;
  }
  if (content.reference->size_bytes != content.size_bytes)
    return finding(kind_differs, blob_path(content.reference->id) + ": its reference says " +
                                     std::to_string(content.reference->size_bytes) + " bytes, the entry " +
                                     std::to_string(content.size_bytes));
  const auto open_and_check = [&]() -> Result<void> {
    QUOTARY_TRY(reader, store.open_blob(*content.reference));
    return reader.check(content.commitment, step);
  };
  const auto held = open_and_check();
  if (held) return ContentFinding{};
  const Error& error = held.error();
  if (error.code == "stopped" || error.kind == Errc::forbidden) return error;
  // It may have been erased since its reference was read.
  const auto again = named_content(view, content.index);
  if (again && again->erased()) return ContentFinding{nullptr, {}, true, false};
  if (error.code == "blob_missing") return finding(kind_missing, error.detail);
  return finding(error.code == "blob_differs" ? kind_differs : kind_damaged, error.detail);
}

Result<ContentFigures> check_contents(const LogView& view, const blobs::BlobStore& store, const ContentsCheck& check,
                                      VerifyReport& report) {
  const std::uint64_t to = check.to == 0 ? view.tree_size : std::min(check.to, view.tree_size);
  QUOTARY_TRY(entries, naming_entries(view.state, check.from, to));
  if (check.sampled)
    std::erase_if(entries, [&](const NamingEntry& each) {
      return !std::binary_search(check.sampled->begin(), check.sampled->end(), each.index);
    });
  Checking checking(view, store, check, report);
  QUOTARY_TRY_VOID(checking.run(entries));
  const bool all = check.from == 0 && to == view.tree_size && !check.sampled;
  if (all && checking.figures().unread == 0) QUOTARY_TRY_VOID(checking.count_unnamed());
  std::stable_sort(report.problems.begin(), report.problems.end(),
                   [](const VerifyProblem& a, const VerifyProblem& b) { return a.index < b.index; });
  return checking.figures();
}

}  // namespace quotary::contents
