#include "ledger/log/export_files.h"

#include "ledger/log/export_format.h"

namespace quotary {

namespace {

constexpr std::size_t gathered_bytes_max = 1u << 18;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

// "tile/0/x001/067" is of the kind "tile/0".
std::string kind_of(const std::string& folder) {
  const std::size_t slash = folder.find('/');
  return folder.substr(0, slash == std::string::npos ? slash : folder.find('/', slash + 1));
}

}  // namespace

Result<std::unique_ptr<ExportFiles>> ExportFiles::create(FileSystem& files, std::string folder) {
  QUOTARY_TRY_VOID(files.make_directory(folder));
  auto made = std::unique_ptr<ExportFiles>(new ExportFiles(files, std::move(folder)));
  // It can be made once: two that take the same folder cannot both go on.
  if (auto opened = made->open(made->sums_, std::string(export_sums_name)); !opened) {
    (void)files.remove(made->folder_);  // only if it is empty
    return std::move(opened).error();
  }
  return made;
}

Result<void> ExportFiles::begin(const std::string& path) {
  QUOTARY_CHECK(!current_.file);
  QUOTARY_TRY_VOID(enter_folder_of(path));
  return open(current_, path);
}

Result<void> ExportFiles::add(std::string_view bytes) { return add_to(current_, bytes); }

Result<void> ExportFiles::end() {
  QUOTARY_TRY_VOID(close(current_));
  return add_to(sums_, sums_line(current_.hash.finish(), current_.path));
}

Result<void> ExportFiles::put(const std::string& path, std::string_view bytes) {
  QUOTARY_TRY_VOID(begin(path));
  QUOTARY_TRY_VOID(add(bytes));
  return end();
}

Result<void> ExportFiles::finish() {
  QUOTARY_TRY_VOID(close(sums_));
  for (const auto& [kind, folder] : folders_) QUOTARY_TRY_VOID(files_.sync_directory(folder));
  return files_.sync_directory(folder_);
}

Result<void> ExportFiles::open(Output& output, const std::string& path) {
  QUOTARY_TRY(file, files_.open(folder_ + "/" + path, OpenMode::create_new));
  output.file = std::move(file);
  output.path = path;
  output.written = 0;
  return {};
}

Result<void> ExportFiles::add_to(Output& output, std::string_view bytes) {
  QUOTARY_CHECK(output.file != nullptr);
  output.hash.update(bytes);
  output.gathered += bytes;
  return output.gathered.size() < gathered_bytes_max ? Result<void>() : flush(output);
}

Result<void> ExportFiles::flush(Output& output) {
  QUOTARY_TRY_VOID(output.file->write_at(output.written, output.gathered));
  output.file->start_writing(output.written, output.gathered.size());
  output.written += output.gathered.size();
  output.gathered.clear();
  if (output.gathered.capacity() > 2 * gathered_bytes_max) output.gathered.shrink_to_fit();
  return {};
}

Result<void> ExportFiles::close(Output& output) {
  QUOTARY_TRY_VOID(flush(output));
  QUOTARY_TRY_VOID(output.file->sync());
  output.file.reset();
  return {};
}

Result<void> ExportFiles::enter_folder_of(const std::string& path) {
  const std::string below = folder_of(path);
  if (below.empty()) return {};
  const std::string folder = folder_ + "/" + below;
  std::string& now = folders_[kind_of(below)];
  if (now == folder) return {};
  if (!now.empty()) QUOTARY_TRY_VOID(files_.sync_directory(now));
  now = folder;
  return files_.make_directory(folder);
}

}  // namespace quotary
