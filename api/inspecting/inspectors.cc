#include "api/inspecting/inspectors.h"

#include "api/confined/pool.h"
#include "api/inspecting/name.h"

#include <algorithm>
#include <array>

namespace quotary::inspecting {

struct Inspectors::Impl {
  confined::Pool pool;
};

Inspectors::Inspectors(InspectorsConfig config) {
  confined::PoolConfig pool;
  pool.program = std::move(config.program);
  pool.processes = config.processes;
  pool.wait = config.wait;
  pool.limits = config.limits;
  pool.answer_bytes_max = limits::answer_bytes_max;
  pool.words = {"inspecting_busy", "many files are being inspected at the moment: try again", "inspecting_unavailable",
                "the process that inspects evidence files"};
  impl_.reset(new Impl{confined::Pool(std::move(pool))});
}

Inspectors::~Inspectors() = default;

Result<Inspection> Inspectors::inspect(const Question& question) {
  const std::string head = encode_head(question);
  std::array<std::string_view, 2> parts;
  parts[part_head] = head;
  parts[part_bytes] = question.bytes.substr(0, limits::inspected_bytes_max);
  QUOTARY_TRY(answer, impl_->pool.ask(parts));
  if (answer.kind == confined::AnswerKind::done) return decode(answer.text);
  Inspection out;
  out.file_name = safe_name(question.file_name);
  out.flags.insert(Flag::inspection_stopped);
  return out;
}

Result<Picture> Inspectors::picture(std::string_view bytes) {
  Picture out;
  if (bytes.size() > limits::inspected_bytes_max) {
    out.flags.insert(Flag::too_large_to_inspect);
    return out;
  }
  std::array<std::string_view, 2> parts;
  parts[part_head] = picture_head;
  parts[part_bytes] = bytes;
  QUOTARY_TRY(answer, impl_->pool.ask(parts));
  if (answer.kind == confined::AnswerKind::done) return decode_picture(answer.text);
  out.flags.insert(Flag::inspection_stopped);
  return out;
}

}  // namespace quotary::inspecting
