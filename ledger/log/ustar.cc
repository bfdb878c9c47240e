#include "ledger/log/ustar.h"

#include "ledger/base/result.h"

namespace quotary {

namespace {

// Places in a header (POSIX.1-2017, pax, "ustar Interchange Format").
struct Field {
  std::size_t at, bytes;
};
constexpr Field field_mode{100, 8}, field_user{108, 8}, field_group{116, 8}, field_size{124, 12}, field_time{136, 12},
    field_sum{148, 8}, field_type{156, 1}, field_magic{257, 8};

void put(std::string& block, const Field& field, std::string_view bytes) {
  block.replace(field.at, bytes.size(), bytes);
}

// Octal digits that fill the field but for the NUL at its end.
void put_octal(std::string& block, const Field& field, std::uint64_t value) {
  for (std::size_t i = field.bytes - 1; i-- > 0; value >>= 3)
    block[field.at + i] = static_cast<char>('0' + (value & 7));
}

std::uint64_t octal_of(std::string_view block, const Field& field) {
  std::uint64_t value = 0;
  for (const char c : block.substr(field.at, field.bytes - 1)) value = value << 3 | static_cast<unsigned>(c - '0') % 8;
  return value;
}

}  // namespace

std::string ustar_header(const UstarMember& member) {
  QUOTARY_CHECK(!member.name.empty() && member.name.size() < ustar_name_bytes_max && member.size <= ustar_number_max &&
                member.seconds <= ustar_number_max);
  std::string block(ustar_block_bytes, '\0');
  block.replace(0, member.name.size(), member.name);
  put_octal(block, field_mode, 0644);
  put_octal(block, field_user, 0);
  put_octal(block, field_group, 0);
  put_octal(block, field_size, member.size);
  put_octal(block, field_time, member.seconds);
  put(block, field_type, "0");
  put(block, field_magic, std::string_view("ustar\00000", 8));
  // The sum is taken with blanks in its own place.
  put(block, field_sum, "        ");
  std::uint64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(block, {field_sum.at, field_sum.bytes - 1}, sum);
  block[field_sum.at + 6] = '\0';
  return block;
}

std::optional<UstarMember> read_ustar_header(std::string_view block) {
  if (block.size() != ustar_block_bytes) return std::nullopt;
  UstarMember member{std::string(block.substr(0, block.find('\0'))), octal_of(block, field_size),
                     octal_of(block, field_time)};
  if (member.name.empty() || member.name.size() >= ustar_name_bytes_max || ustar_header(member) != block)
    return std::nullopt;
  return member;
}

std::size_t ustar_padding(std::uint64_t bytes) {
  return static_cast<std::size_t>((ustar_block_bytes - bytes % ustar_block_bytes) % ustar_block_bytes);
}

}  // namespace quotary
