#include "ledger/log/slots.h"

#include "ledger/log/checkpoint.h"

namespace quotary {

namespace {

constexpr std::size_t slot_bytes = 512;
constexpr std::string_view magic = "QTRYSLT1";
constexpr std::size_t sum_at = slot_bytes - 32;

// Read without a key: the text before the blank line.
Result<Checkpoint> checkpoint_of(std::string_view note) {
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return fail(Errc::invalid, "bad_checkpoint", "not a signed note");
  return parse_checkpoint_text(note.substr(0, blank + 1));
}

std::string encode(const Published& published) {
  std::string bytes(magic);
  put_u64(bytes, published.sequence);
  put_u16(bytes, static_cast<std::uint16_t>(published.note.size()));
  bytes += published.note;
  bytes.resize(sum_at, '\0');
  bytes += sha256(bytes).view();
  return bytes;
}

std::optional<Published> decode(std::string_view bytes) {
  if (bytes.size() != slot_bytes || !bytes.starts_with(magic)) return std::nullopt;
  if (sha256(bytes.substr(0, sum_at)).view() != bytes.substr(sum_at)) return std::nullopt;
  const std::size_t note_bytes = get_u16(bytes.substr(16));
  if (note_bytes > slot_note_max) return std::nullopt;
  Published published;
  published.sequence = get_u64(bytes.substr(8));
  published.note = bytes.substr(18, note_bytes);
  auto checkpoint = checkpoint_of(published.note);
  if (!checkpoint) return std::nullopt;
  published.size = checkpoint->size;
  published.root = checkpoint->root;
  return published;
}

Result<std::optional<Published>> newest(const std::string& bytes, const std::string& path) {
  const auto damaged = [&] {
    return fail(Errc::corrupt, "slots_damaged", path + ": neither slot holds a valid published checkpoint");
  };
  if (bytes.size() != 2 * slot_bytes) return damaged();
  if (bytes == std::string(2 * slot_bytes, '\0')) return std::optional<Published>();
  const auto a = decode(std::string_view(bytes).substr(0, slot_bytes));
  const auto b = decode(std::string_view(bytes).substr(slot_bytes));
  if (!a && !b) return damaged();
  if (!a || !b) return a ? a : b;
  return a->sequence > b->sequence ? a : b;
}

}  // namespace

Result<Slots> Slots::create(FileSystem& files, const std::string& path) {
  if (files.exists(path)) return fail(Errc::conflict, "slots_exist", path + " is there already");
  QUOTARY_TRY_VOID(write_file_durably(files, path, std::string(2 * slot_bytes, '\0')));
  return open(files, path);
}

Result<Slots> Slots::open(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  QUOTARY_TRY(bytes, file->read_at(0, 2 * slot_bytes + 1));
  QUOTARY_TRY(last, newest(bytes, path));
  return Slots(std::move(file), last);
}

Result<std::optional<Published>> Slots::read(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(bytes, read_file(files, path, 2 * slot_bytes));
  return newest(bytes, path);
}

Result<void> Slots::publish(std::string_view note) {
  if (note.size() > slot_note_max) return fail(Errc::invalid, "bad_checkpoint", "the origin is too long: a signed checkpoint has at most 462 bytes");
  QUOTARY_TRY(checkpoint, checkpoint_of(note));
  const Published next{last_ ? last_->sequence + 1 : 1, checkpoint.size, checkpoint.root, std::string(note)};
  // The slot that is not the last valid one: a torn write leaves the other whole.
  QUOTARY_TRY_VOID(file_->write_at((next.sequence % 2) * slot_bytes, encode(next)));
  QUOTARY_TRY_VOID(file_->sync());
  last_ = next;
  return {};
}

}  // namespace quotary
