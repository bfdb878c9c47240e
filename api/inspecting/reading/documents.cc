#include "api/inspecting/reading/documents.h"

#include "api/inspecting/limits.h"
#include "api/inspecting/text.h"

namespace quotary::inspecting {

namespace {

constexpr std::string_view compound_signature("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8);

// As a compound file's directory writes the names of its streams.
std::string utf16(std::string_view ascii) {
  std::string out;
  for (const char c : ascii) {
    out += c;
    out += '\0';
  }
  return out;
}

bool names_stream(std::string_view bytes, std::string_view name) {
  return bytes.find(utf16(name)) != std::string_view::npos;
}

}  // namespace

void LineBudget::add(std::string_view line, Part& part) {
  std::string clean = clean_line(line, limits::line);
  if (clean.empty()) return;
  if (used_bytes_ + clean.size() > limits::text_bytes_max || part.lines.size() >= limits::part_lines_max) {
    document_.text_cut = true;
    return;
  }
  used_bytes_ += clean.size();
  part.lines.push_back(std::move(clean));
}

void add_fault(const Archive& archive, std::set<Flag>& flags) {
  if (archive.fault() == Archive::Fault::damaged) flags.insert(Flag::damaged);
  if (archive.fault() == Archive::Fault::over_limits) flags.insert(Flag::over_limits);
  if (archive.fault() == Archive::Fault::encrypted) flags.insert(Flag::encrypted);
}

bool is_compound(std::string_view bytes) { return bytes.starts_with(compound_signature); }

ReadDocument read_compound(std::string_view bytes) {
  ReadDocument out;
  if (names_stream(bytes, "EncryptedPackage")) out.flags.insert(Flag::encrypted);
  if (names_stream(bytes, "_VBA_PROJECT")) out.flags.insert(Flag::macro);
  return out;
}

}  // namespace quotary::inspecting
