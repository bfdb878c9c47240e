// Inspections as canonical JSON and back.
#include "api/inspecting/inspection.h"
#include "api/inspecting/limits.h"
#include "ledger/base/bytes.h"

#include <limits>

namespace quotary::inspecting {

namespace {

json::object json_of(const Photo& photo) {
  json::object out{{"width_px", photo.width_px}, {"height_px", photo.height_px}, {"camera_time", photo.camera_time},
                   {"make", photo.make},         {"model", photo.model},         {"software", photo.software}};
  if (photo.captured_at) {
    out["captured_at"] = format_rfc3339(*photo.captured_at);
    out["captured_from"] = name_of(photo.captured_from);
  }
  if (photo.position) {
    json::object place{{"latitude_microdegrees", photo.position->latitude_microdegrees},
                       {"longitude_microdegrees", photo.position->longitude_microdegrees}};
    if (photo.position->accuracy_cm) place["accuracy_cm"] = *photo.position->accuracy_cm;
    out["position"] = std::move(place);
  }
  if (photo.picture_hash) {
    std::string bytes;
    put_u64(bytes, *photo.picture_hash);
    out["picture_hash"] = to_hex(bytes);
  }
  return out;
}

json::object json_of(const Document& document) {
  json::object out{{"title", document.title}, {"author", document.author}, {"text_cut", document.text_cut}};
  if (document.created_at) out["created_at"] = format_rfc3339(*document.created_at);
  if (document.modified_at) out["modified_at"] = format_rfc3339(*document.modified_at);
  if (document.count) out["count"] = *document.count;
  json::array parts;
  parts.reserve(document.parts.size());
  for (const Part& part : document.parts) {
    parts.push_back(json::object{{"id", part.id},
                                 {"content", part.content.hex()},
                                 {"text", part.text.hex()},
                                 {"lines", json::array(part.lines.begin(), part.lines.end())}});
  }
  out["parts"] = std::move(parts);
  return out;
}

json::object json_of(const Inspection& inspection) {
  json::array flags;
  for (const Flag flag : inspection.flags) flags.emplace_back(name_of(flag));
  json::object out{{"v", 1},
                   {"file_name", inspection.file_name},
                   {"media_type", inspection.media_type},
                   {"kind", name_of(inspection.kind)},
                   {"flags", std::move(flags)}};
  if (inspection.photo) out["photo"] = json_of(*inspection.photo);
  if (inspection.document) out["document"] = json_of(*inspection.document);
  return out;
}

// Takes members out of one object and remembers the first that is not as encode() writes it. What it does not take is
// found by encoding again.
class Reader {
 public:
  Reader(const json::value& value, std::string pointer) : pointer_(std::move(pointer)), object_(value.if_object()) {
    if (!object_) fail_at("");
  }

  std::string text(std::string_view name) {
    const auto* value = member(name);
    if (value && value->is_string()) return std::string(value->get_string());
    fail_at(name);
    return {};
  }
  template <class Integer>
  Integer integer(std::string_view name) {
    const auto* value = member(name);
    const auto* number = value ? value->if_int64() : nullptr;
    if (number && *number >= std::int64_t{std::numeric_limits<Integer>::min()} &&
        *number <= std::int64_t{std::numeric_limits<Integer>::max()})
      return static_cast<Integer>(*number);
    fail_at(name);
    return {};
  }
  bool truth(std::string_view name) {
    const auto* value = member(name);
    if (value && value->is_bool()) return value->get_bool();
    fail_at(name);
    return false;
  }
  // What `parse` makes of the text; it answers a Result.
  template <class Parse>
  auto parsed(std::string_view name, Parse parse) {
    auto out = parse(text(name));
    if (out) return std::move(*out);
    fail_at(name);
    return typename decltype(out)::value_type{};
  }
  template <class Name>
  Name named(std::string_view name, Name last) {
    const std::string given = text(name);
    for (int i = 0; i <= static_cast<int>(last); ++i)
      if (name_of(static_cast<Name>(i)) == given) return static_cast<Name>(i);
    fail_at(name);
    return {};
  }
  // Each item of an array with its pointer.
  template <class Take>
  void items(std::string_view name, Take take) {
    const auto* value = member(name);
    if (!value || !value->is_array()) return fail_at(name);
    std::size_t index = 0;
    for (const auto& item : value->get_array())
      take(item, pointer_ + "/" + std::string(name) + "/" + std::to_string(index++));
  }
  [[nodiscard]] bool has(std::string_view name) const { return object_ && object_->contains(name); }
  [[nodiscard]] const json::value* member(std::string_view name) const {
    return object_ ? object_->if_contains(name) : nullptr;
  }
  [[nodiscard]] std::string pointer_to(std::string_view name) const { return pointer_ + "/" + std::string(name); }

  void fail_at(std::string_view name) {
    if (!wrong_) wrong_ = name.empty() ? pointer_ : pointer_to(name);
  }
  void fail_as(const Reader& inner) {
    if (!wrong_) wrong_ = inner.wrong_;
  }
  [[nodiscard]] const std::optional<std::string>& wrong() const { return wrong_; }

 private:
  std::string pointer_;
  const json::object* object_;
  std::optional<std::string> wrong_;
};

Error malformed(std::string pointer) {
  auto out = fail(Errc::corrupt, "inspection_malformed", "what should be an inspection is none");
  out.problems.push_back({std::move(pointer), "malformed", "missing, of another form, or not known"});
  return out;
}

Photo photo_of(Reader& in) {
  Photo out;
  out.width_px = in.integer<std::uint32_t>("width_px");
  out.height_px = in.integer<std::uint32_t>("height_px");
  out.camera_time = in.text("camera_time");
  out.make = in.text("make");
  out.model = in.text("model");
  out.software = in.text("software");
  if (in.has("captured_at")) {
    out.captured_at = in.parsed("captured_at", parse_rfc3339);
    out.captured_from = in.named("captured_from", TimeSource::gps);
  }
  if (in.has("position")) {
    Reader place(*in.member("position"), in.pointer_to("position"));
    Position position{place.integer<std::int32_t>("latitude_microdegrees"),
                      place.integer<std::int32_t>("longitude_microdegrees")};
    if (place.has("accuracy_cm")) position.accuracy_cm = place.integer<std::uint32_t>("accuracy_cm");
    if (!is_on_earth(position)) place.fail_at("");
    in.fail_as(place);
    out.position = position;
  }
  if (in.has("picture_hash")) {
    const std::string bytes = in.parsed("picture_hash", from_hex);
    if (bytes.size() == 8) out.picture_hash = get_u64(bytes);
    if (bytes.size() != 8) in.fail_at("picture_hash");
  }
  return out;
}

Part part_of(Reader& in) {
  Part out;
  out.id = in.text("id");
  out.content = in.parsed("content", Hash::from_hex);
  out.text = in.parsed("text", Hash::from_hex);
  in.items("lines", [&](const json::value& line, const std::string&) {
    if (!line.is_string()) return in.fail_at("lines");
    out.lines.emplace_back(line.get_string());
  });
  return out;
}

Document document_of(Reader& in) {
  Document out;
  out.title = in.text("title");
  out.author = in.text("author");
  out.text_cut = in.truth("text_cut");
  if (in.has("created_at")) out.created_at = in.parsed("created_at", parse_rfc3339);
  if (in.has("modified_at")) out.modified_at = in.parsed("modified_at", parse_rfc3339);
  if (in.has("count")) out.count = in.integer<std::uint32_t>("count");
  in.items("parts", [&](const json::value& value, const std::string& pointer) {
    Reader part(value, pointer);
    out.parts.push_back(part_of(part));
    in.fail_as(part);
  });
  return out;
}

Inspection inspection_of(Reader& in) {
  Inspection out;
  if (in.integer<int>("v") != 1) in.fail_at("v");
  out.file_name = in.text("file_name");
  out.media_type = in.text("media_type");
  out.kind = in.named("kind", Kind::other);
  in.items("flags", [&](const json::value& value, const std::string& pointer) {
    for (int i = 0; value.is_string() && i <= static_cast<int>(last_flag); ++i)
      if (name_of(static_cast<Flag>(i)) == std::string_view(value.get_string()))
        return static_cast<void>(out.flags.insert(static_cast<Flag>(i)));
    in.fail_at(pointer.substr(1));
  });
  if (in.has("photo")) {
    Reader photo(*in.member("photo"), "/photo");
    out.photo = photo_of(photo);
    in.fail_as(photo);
  }
  if (in.has("document")) {
    Reader document(*in.member("document"), "/document");
    out.document = document_of(document);
    in.fail_as(document);
  }
  return out;
}

}  // namespace

std::string encode(const Inspection& inspection) {
  auto out = canonical_json(json_of(inspection));
  // All text went through clean_line(), all numbers are small.
  QUOTARY_CHECK(out && out->size() <= limits::inspection_bytes_max);
  return std::move(*out);
}

Result<Inspection> decode(std::string_view text) {
  if (text.size() > limits::inspection_bytes_max) return malformed("");
  auto parsed = parse_json(text);
  if (!parsed) return malformed("");
  Reader in(*parsed, "");
  Inspection out = inspection_of(in);
  if (in.wrong()) return malformed(*in.wrong());
  // Unknown members, other orders and other spellings.
  const auto again = canonical_json(json_of(out));
  if (!again || *again != text) return malformed("");
  return out;
}

}  // namespace quotary::inspecting
