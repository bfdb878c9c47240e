#include "api/inspecting/reading/archive.h"

#include "api/inspecting/limits.h"

#include <zip.h>

#include <algorithm>

namespace quotary::inspecting {

struct Archive::Open {
  zip_t* zip = nullptr;
  ~Open() { zip_discard(zip); }
};

std::unique_ptr<Archive> Archive::open(std::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : nullptr;
  zip_error_fini(&error);
  if (zip == nullptr) {
    if (source) zip_source_free(source);
    return nullptr;
  }
  auto held = std::make_unique<Open>();
  held->zip = zip;
  std::unique_ptr<Archive> out(new Archive(std::move(held)));
  out->survey();
  return out;
}

Archive::Archive(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Archive::~Archive() = default;

void Archive::survey() {
  const auto entries = static_cast<std::uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(open_->zip, 0), 0));
  if (entries > limits::archive_entries_max) {
    fault_ = Fault::over_limits;
    return;
  }
  std::uint64_t inflated = 0, packed = 0;
  for (std::uint64_t i = 0; i < entries; ++i) {
    zip_stat_t about;
    if (zip_stat_index(open_->zip, i, 0, &about) != 0 || !(about.valid & ZIP_STAT_NAME)) {
      fault_ = Fault::damaged;
      return;
    }
    names_.emplace_back(about.name);
    // Each is held against the limit before it is added: no sum overflows.
    if (about.valid & ZIP_STAT_SIZE) inflated += std::min(about.size, limits::archive_total_bytes_max + 1);
    if (about.valid & ZIP_STAT_COMP_SIZE) packed += std::min(about.comp_size, limits::archive_total_bytes_max + 1);
    if ((about.valid & ZIP_STAT_ENCRYPTION_METHOD) && about.encryption_method != ZIP_EM_NONE) fault_ = Fault::encrypted;
  }
  std::sort(names_.begin(), names_.end());
  const bool bomb = inflated > limits::archive_ratio_from_bytes && inflated / (packed + 1) > limits::archive_ratio_max;
  if (inflated > limits::archive_total_bytes_max || bomb) fault_ = Fault::over_limits;
}

bool Archive::has(std::string_view name) const { return std::binary_search(names_.begin(), names_.end(), name); }

std::optional<std::string> Archive::read(const std::string& name) {
  if (fault_ == Fault::over_limits || !has(name)) return {};
  const auto give_up = [&](Fault fault) {
    fault_ = fault;
    return std::nullopt;
  };
  const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen(open_->zip, name.c_str(), 0), zip_fclose);
  if (!file) return give_up(fault_ == Fault::encrypted ? Fault::encrypted : Fault::damaged);
  std::string out;
  char buffer[64 << 10];
  for (;;) {
    // A checksum that does not fit is an error of the last read.
    const auto count = zip_fread(file.get(), buffer, sizeof buffer);
    if (count < 0) return give_up(Fault::damaged);
    if (count == 0) return out;
    out.append(buffer, static_cast<std::size_t>(count));
    inflated_bytes_ += static_cast<std::uint64_t>(count);
    // What the table said is no promise.
    if (out.size() > limits::archive_part_bytes_max || inflated_bytes_ > limits::archive_total_bytes_max)
      return give_up(Fault::over_limits);
  }
}

}  // namespace quotary::inspecting
