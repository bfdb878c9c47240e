// One upload in memory, and how a call has it to itself. Inside ledger/blobs.
#pragma once

#include "ledger/blobs/part_file.h"
#include "ledger/blobs/uploads.h"

#include <atomic>
#include <optional>

namespace quotary::blobs {

struct Uploads::Upload {
  explicit Upload(UploadSidecar given) : sidecar(std::move(given)) {}

  const UploadSidecar sidecar;
  std::atomic<bool> finished{false};
  std::mutex busy;               // guards what follows
  bool dropped = false;          // while somebody still held it
  std::optional<PartFile> part;  // absent: to be taken up
};

// One upload, of which no other call can do anything meanwhile.
class Uploads::Held {
 public:
  // Not locked when another call holds it.
  Held(std::string of, std::shared_ptr<Upload> upload)
      : id(std::move(of)), upload_(std::move(upload)), lock_(upload_->busy, std::try_to_lock) {}
  [[nodiscard]] bool locked() const { return lock_.owns_lock(); }
  [[nodiscard]] Upload& operator*() const { return *upload_; }
  [[nodiscard]] Upload* operator->() const { return upload_.get(); }

  std::string id;

 private:
  std::shared_ptr<Upload> upload_;
  std::unique_lock<std::mutex> lock_;  // before the upload that it is in
};

}  // namespace quotary::blobs
