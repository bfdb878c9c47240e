#include "api/inspecting/picture.h"

#include "api/inspecting/limits.h"
#include "ledger/base/json.h"

#include <array>

namespace quotary::inspecting {

namespace {

constexpr std::array<Flag, 4> flags_of_pictures{Flag::damaged, Flag::inspection_stopped, Flag::over_limits,
                                                Flag::too_large_to_inspect};

enum Marker : unsigned {
  start_of_frame = 0xc0,
  huffman_tables = 0xc4,
  restarts_begin = 0xd0,
  restarts_end = 0xd8,
  start_of_scan = 0xda,
  quantisation_tables = 0xdb,
  jfif = 0xe0,
};

// Walks one file's segments. Every read is within the bytes.
class Segments {
 public:
  explicit Segments(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::optional<PictureSize> size() {
    if (!bytes_.starts_with("\xff\xd8") || !bytes_.ends_with("\xff\xd9")) return {};
    for (at_ = 2; at_ + 4 <= bytes_.size();) {
      if (byte(at_) != 0xff) return {};
      const unsigned marker = byte(at_ + 1), length = byte(at_ + 2) << 8 | byte(at_ + 3);
      if (length < 2 || at_ + 2 + length > bytes_.size()) return {};
      const std::string_view content = bytes_.substr(at_ + 4, length - 2);
      at_ += 2 + length;
      if (!take(marker, content)) return {};
      if (marker == start_of_scan) return frame_ && scan_is_all() ? frame_ : std::nullopt;
    }
    return {};
  }

 private:
  [[nodiscard]] unsigned byte(std::size_t at) const { return static_cast<unsigned char>(bytes_[at]); }

  [[nodiscard]] bool take(unsigned marker, std::string_view content) {
    // Without a thumbnail.
    if (marker == jfif) return content.size() == 14 && content.starts_with(std::string_view("JFIF\0", 5));
    if (marker == start_of_frame) return take_frame(content);
    return marker == quantisation_tables || marker == huffman_tables || marker == start_of_scan;
  }

  [[nodiscard]] bool take_frame(std::string_view content) {
    const auto number = [&](std::size_t at) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(content[at]));
    };
    if (frame_ || content.size() != 15 || number(0) != 8 || number(5) != 3) return false;
    frame_ = PictureSize{number(3) << 8 | number(4), number(1) << 8 | number(2)};
    return frame_->width_px > 0 && frame_->height_px > 0;
  }

  // From where the scan begins to the end no marker stands but restarts.
  [[nodiscard]] bool scan_is_all() const {
    for (std::size_t at = at_; at + 2 < bytes_.size(); ++at) {
      if (byte(at) != 0xff) continue;
      const unsigned next = byte(at + 1);
      if (next != 0 && !(next >= restarts_begin && next < restarts_end)) return false;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::optional<PictureSize> frame_;
};

json::object head_of(const Picture& picture) {
  json::array flags;
  for (const Flag flag : picture.flags) flags.emplace_back(name_of(flag));
  return {{"flags", std::move(flags)}, {"width_px", picture.width_px}, {"height_px", picture.height_px}};
}

std::uint32_t number_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* number = value ? value->if_int64() : nullptr;
  return number && *number > 0 && *number <= limits::picture_side_px_max ? static_cast<std::uint32_t>(*number) : 0;
}

}  // namespace

std::optional<PictureSize> plain_jpeg_size(std::string_view bytes) { return Segments(bytes).size(); }

std::string encode(const Picture& picture) {
  auto head = canonical_json(head_of(picture));
  QUOTARY_CHECK(head.has_value());
  return std::move(*head) + "\n" + picture.jpeg;
}

Result<Picture> decode_picture(std::string_view text) {
  const auto malformed = fail(Errc::corrupt, "picture_malformed", "what should be a picture is none");
  const auto line = text.find('\n');
  if (line >= limits::picture_answer_head_bytes_max) return malformed;  // also when there is none
  if (text.size() - line - 1 > limits::picture_bytes_max) return malformed;
  const auto parsed = parse_json(text.substr(0, line));
  if (!parsed || !parsed->is_object()) return malformed;
  const json::object& head = parsed->get_object();
  Picture out;
  out.jpeg = text.substr(line + 1);
  out.width_px = number_in(head, "width_px");
  out.height_px = number_in(head, "height_px");
  if (const auto* flags = head.if_contains("flags"); flags && flags->is_array())
    for (const Flag flag : flags_of_pictures)
      for (const auto& name : flags->get_array())
        if (name.is_string() && std::string_view(name.get_string()) == name_of(flag)) out.flags.insert(flag);
  // Whatever was missing, unknown or written otherwise.
  if (encode(out) != text) return malformed;
  const auto size = plain_jpeg_size(out.jpeg).value_or(PictureSize{});
  if (out.jpeg.empty() ? out.width_px != 0 || out.height_px != 0 : size != PictureSize{out.width_px, out.height_px})
    return malformed;
  if (!out.jpeg.empty() && (out.width_px == 0 || out.height_px == 0)) return malformed;
  return out;
}

}  // namespace quotary::inspecting
