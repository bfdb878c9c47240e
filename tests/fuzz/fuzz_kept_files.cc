// Any bytes as one of the small files that lie beside a store: a refusal and never a crash, and nothing that was not
// written by us passes for keys, published checkpoints or a witness's evidence. The first byte says which file.
#include "api/witness/history.h"
#include "ledger/base/random.h"
#include "ledger/log/lost_mark.h"
#include "ledger/log/slots.h"
#include "signing/subject_keys.h"
#include "tests/support/temporary_folder.h"

#include <cstddef>
#include <cstdint>

namespace quotary {
namespace {

// In a folder of its own for each process.
struct Kept {
  testing::TemporaryFolder folder;
  std::shared_ptr<FileSystem> files = posix_file_system();
  [[nodiscard]] std::string at(std::string_view name) const { return folder.file(std::string(name)); }

  void put(const std::string& path, std::string_view bytes) const {
    const auto file = files->open(path, OpenMode::create_or_open);
    QUOTARY_CHECK(file && (*file)->truncate(0) && (*file)->write_at(0, bytes));
  }
  void read_slots(std::string_view bytes) const {
    put(at("slots"), bytes);
    const auto read = Slots::read(*files, at("slots"));
    if (read && *read) QUOTARY_CHECK((*read)->note.size() <= slot_note_max);
    if (!read) QUOTARY_CHECK(!Slots::open(*files, at("slots")));
  }
  void read_keys(std::string_view bytes) const {
    put(at("subjects.keys"), bytes);
    const auto keys = signing::open_subject_keys(*files, at("subjects.keys"), false, std::make_shared<SystemRandom>());
    if (!keys) QUOTARY_CHECK(!keys.error().detail.empty());
  }
  void read_records(std::string_view bytes) const {
    put(at("cosigned.notes"), bytes);
    const auto file = files->open(at("cosigned.notes"), OpenMode::read_only);
    QUOTARY_CHECK(file.has_value());
    std::uint64_t behind = 0;
    const auto visit = [&](std::uint64_t begin, const witness::Record& record) -> Result<void> {
      QUOTARY_CHECK(begin == behind && record.end > begin && record.end <= bytes.size());
      behind = record.end;
      return {};
    };
    if (witness::visit_records(**file, "cosigned.notes", 0, bytes.size(), visit)) QUOTARY_CHECK(behind == bytes.size());
    (void)witness::is_cut_off(**file, 0, bytes.size());
    put(at(witness::slots_name), bytes);
    (void)witness::read_latest(*files, folder.path());
  }
  void read_mark(std::string_view bytes) const {
    put(at("lost"), bytes);
    const auto mark = read_lost_mark(*files, folder.path());
    // Whatever stands in it, a folder with a mark is not written to.
    QUOTARY_CHECK(!check_restored_whole(*files, folder.path()));
    if (!mark || !*mark) return;
    QUOTARY_CHECK(write_lost_mark(*files, folder.path(), **mark));
    const auto again = read_lost_mark(*files, folder.path());
    QUOTARY_CHECK(again && *again && (*again)->from == (*mark)->from && (*again)->to == (*mark)->to &&
                  (*again)->erased == (*mark)->erased);
  }
};

}  // namespace
}  // namespace quotary

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const quotary::Kept kept;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 's': kept.read_slots(bytes); break;
    case 'k': kept.read_keys(bytes); break;
    case 'r': kept.read_records(bytes); break;
    case 'm': kept.read_mark(bytes); break;
    default: break;
  }
  return 0;
}
