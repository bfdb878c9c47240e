// One witness asked about one checkpoint: add-checkpoint's client half, over any transport.
#pragma once

#include "api/http/client.h"
#include "api/witness/cosigned.h"
#include "ledger/log/sequencer.h"

#include <memory>
#include <string>

namespace quotary::witness {

using PostAnswer = http::ClientAnswer;
using http::MakeTransport;
using http::Transport;
// To a witness's add-checkpoint, over HTTP and HTTPS.
[[nodiscard]] MakeTransport http_transport(std::string ca_file, std::chrono::milliseconds request_timeout);

// The cosignature of `key` over a checkpoint's note text among the lines that a witness answered. Errc::unavailable
// `bad_answer` when it is missing or does not hold.
[[nodiscard]] Result<Cosignature> read_cosignature(const Vkey& key, std::string_view note_text, std::string_view lines);

// What a witness is known to have cosigned last, and how to ask it for more. One thread.
class Exchange {
 public:
  Exchange(PolicyWitness witness, Transport& transport) : witness_(std::move(witness)), transport_(transport) {}

  // Its cosignature on the target. From the size that it names in a 409 it is asked again, conflicts_in_a_row_max
  // times. Errors: unavailable `unreachable`, `timed_out`, `bad_answer` (also a cosignature that is missing or does not
  // hold), `unknown_log` (404), `not_trusted` (403), `status_<n>`; `newer` (409 with a size over the target's that the
  // ledger has: somebody else asked it); corrupt `refused` (422: what it has seen is not what we extend) and `ahead`
  // (409 with a size that the ledger does not have): these two mean a fork or a lost end, and a person must look.
  [[nodiscard]] Result<Cosignature> ask(const Target& target, const Ledger& ledger);
  // From what was remembered.
  void set_known_size(std::uint64_t size) { known_size_ = size; }

 private:
  [[nodiscard]] Error refusal(const PostAnswer& answer, std::uint64_t old_size) const;

  const PolicyWitness witness_;
  Transport& transport_;
  std::uint64_t known_size_ = 0;
};

}  // namespace quotary::witness
