#include "api/inspecting/question.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/name.h"
#include "ledger/base/json.h"

#include <algorithm>

namespace quotary::inspecting {

namespace {

json::object json_of(const Question& question) {
  json::object out{{"size_bytes", question.size_bytes},
                   {"declared_media_type", media_type_of(question.declared_media_type)},
                   {"file_name", safe_name(question.file_name)},
                   {"now_ms", question.now.unix_ms}};
  if (question.site) {
    const Position& at = question.site->position;
    json::object site{{"latitude_microdegrees", at.latitude_microdegrees},
                      {"longitude_microdegrees", at.longitude_microdegrees},
                      {"distance_m_max", question.site->distance_m_max}};
    out["site"] = std::move(site);
  }
  return out;
}

template <class Integer>
Integer integer(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* number = value ? value->if_int64() : nullptr;
  return number ? static_cast<Integer>(*number) : Integer{};
}

std::string text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string media_type_of(std::string_view text) {
  std::string out(text.substr(0, text.find(';')));
  while (out.ends_with(' ')) out.pop_back();
  std::size_t slashes = 0;
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    slashes += c == '/';
    const bool known = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("!#$&-^_.+/").find(c) != std::string_view::npos;
    if (!known) return {};
  }
  const bool whole = slashes == 1 && !out.starts_with('/') && !out.ends_with('/') && out.size() <= limits::media_type;
  return whole ? out : std::string();
}

std::string encode_head(const Question& question) {
  auto out = canonical_json(json_of(question));
  QUOTARY_CHECK(out && out->size() <= limits::question_text_bytes_max);
  return std::move(*out);
}

Result<Question> decode_head(std::string_view head, std::string_view bytes) {
  const auto malformed = fail(Errc::internal, "question_malformed", "what should be a question is none");
  const auto parsed = parse_json(head);
  if (!parsed || !parsed->is_object()) return malformed;
  const json::object& object = parsed->get_object();
  Question out;
  out.bytes = bytes;
  out.size_bytes = integer<std::uint64_t>(object, "size_bytes");
  out.declared_media_type = text(object, "declared_media_type");
  out.file_name = text(object, "file_name");
  out.now.unix_ms = integer<std::int64_t>(object, "now_ms");
  if (const auto* site = object.if_contains("site"); site && site->is_object()) {
    const json::object& at = site->get_object();
    out.site = Site{
        {integer<std::int32_t>(at, "latitude_microdegrees"), integer<std::int32_t>(at, "longitude_microdegrees"), {}},
        integer<std::uint32_t>(at, "distance_m_max")};
  }
  // Whatever was missing, unknown or written otherwise.
  const auto again = canonical_json(json_of(out));
  if (!again || *again != head) return malformed;
  return out;
}

}  // namespace quotary::inspecting
