#include "ledger/log/export_inputs.h"

#include <algorithm>

namespace quotary {

namespace {

constexpr std::size_t part_bytes = 1u << 16, sums_part_bytes = 1u << 12;
constexpr unsigned misses_max = 3;

// Rights are the checker's to mend, anything else is how the export is.
bool leaves_unchecked(const Error& error) { return error.kind == Errc::forbidden; }

}  // namespace

void ExportProblems::add(std::optional<std::uint64_t> index, const char* kind, std::string file, std::string detail) {
  ++report_.problems_total;
  if (report_.problems.size() < export_problems_max)
    report_.problems.push_back({index, kind, std::move(file), std::move(detail)});
}

Result<void> ExportInputs::open_sums() {
  auto opened = source_.open(std::string(export_sums_name));
  if (opened) {
    sums_ = std::move(*opened);
    return {};
  }
  if (leaves_unchecked(opened.error())) return std::move(opened).error();
  problems_.add(std::nullopt, "file", std::string(export_sums_name), opened.error().detail);
  sums_lost_ = true;
  return {};
}

Result<std::optional<std::string>> ExportInputs::Reading::take(std::size_t size) {
  if (!input_ || short_) return std::optional<std::string>();
  auto part = input_->read(size);
  if (!part && leaves_unchecked(part.error())) return std::move(part).error();
  if (part) {
    hash_.update(*part);
    taken_ += part->size();
    inputs_->problems_.report().bytes_read += part->size();
  }
  if (part && part->size() == size) return std::optional<std::string>(std::move(*part));
  short_ = true;
  inputs_->problems_.add(
      std::nullopt, "file", path_,
      part ? "it ends after " + std::to_string(taken_) + " bytes, before its time" : part.error().detail);
  return std::optional<std::string>();
}

Result<ExportInputs::Reading> ExportInputs::open(const std::string& path) {
  Reading reading;
  reading.path_ = path;
  reading.inputs_ = this;
  auto opened = source_.open(path);
  if (opened) {
    reading.input_ = std::move(*opened);
  } else if (leaves_unchecked(opened.error())) {
    return std::move(opened).error();
  } else {
    problems_.add(std::nullopt, "file", path,
                  opened.error().kind == Errc::not_found ? "it is missing" : opened.error().detail);
  }
  return reading;
}

Result<void> ExportInputs::close(Reading reading, std::uint64_t surplus_max) {
  QUOTARY_TRY(sum, next_sum(reading.path_));
  if (!reading.input_) return {};
  ++problems_.report().files_checked;
  std::uint64_t surplus = 0;
  while (!reading.short_) {
    QUOTARY_TRY(part, reading.input_->read(part_bytes));
    if (part.empty()) break;
    surplus += part.size();
    if (surplus > surplus_max) {
      problems_.add(std::nullopt, "file", reading.path_,
                    "it goes on behind byte " + std::to_string(reading.taken_ + surplus_max) + ", where it must end");
      return {};
    }
    problems_.report().bytes_read += part.size();
    reading.hash_.update(part);
  }
  if (sum && reading.hash_.finish() != *sum && !reading.short_)
    problems_.add(std::nullopt, "file", reading.path_,
                  "its SHA-256 is not that of line " + std::to_string(sums_line_) + " of SHA256SUMS");
  return {};
}

Result<std::optional<std::string>> ExportInputs::whole(const std::string& path, std::size_t size_max) {
  QUOTARY_TRY(reading, open(path));
  std::optional<std::string> bytes;
  if (reading.there() && reading.input_->size() <= size_max) {
    QUOTARY_TRY(taken, reading.take(static_cast<std::size_t>(reading.input_->size())));
    bytes = std::move(taken);
  }
  QUOTARY_TRY_VOID(close(std::move(reading), bytes ? 0 : size_max));
  return bytes;
}

Result<bool> ExportInputs::stream(const std::string& path, std::uint64_t size_max,
                                  const std::function<void(std::string_view part)>& part) {
  QUOTARY_TRY(reading, open(path));
  bool whole = reading.there() && reading.input_->size() <= size_max;
  for (std::uint64_t left = whole ? reading.input_->size() : 0; left > 0;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, part_bytes));
    QUOTARY_TRY(taken, reading.take(size));
    whole = taken.has_value();
    if (!whole) break;
    part(*taken);
    left -= size;
  }
  QUOTARY_TRY_VOID(close(std::move(reading), whole ? 0 : size_max));
  return whole;
}

Result<void> ExportInputs::fill_sums() {
  while (!sums_ended_ && sums_text_.size() < export_line_bytes_max) {
    auto part = sums_->read(sums_part_bytes);
    if (!part && leaves_unchecked(part.error())) return std::move(part).error();
    if (!part) problems_.add(std::nullopt, "file", std::string(export_sums_name), part.error().detail);
    if (!part || part->empty()) {
      sums_ended_ = true;
      return {};
    }
    problems_.report().bytes_read += part->size();
    sums_text_ += *part;
  }
  return {};
}

Result<std::optional<Hash>> ExportInputs::next_sum(const std::string& path) {
  if (sums_lost_) return std::optional<Hash>();
  QUOTARY_TRY_VOID(fill_sums());
  ++sums_line_;
  const std::string_view text = std::string_view(sums_text_).substr(0, export_line_bytes_max);
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::optional<Hash> found;
  if (end > 64) {
    const auto hash = Hash::from_hex(text.substr(0, 64));
    if (hash && text.substr(0, end + 1) == sums_line(*hash, path)) found = *hash;
  }
  if (!found) {
    problems_.add(std::nullopt, "manifest", std::string(export_sums_name),
                  "line " + std::to_string(sums_line_) + " is not that of " + path);
  }
  misses_ = found ? 0 : misses_ + 1;
  if (misses_ == misses_max) {
    sums_lost_ = true;
    problems_.add(std::nullopt, "manifest", std::string(export_sums_name),
                  "from line " + std::to_string(sums_line_) +
                      " on it is not compared any more: its lines do not stand in an export's order");
  }
  sums_text_.erase(0, std::min(end + 1, sums_text_.size()));
  return found;
}

Result<void> ExportInputs::finish(const ExportManifest& manifest) {
  if (!sums_lost_) {
    ++problems_.report().files_checked;
    QUOTARY_TRY_VOID(fill_sums());
    if (!sums_text_.empty())
      problems_.add(std::nullopt, "manifest", std::string(export_sums_name),
                    "it goes on behind its last line, " + std::to_string(sums_line_));
  }
  std::uint64_t contents = 0;
  QUOTARY_TRY_VOID(source_.visit([&](const std::string& path) {
    if (path.starts_with(export_contents_prefix)) ++contents;
    if (!export_has_file(manifest, path))
      problems_.add(std::nullopt, "file", printable(path), "it belongs to no export of this ledger");
    return !problems_.enough();
  }));
  // Which entries name one, the walk knows; one that is missing was told.
  if (const std::uint64_t named = problems_.report().contents_named; manifest.contents && contents > named)
    problems_.add(std::nullopt, "file", std::string(export_contents_prefix),
                  "it holds " + std::to_string(contents) + " contents, and the entries name " + std::to_string(named));
  return {};
}

}  // namespace quotary
