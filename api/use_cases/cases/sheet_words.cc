#include "api/use_cases/cases/sheet_words.h"

#include "api/inspecting/text.h"
#include "api/use_cases/in_words.h"

#include <algorithm>
#include <cstdio>

namespace quotary::api {
namespace {

using inspecting::Flag;

constexpr CodeInWords doubts[] = {
    {"clock_skew", "相机时钟与卫星时间相差超过 5 分钟",
     "the camera's clock and the satellites' time differ by over 5 minutes"},
    {"damaged", "文件不完整或已损坏", "the file breaks off or is damaged"},
    {"duplicate_of", "与其他材料内容完全相同", "the same content was reported as other evidence before"},
    {"edited_software", "文件最后由图像编辑软件写出", "a program that edits pictures wrote it last"},
    {"encrypted", "文件或其一部分已加密", "it, or a part of it, is encrypted"},
    {"executable", "文件是程序或脚本", "it is a program or a script"},
    {"exif_missing", "文件未载拍摄时间与地点", "the file says neither when nor where it was taken"},
    {"future_time", "所载拍摄时间晚于收到时间", "the time of capture lies after the time of receipt"},
    {"geo_far_from_site", "所载位置远离现场", "the position lies far from the site"},
    {"inspection_stopped", "检查未能完成", "the inspection could not be brought to its end"},
    {"launch", "PDF 会启动程序", "the PDF starts programs"},
    {"macro", "文件含有宏", "the file carries macros"},
    {"mime_mismatch", "文件类型与声明不符", "it is not of the type that was declared"},
    {"near_duplicate_of", "与其他案卷的照片相似", "it looks like a photo of another case"},
    {"over_limits", "文件超出检查范围", "it holds more than is inspected"},
    {"script", "PDF 含有脚本", "the PDF carries scripts"},
    {"too_large_to_inspect", "文件过大，只检查了开头", "only its beginning was inspected"},
};

std::string list_of(const std::vector<std::uint32_t>& numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size() && i < told_numbers_max; ++i)
    out += (i > 0 ? ", " : "") + std::to_string(numbers[i]);
  return out + (numbers.size() > told_numbers_max ? ", …" : "");
}

std::string step(std::uint32_t from, std::uint32_t to) { return std::to_string(from) + " → " + std::to_string(to); }

void add_lines(const std::vector<std::string>& lines, std::string_view sign, std::string& out) {
  for (std::size_t i = 0; i < lines.size() && i < changed_lines_told_max; ++i) {
    const auto shown = inspecting::first_code_points(lines[i], told_line_characters_max);
    out += "\n" + std::string(sign) + " " + std::string(shown) + (shown.size() < lines[i].size() ? "…" : "");
  }
  if (lines.size() > changed_lines_told_max) out += "\n" + std::string(sign) + " …";
}

std::string changed_in_words(const inspecting::ChangedPart& part) {
  std::string out = "改动 Changed: " + step(part.from, part.to);
  if (part.lines_added.empty() && part.lines_removed.empty())
    return out + "，文字未变，图片或版式有改动 other pictures or layout, the same text";
  const std::string least = part.lines_cut ? "≥ " : "";
  out += "，增加 " + least + std::to_string(part.lines_added.size()) + " 行，删除 " + least +
         std::to_string(part.lines_removed.size()) + " 行 lines added, removed";
  add_lines(part.lines_added, "+", out);
  add_lines(part.lines_removed, "−", out);
  return out;
}

std::string text_in(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string doubt_in_words(std::string_view flag) { return in_words(doubts, flag); }

std::string position_in_words(const json::object& position) {
  const std::string latitude = text_in(position, "latitude"), longitude = text_in(position, "longitude");
  if (latitude.empty() || longitude.empty()) return {};
  std::string out = latitude + ", " + longitude;
  const auto* accuracy = position.if_contains("accuracy_cm");
  if (accuracy == nullptr || !accuracy->is_int64() || accuracy->get_int64() < 0) return out;
  const std::int64_t centimetres = accuracy->get_int64();
  char metres[40];
  std::snprintf(metres, sizeof metres, " ± %lld.%02lld m", static_cast<long long>(centimetres / 100),
                static_cast<long long>(centimetres % 100));
  return out + metres;
}

std::string no_picture_in_words(const std::set<Flag>& flags) {
  if (flags.contains(Flag::too_large_to_inspect))
    return "文件过大，未重制图像 too large for a picture to be made of it";
  if (flags.contains(Flag::over_limits)) return "像素过多，未重制图像 too many pixels for a picture to be made of it";
  if (flags.contains(Flag::inspection_stopped)) return "读取未能完成，未重制图像 reading it did not come to its end";
  if (flags.contains(Flag::damaged)) return "文件已损坏，未能重制图像 damaged: no picture could be made of it";
  return "此格式不重制图像 no picture is made of this format";
}

std::vector<std::string> difference_in_words(const inspecting::Difference& difference) {
  if (!difference.comparable)
    return {"无法比较：两版不是同类的可读文件 cannot be compared: not both are readable files of one kind"};
  std::vector<std::string> out;
  if (!difference.added.empty()) out.push_back("新增 Added: " + list_of(difference.added));
  if (!difference.removed.empty()) out.push_back("删除 Removed: " + list_of(difference.removed));
  if (!difference.moved.empty()) {
    std::string moved = "移动 Moved: ";
    for (std::size_t i = 0; i < difference.moved.size() && i < told_numbers_max; ++i)
      moved += (i > 0 ? ", " : "") + step(difference.moved[i].from, difference.moved[i].to);
    out.push_back(moved + (difference.moved.size() > told_numbers_max ? ", …" : ""));
  }
  for (const auto& part : difference.changed) out.push_back(changed_in_words(part));
  if (difference.text_cut) out.push_back("只比较了读出的部分 only what was read of both was compared");
  return out;
}

std::vector<std::string> part_titles(const inspecting::Document& document) {
  std::vector<std::string> out;
  out.reserve(document.parts.size());
  for (const auto& part : document.parts) {
    const auto first =
        std::find_if(part.lines.begin(), part.lines.end(), [](const auto& line) { return !line.empty(); });
    out.push_back(first == part.lines.end() ? std::string() : *first);
  }
  return out;
}

}  // namespace quotary::api
