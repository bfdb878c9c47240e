#include "api/judging/judges.h"

#include "api/confined/pool.h"
#include "api/judging/judge_question.h"

#include <array>

namespace quotary::judging {

struct Judges::Impl {
  std::unique_ptr<confined::Pool> pool;  // none: documents are judged here
};

Judges::Judges(JudgesConfig config) : impl_(std::make_unique<Impl>()) {
  if (config.program.empty()) return;
  confined::PoolConfig pool;
  pool.program = std::move(config.program);
  pool.processes = config.processes;
  pool.wait = config.wait;
  pool.limits = config.limits;
  pool.answer_bytes_max = judgement_bytes_max;
  pool.words = {"judging_busy", "many documents are being judged at the moment: try again", "judging_unavailable",
                "the process that judges documents"};
  impl_->pool = std::make_unique<confined::Pool>(std::move(pool));
}

Judges::~Judges() = default;

Result<Judgement> Judges::judge(const Question& question) {
  if (!impl_->pool) return judging::judge(question);
  if (question.pdf.size() > judged_bytes_max)
    return fail(Errc::too_large, "file_too_large", "a file has at most 64 MB");
  QUOTARY_CHECK(question.signer_roots_pem.size() <= roots_text_max && question.time_roots_pem.size() <= roots_text_max);
  const std::string now = format_rfc3339(question.now);
  std::array<std::string_view, confined::parts_max> parts;
  parts[part_now] = now;
  parts[part_signer_roots] = question.signer_roots_pem;
  parts[part_time_roots] = question.time_roots_pem;
  parts[part_pdf] = question.pdf;
  QUOTARY_TRY(answer, impl_->pool->ask(parts));
  if (answer.kind == confined::AnswerKind::done) return decode(answer.text);
  return not_judged(std::string(judging_stopped), "it could not be judged: " + answer.text);
}

}  // namespace quotary::judging
