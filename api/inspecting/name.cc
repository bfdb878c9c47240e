#include "api/inspecting/name.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/text.h"

#include <algorithm>
#include <array>

namespace quotary::inspecting {

namespace {

constexpr std::string_view refused = "<>:\"|?*`$;&%";

// Names that Windows keeps for devices, whatever follows the first dot.
constexpr std::array<std::string_view, 8> devices{"con", "prn", "aux", "nul", "conin$", "conout$", "clock$", "config$"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_device(std::string_view name) {
  std::string stem(name.substr(0, name.find('.')));
  while (stem.ends_with(' ')) stem.pop_back();
  std::transform(stem.begin(), stem.end(), stem.begin(), lower);
  const bool port = (stem.starts_with("com") || stem.starts_with("lpt")) &&
                    (stem.size() == 4 ? stem[3] >= '0' && stem[3] <= '9'
                                      : stem.ends_with("¹") || stem.ends_with("²") || stem.ends_with("³"));
  return port || std::find(devices.begin(), devices.end(), stem) != devices.end();
}

void trim(std::string& name) {
  while (name.ends_with('.') || name.ends_with(' ')) name.pop_back();
  name.erase(0, name.find_first_not_of(". "));
}

// From the last dot; empty when what follows is too long to be one.
std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  const auto out = name.substr(dot);
  return count_code_points(out) <= limits::extension ? std::string(out) : std::string();
}

void shorten(std::string& name) {
  if (count_code_points(name) <= limits::file_name) return;
  const std::string extension = extension_of(name);
  std::string stem = name.substr(0, name.size() - extension.size());
  stem.resize(first_code_points(stem, limits::file_name - count_code_points(extension)).size());
  trim(stem);
  name = stem + extension;
}

}  // namespace

std::string safe_name(std::string_view name) {
  if (const auto path = name.find_last_of("/\\"); path != std::string_view::npos) name = name.substr(path + 1);
  // Room enough that the end, where the extension stands, is cut only of what is no name any more.
  std::string out = clean_line(name, 16 * limits::file_name);
  for (char& c : out)
    if (refused.find(c) != std::string_view::npos) c = '_';
  trim(out);
  if (is_device(out)) out.insert(out.begin(), '_');
  shorten(out);
  trim(out);
  return out.empty() ? std::string(nameless) : out;
}

std::string content_disposition(std::string_view name) {
  static constexpr std::string_view plain = "!#$&+-.^_`|~";  // attr-char of RFC 8187 beside letters and digits
  const std::string safe = safe_name(name);
  std::string ascii, encoded;
  for (const char c : safe) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9');
    // The later bytes of a character add nothing.
    if ((byte & 0xc0) != 0x80) ascii += byte < 0x80 ? c : '_';
    if (letter || plain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      static constexpr char digits[] = "0123456789ABCDEF";
      encoded += '%';
      encoded += digits[byte >> 4];
      encoded += digits[byte & 15];
    }
  }
  return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace quotary::inspecting
