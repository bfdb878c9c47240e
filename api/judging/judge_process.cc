#include "api/judging/judge_process.h"

#include "api/confined/process.h"
#include "api/judging/judge_question.h"
#include "ledger/base/hash.h"

namespace quotary::judging {

int run_judge_process(int socket) {
  // The library that hashes reads its configuration now: a confined child could not.
  (void)sha256("");
  confined::Work work;
  work.part_bytes_max[part_now] = now_text_max;
  work.part_bytes_max[part_signer_roots] = work.part_bytes_max[part_time_roots] = roots_text_max;
  work.part_bytes_max[part_pdf] = judged_bytes_max;
  work.answer_bytes_max = judgement_bytes_max;
  work.answer = [](const auto& parts) {
    auto now = parse_rfc3339(parts[part_now]);
    if (!now) return encode(std::move(now).error());
    return encode(judge({parts[part_pdf], parts[part_signer_roots], parts[part_time_roots], *now}));
  };
  return confined::run_process(socket, work);
}

}  // namespace quotary::judging
