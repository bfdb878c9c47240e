// The checkpoints that witnesses were asked about, with the cosignatures that came back, and which of them is
// witnessed.
#pragma once

#include "api/witness/pace.h"
#include "ledger/base/file_system.h"
#include "ledger/log/policy.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quotary::witness {

// A checkpoint of ours that is sent out.
struct Target {
  std::uint64_t number = 0;  // of the sending: one more each time, also for the same checkpoint
  Checkpoint checkpoint;
  std::string text, note;  // the note's text, and the note with the log's line alone
};

// A checkpoint with its cosignatures.
struct Cosigned {
  Target target;
  std::vector<std::optional<Cosignature>> cosignatures;  // by the policy's witnesses
  std::size_t count = 0;
  bool enough = false;      // for the policy; and there is one at least
  std::uint64_t since = 0;  // POSIX seconds: the newest cosignature when it became enough

  // The note with the cosignatures that there are, in the policy's order.
  [[nodiscard]] std::string note() const;
};

// Not for sharing between threads; the witnesses' mutex guards it.
class CosignedCheckpoints {
 public:
  explicit CosignedCheckpoints(const WitnessPolicy& policy) : policy_(policy) {}

  // Takes a cosignature in; answers whether what is witnessed is another checkpoint now. Keeps cosigned_kept_max
  // checkpoints, and the witnessed one.
  bool add(const Target& target, std::size_t witness, Cosignature cosignature);
  [[nodiscard]] bool is_enough(std::uint64_t size) const;
  // The newest one that is witnessed.
  [[nodiscard]] const Cosigned* witnessed() const { return witnessed_ ? &*witnessed_ : nullptr; }
  [[nodiscard]] const Cosigned* find(std::uint64_t size) const;
  // What was remembered from before.
  void restore(Cosigned remembered);

 private:
  void evaluate(Cosigned& cosigned) const;

  const WitnessPolicy& policy_;
  std::map<std::uint64_t, Cosigned> kept_;
  std::optional<Cosigned> witnessed_;  // a copy: it may outlive its place among the kept
};

// A checkpoint remembered in a file (the note with its cosignatures), checked against the log's key and the policy.
// Absent when there is no file. Errc::corrupt as check_witnessed.
[[nodiscard]] Result<std::optional<Cosigned>> read_remembered(FileSystem& files, const std::string& path,
                                                              const Vkey& log, const WitnessPolicy& policy);

}  // namespace quotary::witness
