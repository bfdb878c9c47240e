// A small witness (C2SP tlog-witness): cosigns what extends what it has seen, and keeps what contradicts it.
#pragma once

#include "api/witness/history.h"
#include "ledger/base/time.h"
#include "ledger/log/note.h"
#include "signing/cosigner.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::witness {

inline constexpr std::size_t witness_logs_max = 64;
inline constexpr std::size_t witness_origin_bytes_max = 255;  // so that a checkpoint with both lines fits into a slot
inline constexpr std::uint64_t free_bytes_min = 64u << 20;    // with less left nothing is cosigned: 503

// What a call answers: the protocol's status and body, without HTTP's types.
struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct OriginState {
  std::string origin;
  std::uint64_t size = 0;    // of the latest checkpoint cosigned
  std::uint64_t count = 0;   // of checkpoints cosigned
  std::uint64_t splits = 0;  // of refused ones that contradict a cosigned one
  std::uint64_t unproved = 0;
};

// Holds a witness's folder, which must be there, until the returned object dies: one who changes what stands in it at a
// time. Errc::conflict `locked`.
[[nodiscard]] Result<std::shared_ptr<void>> lock_folder(FileSystem& files, const std::string& folder);

struct WitnessOptions {
  std::string folder;  // its state and evidence
  std::vector<Vkey>
      logs;  // Ed25519 note keys; the key's name is the origin; several keys of one origin are all trusted
  // Told of each new contradiction, in words for the operator's log. May be called from any thread.
  std::function<void(std::string_view)> on_contradiction;
};

// Holds the folder's lock. Safe to call from any thread; calls block on the disk, so make them on a worker. One log's
// calls come one after another: comparing with the latest checkpoint and storing the next is one step.
class Witness {
 public:
  // Errc::invalid `bad_witness_log` for a log that cannot be kept, Errc::conflict `locked`, Errc::corrupt
  // `witness_evidence`.
  [[nodiscard]] static Result<std::unique_ptr<Witness>> open(WitnessOptions options, std::shared_ptr<FileSystem> files,
                                                             std::shared_ptr<const Clock> clock,
                                                             std::unique_ptr<signing::Cosigner> cosigner);

  [[nodiscard]] const Vkey& vkey() const { return cosigner_->vkey(); }
  // The statuses of add-checkpoint in the protocol's order, and 500 or 503 when the disk refuses. With 200, checkpoint
  // and cosignature are on disk.
  [[nodiscard]] Answer add_checkpoint(std::string_view body);
  // GET <origin hash>/checkpoint: the latest one with the log's line and ours, or 404.
  [[nodiscard]] Answer latest(std::string_view hash) const;
  [[nodiscard]] std::vector<OriginState> origins() const;

 private:
  struct Log {
    std::string origin;
    std::vector<Vkey> keys;
    mutable std::mutex mutex;  // for the history
    std::unique_ptr<History> history;
  };
  struct Submitted;
  Witness(WitnessOptions options, std::shared_ptr<FileSystem> files, std::shared_ptr<const Clock> clock,
          std::unique_ptr<signing::Cosigner> cosigner)
      : options_(std::move(options)),
        files_(std::move(files)),
        clock_(std::move(clock)),
        cosigner_(std::move(cosigner)) {}
  [[nodiscard]] Answer decide(Log& log, const Submitted& submitted);
  [[nodiscard]] Answer cosign(Log& log, const Submitted& submitted);
  void keep(Log& log, std::string_view kind, const Submitted& submitted);

  const WitnessOptions options_;
  const std::shared_ptr<FileSystem> files_;
  const std::shared_ptr<const Clock> clock_;
  const std::unique_ptr<signing::Cosigner> cosigner_;
  std::shared_ptr<void> lock_;
  std::map<std::string, std::unique_ptr<Log>, std::less<>> logs_;  // by origin
};

}  // namespace quotary::witness
