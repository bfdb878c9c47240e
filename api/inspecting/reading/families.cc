#include "api/inspecting/reading/families.h"

#include <algorithm>
#include <array>
#include <string>

namespace quotary::inspecting {

namespace {

struct TypeFamily {
  std::string_view prefix, family;
};

// The first prefix that fits.
constexpr std::array<TypeFamily, 30> families{{
    {"application/octet-stream", ""},
    {"inode/", ""},
    {"image/", "picture"},
    {"audio/", "sound"},
    {"video/", "film"},
    {"text/", "text"},
    {"application/json", "text"},
    {"application/xml", "text"},
    {"application/csv", "text"},
    {"application/x-ndjson", "text"},
    {"application/javascript", "text"},
    {"application/pdf", "pdf"},
    {"application/x-pdf", "pdf"},
    {"application/vnd.openxmlformats-officedocument.presentationml.", "deck"},
    {"application/vnd.ms-powerpoint.presentation.macroenabled.12", "deck"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.", "document"},
    {"application/vnd.ms-word.document.macroenabled.12", "document"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.", "workbook"},
    {"application/vnd.ms-excel.sheet.macroenabled.12", "workbook"},
    {"application/vnd.ms-powerpoint", "compound file"},
    {"application/vnd.ms-excel", "compound file"},
    {"application/msword", "compound file"},
    {"application/cdfv2", "compound file"},
    {"application/x-ole-storage", "compound file"},
    {"application/vnd.ms-office", "compound file"},
    {"application/ofd", "ofd"},
    {"application/vnd.ofd", "ofd"},
    {"application/zip", "zip"},
    {"application/x-zip", "zip"},
    {"application/x-zip-compressed", "zip"},
}};

constexpr std::array<std::string_view, 4> zipped{"deck", "document", "workbook", "ofd"};

constexpr std::array<std::string_view, 18> program_types{"application/x-executable",
                                                         "application/x-pie-executable",
                                                         "application/x-sharedlib",
                                                         "application/x-object",
                                                         "application/x-dosexec",
                                                         "application/vnd.microsoft.portable-executable",
                                                         "application/x-msdownload",
                                                         "application/x-mach-binary",
                                                         "application/java-archive",
                                                         "application/vnd.android.package-archive",
                                                         "application/x-ms-shortcut",
                                                         "application/javascript",
                                                         "text/x-shellscript",
                                                         "text/x-script.python",
                                                         "text/x-perl",
                                                         "text/x-php",
                                                         "text/x-msdos-batch",
                                                         "text/javascript"};

constexpr std::array<std::string_view, 31> program_endings{
    ".exe", ".dll", ".com", ".scr", ".pif", ".cpl", ".msi", ".msix", ".bat", ".cmd", ".ps1",
    ".vbs", ".vbe", ".js",  ".jse", ".wsf", ".wsh", ".hta", ".lnk",  ".reg", ".jar", ".apk",
    ".app", ".dmg", ".sh",  ".py",  ".pl",  ".php", ".rb",  ".elf",  ".so"};

// Of a type that is in no family its own name: it agrees with itself alone.
std::string_view family_of(std::string_view type) {
  for (const auto& each : families)
    if (type.starts_with(each.prefix)) return each.family;
  return type;
}

}  // namespace

bool contradicts(std::string_view declared, std::string_view sniffed) {
  const auto says = family_of(declared), is = family_of(sniffed);
  if (says.empty() || is.empty() || says == is) return false;
  const bool inside = std::find(zipped.begin(), zipped.end(), is) != zipped.end();
  return !(says == "zip" && inside);
}

bool is_container(std::string_view media_type) {
  const auto family = family_of(media_type);
  return family == "zip" || family == "compound file" ||
         std::find(zipped.begin(), zipped.end(), family) != zipped.end();
}

bool is_executable(std::string_view media_type, std::string_view bytes, std::string_view file_name) {
  if (std::find(program_types.begin(), program_types.end(), media_type) != program_types.end()) return true;
  const bool begins_so = bytes.starts_with("#!") ||
                         bytes.starts_with(
                             "\x7f"
                             "ELF") ||
                         (bytes.starts_with("MZ") && bytes.size() >= 64);
  if (begins_so) return true;
  std::string name(file_name);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(program_endings.begin(), program_endings.end(),
                     [&](std::string_view ending) { return name.ends_with(ending); });
}

Kind kind_of(std::string_view media_type) {
  static constexpr std::array<std::string_view, 7> photos{"image/jpeg", "image/png",  "image/webp", "image/heic",
                                                          "image/heif", "image/avif", "image/tiff"};
  if (std::find(photos.begin(), photos.end(), media_type) != photos.end()) return Kind::photo;
  return media_type == "application/pdf" ? Kind::pdf : Kind::other;
}

}  // namespace quotary::inspecting
