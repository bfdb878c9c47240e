#include "api/use_cases/cases/evidence_store.h"

#include "api/inspecting/limits.h"
#include "api/metrics_text.h"
#include "signing/content_cipher.h"

#include <algorithm>

namespace quotary::api {
namespace {

Error nobody_looks() {
  return fail(
      Errc::unavailable, "inspecting_unavailable",
      "the program quotary-inspect, which looks at evidence files, is not there: the upload is kept, try again; "
      "the operator must look");
}

Result<std::string> beginning_of(const blobs::BlobReader& content, std::uint64_t size_bytes) {
  std::string out;
  out.reserve(size_bytes);
  while (out.size() < size_bytes) {
    const auto wanted = std::min<std::uint64_t>(size_bytes - out.size(), blobs::read_bytes_max);
    QUOTARY_TRY(piece, content.read_at(out.size(), wanted));
    if (piece.empty()) break;
    out += piece;
  }
  return out;
}

}  // namespace

EvidenceStore::EvidenceStore(const OrganisationConfig& config)
    : files_(config.files),
      inspecting_(config.inspecting),
      cipher_(signing::content_cipher(config.random)),
      short_files_(config.inspecting.processes + 1) {
  if (!inspecting_.program.empty()) inspectors_ = std::make_unique<inspecting::Inspectors>(inspecting_);
}

Result<std::unique_ptr<EvidenceStore>> EvidenceStore::open(const OrganisationConfig& config, signing::KeyFolder& keys,
                                                           bool read_only) {
  std::unique_ptr<EvidenceStore> out(new EvidenceStore(config));
  auto contents = blobs::BlobStore::open(config.files, *out->cipher_, config.data_directory + "/blobs");
  // What is left of a damaged ledger is read without contents rather than not at all.
  if (!contents && !read_only) return std::move(contents).error();
  if (contents) out->contents_ = std::move(*contents);
  if (read_only) return out;
  QUOTARY_TRY(uploads,
              blobs::Uploads::open({config.files, config.random, keys.object_cipher(), *out->cipher_, *out->contents_},
                                   config.data_directory + "/uploads", config.uploads));
  out->uploads_ = std::move(uploads);
  return out;
}

Result<blobs::Uploads*> EvidenceStore::uploads() const {
  if (!uploads_) return fail(Errc::unavailable, "ledger_read_only", "the ledger is served for reading alone");
  return uploads_.get();
}

Result<blobs::BlobStore*> EvidenceStore::contents() const {
  if (!contents_) return fail(Errc::unavailable, "contents_unavailable", "the contents of evidence cannot be read");
  return contents_.get();
}

Result<EvidenceStore::Turn> EvidenceStore::turn(std::uint64_t size_bytes) {
  auto& files = size_bytes <= long_file_bytes_looked_at ? short_files_ : long_files_;
  if (!files.try_acquire_for(inspecting_.wait))
    return fail(Errc::overloaded, "inspecting_busy", "many files are being inspected at the moment: try again");
  return Turn(&files);
}

bool EvidenceStore::can_inspect() const {
  return inspectors_ && files_->exists(inspecting_.program.front()) && !inspecting_failed_;
}

Result<inspecting::Inspection> EvidenceStore::inspect(const blobs::BlobReference& reference,
                                                      inspecting::Question question) {
  if (!inspectors_ || !files_->exists(inspecting_.program.front())) return nobody_looks();
  QUOTARY_TRY(store, contents());
  QUOTARY_TRY(content, store->open_blob(reference));
  const std::uint64_t size_bytes = content.size_bytes();
  QUOTARY_TRY(held, turn(size_bytes));
  QUOTARY_TRY(bytes,
              beginning_of(content, size_bytes <= inspecting::limits::inspected_bytes_max ? size_bytes
                                                                                          : long_file_bytes_looked_at));
  question.bytes = bytes;
  question.size_bytes = size_bytes;
  auto inspection = inspectors_->inspect(question);
  inspecting_failed_ = !inspection && inspection.error().kind == Errc::unavailable;
  ++(inspection ? inspected_total_ : inspections_failed_total_);
  return inspection;
}

Result<inspecting::Picture> EvidenceStore::picture(const blobs::BlobReference& reference) {
  if (!inspectors_ || !files_->exists(inspecting_.program.front()))
    return fail(Errc::unavailable, "inspecting_unavailable",
                "the program quotary-inspect, which makes pictures of photos, is not there: the operator must look");
  QUOTARY_TRY(store, contents());
  QUOTARY_TRY(content, store->open_blob(reference));
  if (content.size_bytes() > inspecting::limits::inspected_bytes_max) {
    inspecting::Picture none;
    none.flags.insert(inspecting::Flag::too_large_to_inspect);
    return none;
  }
  QUOTARY_TRY(held, turn(content.size_bytes()));
  QUOTARY_TRY(bytes, beginning_of(content, content.size_bytes()));
  return inspectors_->picture(bytes);
}

std::string EvidenceStore::metrics() const {
  const auto uploads = uploads_ ? uploads_->figures() : blobs::UploadFigures{};
  return metrics_line("quotary_uploads_open", "gauge", "Uploads of evidence that are begun and not finished.",
                      uploads.open) +
         metrics_line("quotary_uploads_open_bytes", "gauge", "Bytes that these declare.", uploads.open_bytes) +
         metrics_line("quotary_inspections_total", "counter", "Files of evidence that were looked at, since the start.",
                      inspected_total_) +
         metrics_line("quotary_inspection_failures_total", "counter",
                      "Files that could not be looked at, since the start: the uploads were kept.",
                      inspections_failed_total_);
}

Result<void> EvidenceStore::sweep(const blobs::Uploads::Named& named, Timestamp now) {
  if (!uploads_) return {};
  QUOTARY_TRY(swept, uploads_->sweep(now));
  (void)swept;
  const auto last = orphans_looked_for_at_ms_.load();
  if (last != 0 && now.unix_ms - last < orphans_every_ms) return {};
  QUOTARY_TRY(orphans, uploads_->remove_orphans(named, now));
  (void)orphans;
  orphans_looked_for_at_ms_ = now.unix_ms;
  return {};
}

}  // namespace quotary::api
