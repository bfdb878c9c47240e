#include "ledger/log/slots.h"

#include "ledger/log/checkpoint.h"

namespace quotary {

namespace {

constexpr std::string_view magic = "QTRYSLT2";
constexpr std::string_view magic_family = "QTRYSLT";
constexpr std::size_t length_at = 16, content_at = 20, sum_bytes = 32;
constexpr std::size_t content_max = slot_bytes - content_at - sum_bytes;
// A writer that publishes twice while a reader is under way shows it a torn half of both, once and hardly twice.
constexpr int looks_max = 3;

// Read without a key: the text before the blank line.
Result<Checkpoint> checkpoint_of(std::string_view note) {
  const std::size_t blank = note.rfind("\n\n");
  if (blank == note.npos) return fail(Errc::invalid, "bad_checkpoint", "not a signed note");
  return parse_checkpoint_text(note.substr(0, blank + 1));
}

std::string encode(const Published& published) {
  std::string content;
  put_u16(content, static_cast<std::uint16_t>(published.note.size()));
  content += published.note;
  for (const Counter& counter : published.counters) {
    if (content.size() + 1 + counter.name.size() + 8 > content_max) break;
    content += static_cast<char>(counter.name.size());
    content += counter.name;
    put_u64(content, counter.last);
  }
  std::string bytes(magic);
  put_u64(bytes, published.sequence);
  put_u32(bytes, static_cast<std::uint32_t>(content.size()));
  bytes += content;
  bytes += sha256(bytes).view();
  return bytes;
}

bool decode_counters(std::string_view rest, std::vector<Counter>& counters) {
  while (!rest.empty()) {
    const std::size_t name = static_cast<unsigned char>(rest[0]);
    if (name == 0 || name > counter_name_max || rest.size() < 1 + name + 8) return false;
    counters.push_back({std::string(rest.substr(1, name)), get_u64(rest.substr(1 + name))});
    rest.remove_prefix(1 + name + 8);
  }
  return true;
}

std::optional<Published> decode(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return std::nullopt;
  const std::size_t length = get_u32(bytes.substr(length_at));
  if (length < 2 || length > content_max) return std::nullopt;
  const std::size_t sum_at = content_at + length;
  if (sha256(bytes.substr(0, sum_at)).view() != bytes.substr(sum_at, sum_bytes)) return std::nullopt;
  const std::string_view content = bytes.substr(content_at, length);
  const std::size_t note_bytes = get_u16(content);
  if (note_bytes > slot_note_max || note_bytes + 2 > content.size()) return std::nullopt;
  Published published;
  published.sequence = get_u64(bytes.substr(8));
  published.note = content.substr(2, note_bytes);
  auto checkpoint = checkpoint_of(published.note);
  if (!checkpoint || !decode_counters(content.substr(2 + note_bytes), published.counters)) return std::nullopt;
  published.size = checkpoint->size;
  published.root = checkpoint->root;
  return published;
}

Result<std::optional<Published>> newest(const std::string& bytes, const std::string& path) {
  const std::string_view all = bytes;
  if (all.starts_with(magic_family) && !all.starts_with(magic)) {
    return fail(Errc::corrupt, "slots_version",
                path + ": written in another version's form (" + std::string(all.substr(0, magic.size())) +
                    "), which this program does not read");
  }
  const auto damaged = [&] {
    return fail(Errc::corrupt, "slots_damaged", path + ": neither slot holds a valid published checkpoint");
  };
  if (all.size() != 2 * slot_bytes) return damaged();
  auto a = decode(all.substr(0, slot_bytes));
  auto b = decode(all.substr(slot_bytes));
  if (!a && !b) {
    // Beside a blank one stands what is left of a first publication that was cut off, before anything was acknowledged.
    const auto blank = [](std::string_view slot) { return slot.find_first_not_of('\0') == slot.npos; };
    if (!blank(all.substr(0, slot_bytes)) && !blank(all.substr(slot_bytes))) return damaged();
    return std::optional<Published>();
  }
  if (!a || !b) return a ? a : b;
  return a->sequence > b->sequence ? a : b;
}

}  // namespace

std::string slots_path(const std::string& directory) { return directory + "/published.slots"; }

Result<Slots> Slots::create(FileSystem& files, const std::string& path) {
  if (files.exists(path)) return fail(Errc::conflict, "slots_exist", path + " is there already");
  QUOTARY_TRY_VOID(write_file_durably(files, path, std::string(2 * slot_bytes, '\0')));
  return open(files, path);
}

Result<Slots> Slots::open(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(file, files.open(path, OpenMode::read_write));
  QUOTARY_TRY(bytes, file->read_at(0, 2 * slot_bytes + 1));
  QUOTARY_TRY(last, newest(bytes, path));
  return Slots(std::move(file), std::move(last));
}

Result<std::optional<Published>> Slots::read(FileSystem& files, const std::string& path) {
  for (int look = 1;; ++look) {
    auto bytes = read_file(files, path, 2 * slot_bytes);
    if (!bytes && bytes.error().kind == Errc::too_large)
      return fail(Errc::corrupt, "slots_damaged", path + " is longer than two slots");
    if (!bytes) return std::move(bytes).error();
    auto found = newest(*bytes, path);
    if (found || look == looks_max) return found;
  }
}

Result<void> Slots::publish(std::string_view note, const std::vector<Counter>& counters) {
  if (note.size() > slot_note_max)
    return fail(Errc::invalid, "bad_checkpoint", "the origin is too long: a signed checkpoint has at most 1,024 bytes");
  QUOTARY_TRY(checkpoint, checkpoint_of(note));
  for (const Counter& counter : counters)
    QUOTARY_CHECK(!counter.name.empty() && counter.name.size() <= counter_name_max);
  Published next{last_ ? last_->sequence + 1 : 1, checkpoint.size, checkpoint.root, std::string(note), counters};
  // The slot that is not the last valid one: a torn write leaves the other whole.
  QUOTARY_TRY_VOID(file_->write_at((next.sequence % 2) * slot_bytes, encode(next)));
  QUOTARY_TRY_VOID(file_->sync());
  last_ = std::move(next);
  return {};
}

}  // namespace quotary
