// Where the contents of evidence lie, how they come, and who looks at them.
#pragma once

#include "api/inspecting/inspectors.h"
#include "api/organisation.h"
#include "api/use_cases/cases/picture_index.h"
#include "ledger/blobs/uploads.h"
#include "signing/keys.h"

#include <atomic>
#include <memory>
#include <semaphore>

namespace quotary::api {

// Of a file with more than inspected_bytes_max so much is looked at: what formats and cameras write comes first, and
// memory stays flat however long the file is.
inline constexpr std::uint64_t long_file_bytes_looked_at = 4u << 20;
inline constexpr std::int64_t orphans_every_ms = std::int64_t{60} * 60'000;

// Thread-safe. Every call may block on disk or the process that inspects.
class EvidenceStore {
 public:
  // `read_only`: contents are read, and none come. What the configuration and the keys refer to outlives it.
  [[nodiscard]] static Result<std::unique_ptr<EvidenceStore>> open(const OrganisationConfig& config,
                                                                   signing::KeyFolder& keys, bool read_only);

  // Errc::unavailable `ledger_read_only`.
  [[nodiscard]] Result<blobs::Uploads*> uploads() const;
  // Errc::unavailable `contents_unavailable` when their folder could not be opened beside a damaged ledger.
  [[nodiscard]] Result<blobs::BlobStore*> contents() const;

  // Has a content looked at by a confined process. In memory are one long file at a time, and of others one more than
  // there are processes. `question` without bytes and size.
  // The errors of Inspectors::inspect() and BlobReader; Errc::unavailable `inspecting_unavailable` when there is no
  // program that could.
  [[nodiscard]] Result<inspecting::Inspection> inspect(const blobs::BlobReference& reference,
                                                       inspecting::Question question);
  // A picture of a photo (inspecting/picture.h), made by the same process in the same turn; of a longer file than it
  // takes none is made, and nothing read. Errors as of inspect().
  [[nodiscard]] Result<inspecting::Picture> picture(const blobs::BlobReference& reference);
  // False while nobody could look at a file, so that no evidence is taken.
  [[nodiscard]] bool can_inspect() const;

  [[nodiscard]] PictureIndex& pictures() { return pictures_; }

  // Lines for /metrics.
  [[nodiscard]] std::string metrics() const;

  // Drops uploads over their age, and now and then contents that no entry names, by `named`.
  [[nodiscard]] Result<void> sweep(const blobs::Uploads::Named& named, Timestamp now);

 private:
  struct Ended {
    void operator()(std::counting_semaphore<>* files) const { files->release(); }
  };
  using Turn = std::unique_ptr<std::counting_semaphore<>, Ended>;  // a file of that size may be in memory
  // Errc::overloaded `inspecting_busy`.
  [[nodiscard]] Result<Turn> turn(std::uint64_t size_bytes);

  explicit EvidenceStore(const OrganisationConfig& config);

  const std::shared_ptr<FileSystem> files_;
  const inspecting::InspectorsConfig inspecting_;
  std::unique_ptr<blobs::ContentCipher> cipher_;
  std::unique_ptr<blobs::BlobStore> contents_;
  std::unique_ptr<blobs::Uploads> uploads_;             // after the contents, which it fills; null: none come
  std::unique_ptr<inspecting::Inspectors> inspectors_;  // null: there is no program
  std::counting_semaphore<> short_files_, long_files_{1};
  std::atomic<bool> inspecting_failed_{false};  // the last time
  std::atomic<std::uint64_t> inspected_total_{0}, inspections_failed_total_{0};
  PictureIndex pictures_;
  std::atomic<std::int64_t> orphans_looked_for_at_ms_{0};
};

}  // namespace quotary::api
