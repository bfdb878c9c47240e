#include "ledger/log/slots.h"

namespace quotary {

namespace {

constexpr std::size_t slot_bytes = 512;
constexpr std::string_view magic = "QTRYSLT1";
constexpr std::size_t payload_bytes = 8 + 8 + 8 + 32;

std::string encode(const Published& published) {
  std::string bytes(magic);
  put_u64(bytes, published.sequence);
  put_u64(bytes, published.size);
  bytes += published.root.view();
  bytes += sha256(bytes).view();
  bytes.resize(slot_bytes, '\0');
  return bytes;
}

std::optional<Published> decode(std::string_view bytes) {
  if (bytes.size() != slot_bytes || !bytes.starts_with(magic)) return std::nullopt;
  if (sha256(bytes.substr(0, payload_bytes)).view() != bytes.substr(payload_bytes, 32)) return std::nullopt;
  Published published;
  published.sequence = get_u64(bytes.substr(8));
  published.size = get_u64(bytes.substr(16));
  published.root = *Hash::from_bytes(bytes.substr(24, 32));
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

Result<void> Slots::publish(std::uint64_t size, const Hash& root) {
  const Published next{last_ ? last_->sequence + 1 : 1, size, root};
  // The slot that is not the last valid one: a torn write leaves the other whole.
  QUOTARY_TRY_VOID(file_->write_at((next.sequence % 2) * slot_bytes, encode(next)));
  QUOTARY_TRY_VOID(file_->sync());
  last_ = next;
  return {};
}

}  // namespace quotary
