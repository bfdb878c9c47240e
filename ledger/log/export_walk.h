// The check's walk over an export's bundles: entries, chain, tree, links and payloads. Inside ledger/log.
#pragma once

#include "ledger/log/export_fold.h"
#include "ledger/log/index_check.h"
#include "ledger/log/subject_links.h"

namespace quotary {

// One thread, one run.
class ExportWalk {
 public:
  // `earlier` are checkpoints that the entries must lead to as well; the options outlive it.
  ExportWalk(const ExportSource& source, ExportInputs& inputs, ExportProblems& problems, const ExportManifest& manifest,
             std::vector<EarlierCheckpoint> earlier, const ExportCheckOptions& options);

  using Progress = std::function<void(std::uint64_t done, std::uint64_t size)>;
  // Ends early once there are problems enough.
  [[nodiscard]] Result<void> run(const Progress& progress);

 private:
  // The entries of a bundle, taken one after the other.
  class BundleReader {
   public:
    explicit BundleReader(std::string_view bytes) : rest_(bytes) {}
    // Absent when the bytes end before the entry does.
    [[nodiscard]] std::optional<std::string_view> next();
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

   private:
    std::string_view rest_;
  };
  // A pack while the entries that name its payloads are walked.
  struct Pack {
    std::string path;
    ExportInputs::Reading reading;
    bool lost = false;  // where the next payload begins is not known
  };

  [[nodiscard]] Result<void> bundle(std::uint64_t number);
  [[nodiscard]] Result<void> entries(const TileName& name, const std::optional<std::string>& bytes,
                                     const std::optional<std::string>& leaves, Pack& pack);
  void entry(std::uint64_t index, std::string_view canonical);
  void grow(const Hash& leaf);
  void compare(const TileName& tile, const std::optional<std::string>& stored);
  [[nodiscard]] Result<Pack> open_pack(std::uint64_t number);
  [[nodiscard]] Result<void> close_pack(Pack& pack);
  [[nodiscard]] Result<void> payloads(Pack& pack);
  [[nodiscard]] Result<void> contents();
  [[nodiscard]] Result<void> hold_content(const ExportedContent& content);
  [[nodiscard]] Result<void> payload(Pack& pack, std::size_t place);
  [[nodiscard]] Result<void> payload_bytes(Pack& pack, std::size_t place);
  // How much of a payload someone asked for; 0: nothing.
  [[nodiscard]] std::size_t bytes_wanted(const ObjectView& object) const;
  void withhold(std::size_t place, bool erased);
  void explain_erased();
  void follow_links();
  [[nodiscard]] Result<void> follow_links_again(const Progress& progress);
  class Rounds;
  // All entries once more, as far as they can be read; `visit` answers false to end it. False: it was ended.
  [[nodiscard]] Result<bool> read_again(const Progress& progress, const EntryRounds::Visit& visit);
  [[nodiscard]] Result<void> check_index(const Progress& progress);
  [[nodiscard]] Result<std::optional<std::string>> bundle_again(const TileName& name);

  const ExportSource& source_;
  ExportInputs& inputs_;
  ExportProblems& problems_;
  const ExportManifest& manifest_;
  const std::vector<EarlierCheckpoint> earlier_;  // by size
  std::size_t earlier_passed_ = 0;                // of these
  const ExportCheckOptions& options_;
  std::map<std::string, std::uint64_t, std::less<>> erased_by_;  // the entry, by key subject
  std::vector<const ExportWatch*> watching_;                     // the entry at hand
  std::vector<ExportedObject> seen_;                             // of the entry at hand, by place
  std::optional<ExportFold> fold_;
  std::uint64_t index_roots_ = 0;
  bool contents_told_ = false;
  ExportTree tree_;
  SubjectLinks links_;
  EntryView entry_;
  std::string_view canonical_;  // of the entry at hand
  bool readable_ = false;       // entry_ is the entry at hand
  bool all_readable_ = true;    // so far
  bool all_in_place_ = true;    // and each says that it stands where it does
  std::optional<Hash> last_leaf_;
  std::string last_time_;
};

}  // namespace quotary
