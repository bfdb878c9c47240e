// Uploads of large contents that can be broken off and gone on with, also after a restart.
#pragma once

#include "ledger/base/random.h"
#include "ledger/blobs/blob_store.h"
#include "ledger/blobs/limits.h"
#include "ledger/blobs/upload_sidecar.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::blobs {

struct NewUpload {
  std::string owner;        // the opaque id of whose upload it is; who may touch it the caller decides
  std::string key_subject;  // under whose key it is kept, the later entry's
  std::string meta;         // the caller's bytes, kept encrypted
  std::uint64_t size_bytes = 0;
  bool size_is_exact = true;  // false: size_bytes is the most that comes
};

struct UploadState {
  std::string owner, key_subject, meta;
  std::uint64_t size_bytes = 0;
  bool size_is_exact = true;
  std::uint64_t offset = 0;  // of the next byte that is wanted
  bool finished = false;
  Timestamp expires_at;
};

struct FinishedUpload {
  BlobReference reference;
  ContentHashes hashes;
  std::string meta;
};

struct UploadFigures {
  std::uint64_t open = 0;        // begun and not finished
  std::uint64_t open_bytes = 0;  // that these declare
};

struct SweptUploads {
  std::uint64_t expired = 0;  // uploads over their age
  std::uint64_t strays = 0;   // files that belong to no upload: left by a crash
};

struct SweptOrphans {
  std::vector<std::string> removed;
  std::vector<std::string> unreadable;  // no entry names them, and their heads do not tell their age: left alone
};

// What it works on; all outlive it.
struct UploadPorts {
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<Random> random;
  ObjectCipher& object_cipher;
  const ContentCipher& content_cipher;
  BlobStore& store;  // on the same volume
};

// All uploads of one folder, `<id>.part` with the content, encrypted, and `<id>.upload` with what opens it, encrypted
// under the key subject. Safe to use from any thread; the folder is one process's at a time. Two calls on one upload at
// once: the second is answered Errc::conflict `upload_busy`. Ids that are not known: Errc::not_found `upload_unknown`.
// Memory: less than a chunk for each open upload. After an error of the disk the upload goes on from what the disk
// holds: state() says from where.
//
// An upload's life: create, append until all is there, finish, append the entry that names the blob, drop.
class Uploads {
 public:
  // Makes the folder when it is absent. What a crash left is taken up again, or removed by the next sweep().
  [[nodiscard]] static Result<std::unique_ptr<Uploads>> open(UploadPorts ports, std::string folder,
                                                             const UploadLimits& limits = {});
  ~Uploads();

  // Answers the id, which will be the blob's: 32 lower-case hexadecimal digits. Makes and syncs the subject's key when
  // it is new, and syncs nothing else: a power cut may take an upload away. Each problem is named by its member:
  // Errc::invalid `bad_upload`, too_large `upload_too_large`; Errc::overloaded `too_many_uploads` (the owner's, or
  // all), `uploads_full` (bytes); Errc::conflict `subject_key_erased`.
  [[nodiscard]] Result<std::string> create(const NewUpload& upload, Timestamp now);
  // Takes bytes of the content from `offset` on and answers the new offset. Errc::conflict `offset_differs` when that
  // is not where it stands (problems[0]'s detail is the right one), `upload_finished`; too_large `upload_too_large`
  // when more comes than was declared. None of these takes anything.
  [[nodiscard]] Result<std::uint64_t> append(const std::string& id, std::uint64_t offset, std::string_view bytes);
  // The first call after a restart reads what is there. Errc::gone `subject_key_erased`.
  [[nodiscard]] Result<UploadState> state(const std::string& id);
  // After success the content is a blob and everything is synced: an entry may name it. Can be called again until the
  // upload is dropped, after a restart too, and answers the same. Errc::conflict `upload_incomplete` when less came
  // than was declared (problems[0]'s detail is the offset).
  [[nodiscard]] Result<FinishedUpload> finish(const std::string& id);
  // Forgets an upload: once an entry names its blob, or when nothing is to come of it. A finished blob stays.
  [[nodiscard]] Result<void> drop(const std::string& id);

  // What is under way now. Waits for no disk.
  [[nodiscard]] UploadFigures figures() const;

  // Drops what is over its age, and removes strays. Skips uploads that are being written to.
  [[nodiscard]] Result<SweptUploads> sweep(Timestamp now);
  // Removes finished blobs that no entry names, of no upload here, and older than an upload may last and the grace
  // period. `named` says whether an entry names an id, as of now; its error ends the sweep.
  using Named = std::function<Result<bool>(const std::string& id)>;
  [[nodiscard]] Result<SweptOrphans> remove_orphans(const Named& named, Timestamp now);

 private:
  struct Upload;
  class Held;

  Uploads(UploadPorts ports, std::string folder, const UploadLimits& limits);
  [[nodiscard]] Result<void> load();
  [[nodiscard]] std::string sidecar_path(const std::string& id) const { return folder_ + "/" + id + ".upload"; }
  [[nodiscard]] std::string part_path(const std::string& id) const { return folder_ + "/" + id + ".part"; }
  [[nodiscard]] Result<void> check(const NewUpload& upload) const;
  // With the mutex held, both.
  [[nodiscard]] UploadFigures tally() const;
  [[nodiscard]] Result<void> check_room(const NewUpload& upload) const;
  [[nodiscard]] Result<Held> hold(const std::string& id);
  [[nodiscard]] Result<UploadSecrets> secrets_of(const Held& held) const;
  // Opens the part, or finds that it is a blob already.
  [[nodiscard]] Result<void> take_up(Held& held);
  // Syncs both names of a file that was renamed: the one that it lost and the one that it got.
  [[nodiscard]] Result<void> settle(const std::string& id);
  [[nodiscard]] Result<FinishedUpload> finished_before(const Held& held);
  [[nodiscard]] Result<void> discard(Held& held);
  [[nodiscard]] Result<std::uint64_t> remove_strays();
  void forget(const std::string& id);
  [[nodiscard]] bool knows(const std::string& id) const;

  const UploadPorts ports_;
  const std::string folder_;
  const UploadLimits limits_;
  mutable std::mutex mutex_;  // of the table alone
  std::map<std::string, std::shared_ptr<Upload>> uploads_;
};

}  // namespace quotary::blobs
