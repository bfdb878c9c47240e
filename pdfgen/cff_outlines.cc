#include "pdfgen/cff_outlines.h"

#include "ledger/base/bytes.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace quotary::pdfgen {
namespace {

using Stretch = CffOutlines::Stretch;

// The tables that the top dictionary says the place of.
enum Table : std::size_t { charset, glyph_list, part_list, part_choice, table_count };

// Operators of dictionaries; those of two bytes with the first one above.
constexpr unsigned escape = 12;
constexpr unsigned operator_of_table[table_count] = {15, 17, escape << 8 | 36, escape << 8 | 37};
constexpr unsigned operator_private = 18, operator_subroutines = 19, operator_part_name = escape << 8 | 38;
// First bytes of operands.
constexpr unsigned number_of_2_bytes = 28, number_of_4_bytes = 29, real_number = 30, longer_integer = 247;

constexpr std::uint16_t standard_strings = 391;  // lower numbers are of strings that no font carries
constexpr std::size_t parts_max = 255, part_dictionary_size = 3 + 2 + 3 + 5 + 1;

Error unexpected(const std::string& what) {
  return fail(Errc::internal, "font_subset_failed", "the font's outlines are not as expected: " + what);
}

// Reads within the program's bounds; a place outside them reads as 0 and is remembered.
class Reader {
 public:
  explicit Reader(std::string_view program) : program_(program) {}

  [[nodiscard]] bool failed() const { return failed_; }

  std::size_t number(std::size_t place, std::size_t width) {
    if (place > program_.size() || width > program_.size() - place) {
      failed_ = true;
      return 0;
    }
    std::size_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(program_[place + i]);
    return value;
  }

  // The items of the INDEX at `place`, which moves behind it.
  std::vector<Stretch> index(std::size_t& place) {
    std::vector<Stretch> items;
    const std::size_t count = number(place, 2), width = count == 0 ? 0 : number(place + 2, 1), ends = place + 3;
    if (count == 0) {
      place += 2;
      return items;
    }
    const std::size_t before = ends + (count + 1) * width - 1;  // places are counted from 1
    std::size_t begin = before + number(ends, width);
    for (std::size_t i = 1; i <= count && !failed_; ++i) {
      const std::size_t end = before + number(ends + i * width, width);
      if (end < begin || end > program_.size()) failed_ = true;
      items.push_back({begin, end});
      begin = end;
    }
    place = begin;
    return items;
  }

  // Calls `entry` with each operator of a dictionary and the place of its last operand.
  template <class Entry>
  void dictionary(Stretch stretch, Entry entry) {
    std::size_t operand = stretch.begin;
    for (std::size_t at = stretch.begin; at < stretch.end && !failed_;) {
      const std::size_t lead = number(at, 1);
      if (lead >= number_of_2_bytes) {
        operand = at;
        at += operand_size(at, lead);
        continue;
      }
      const std::size_t size = lead == escape ? 2 : 1;
      entry(lead == escape ? escape << 8 | number(at + 1, 1) : lead, operand);
      at += size;
    }
  }

  // A number in the forms that hb-subset gives to what it numbers anew.
  std::size_t operand(std::size_t at) {
    const std::size_t lead = number(at, 1);
    if (lead != number_of_4_bytes && lead != number_of_2_bytes) failed_ = true;
    return number(at + 1, lead == number_of_4_bytes ? 4 : 2);
  }

 private:
  std::size_t operand_size(std::size_t at, std::size_t lead) {
    if (lead == number_of_2_bytes) return 3;
    if (lead == number_of_4_bytes) return 5;
    if (lead != real_number) return lead < longer_integer ? 1 : 2;
    std::size_t size = 2;  // decimal digits of half a byte each, up to one of 0xf
    while (!failed_ && (number(at + size - 1, 1) & 0x0f) != 0x0f) ++size;
    return size;
  }

  std::string_view program_;
  bool failed_ = false;
};

// The glyphs' CIDs, as many as `count`.
std::vector<std::uint16_t> read_charset(Reader& in, std::size_t place, std::size_t count) {
  std::vector<std::uint16_t> cids{0};
  const std::size_t width = in.number(place, 1);  // the form, and the bytes that count what follows a run's first
  if (width > 2) return {};
  for (std::size_t at = place + 1; cids.size() < count && !in.failed(); at += 2 + width) {
    const std::size_t first = in.number(at, 2), following = in.number(at + 2, width);
    for (std::size_t i = 0; i <= following && cids.size() < count; ++i)
      cids.push_back(static_cast<std::uint16_t>(first + i));
  }
  return cids;
}

// Each glyph's part.
std::vector<std::uint8_t> read_part_choice(Reader& in, std::size_t place, std::size_t count) {
  std::vector<std::uint8_t> parts;
  const std::size_t form = in.number(place, 1);
  if (form == 0) {
    for (std::size_t glyph = 0; glyph < count; ++glyph)
      parts.push_back(static_cast<std::uint8_t>(in.number(place + 1 + glyph, 1)));
  } else if (form == 3) {
    const std::size_t runs = in.number(place + 1, 2);
    for (std::size_t at = place + 3; at < place + 3 + 3 * runs && !in.failed(); at += 3) {
      const std::size_t end = in.number(at + 3, 2);
      if (in.number(at, 2) != parts.size() || end > count || end < parts.size()) return {};
      parts.resize(end, static_cast<std::uint8_t>(in.number(at + 2, 1)));
    }
  }
  return parts;
}

// The private dictionary that a part's dictionary names; nothing when there is more to it than that and its name.
std::optional<Stretch> read_part(Reader& in, Stretch dictionary, std::size_t name) {
  Stretch out;
  bool plain = true, named = false;
  in.dictionary(dictionary, [&](std::size_t key, std::size_t operand) {
    if (key == operator_part_name) {
      named = in.operand(operand) == standard_strings + name;
    } else if (key == operator_private && operand >= dictionary.begin + 3) {
      out.begin = in.operand(operand);
      out.end = out.begin + in.operand(operand - 3);
    } else {
      plain = false;
    }
  });
  in.dictionary(out, [&](std::size_t key, std::size_t) { plain = plain && key != operator_subroutines; });
  if (!plain || !named || out.size() == 0) return std::nullopt;
  return out;
}

void put_number(std::string& out, std::size_t value) {
  out += static_cast<char>(number_of_2_bytes);
  put_u16(out, static_cast<std::uint16_t>(value));
}

void put_offset(std::string& out, std::size_t value) {
  out += static_cast<char>(number_of_4_bytes);
  put_u32(out, static_cast<std::uint32_t>(value));
}

// An INDEX to be written: how many items there are, where each ends, the items.
class IndexWriter {
 public:
  IndexWriter(std::size_t count, std::size_t items_size) : count_(count), items_size_(items_size) {
    for (std::size_t end = items_size + 1; end > 0xff; end >>= 8) ++width_;
  }

  [[nodiscard]] std::size_t size() const { return 3 + (count_ + 1) * width_ + items_size_; }

  // `item(i)` answers the bytes of an item.
  template <class Item>
  void write(std::string& out, Item item) const {
    put_u16(out, static_cast<std::uint16_t>(count_));
    out += static_cast<char>(width_);
    std::size_t end = 1;
    put(out, end);
    for (std::size_t i = 0; i < count_; ++i) put(out, end += item(i).size());
    for (std::size_t i = 0; i < count_; ++i) out += item(i);
  }

 private:
  void put(std::string& out, std::size_t place) const {
    for (std::size_t byte = width_; byte-- > 0;) out += static_cast<char>(place >> 8 * byte & 0xff);
  }

  std::size_t count_, items_size_, width_ = 1;
};

// One by one, or as runs where that is no longer.
std::string write_charset(std::span<const std::uint16_t> cids) {
  std::vector<std::pair<std::size_t, std::size_t>> runs;  // the first CID and how many
  for (const std::uint16_t cid : cids) {
    if (!runs.empty() && cid == runs.back().first + runs.back().second)
      ++runs.back().second;
    else
      runs.emplace_back(cid, 1);
  }
  const bool long_runs = std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run.second > 0x100; });
  const std::size_t run_size = long_runs ? 4 : 3;
  const bool singly = 2 * cids.size() < run_size * runs.size();
  std::string out(1, singly ? '\0' : long_runs ? '\2' : '\1');
  if (singly) {
    for (const std::uint16_t cid : cids) put_u16(out, cid);
    return out;
  }
  for (const auto& [first, count] : runs) {
    put_u16(out, static_cast<std::uint16_t>(first));
    if (long_runs) out += static_cast<char>((count - 1) >> 8);
    out += static_cast<char>((count - 1) & 0xff);
  }
  return out;
}

// As runs of glyphs.
std::string write_part_choice(const std::vector<std::uint8_t>& parts) {
  std::string runs;
  std::uint16_t count = 0;
  for (std::size_t glyph = 0; glyph < parts.size(); ++glyph) {
    if (glyph > 0 && parts[glyph] == parts[glyph - 1]) continue;
    put_u16(runs, static_cast<std::uint16_t>(glyph));
    runs += static_cast<char>(parts[glyph]);
    ++count;
  }
  std::string out(1, '\3');
  put_u16(out, count);
  out += runs;
  put_u16(out, static_cast<std::uint16_t>(parts.size()));
  return out;
}

}  // namespace

Result<CffOutlines> CffOutlines::read(std::string program) {
  CffOutlines out;
  out.program_ = std::move(program);
  Reader in(out.program_);
  std::size_t place = in.number(2, 1);
  const std::size_t names = in.index(place).size();
  out.head_ = {0, place};
  const std::vector<Stretch> top = in.index(place);
  if (names != 1 || top.size() != 1) return unexpected("not one font");
  out.top_ = top[0];
  out.strings_ = in.index(place);
  if (!in.index(place).empty()) return unexpected("subroutines");

  std::array<std::size_t, table_count> tables{};
  in.dictionary(out.top_, [&](std::size_t key, std::size_t operand) {
    const auto* const known = std::find(std::begin(operator_of_table), std::end(operator_of_table), key);
    if (known == std::end(operator_of_table) || in.number(operand, 1) != number_of_4_bytes) return;
    const auto table = static_cast<std::size_t>(known - operator_of_table);
    tables[table] = in.operand(operand);
    out.places_[table] = operand - out.top_.begin;
  });
  if (std::count(tables.begin(), tables.end(), 0u) > 0) return unexpected("not keyed by CID");

  out.glyphs_ = in.index(tables[glyph_list]);
  const std::size_t count = out.glyphs_.size();
  const std::vector<std::uint16_t> cids = read_charset(in, tables[charset], count);
  if (in.failed() || count == 0 || cids.size() != count || !std::is_sorted(cids.begin(), cids.end()))
    return unexpected("its glyphs");
  out.glyph_of_.assign(cids.back() + std::size_t{1}, 0);
  for (std::size_t glyph = 1; glyph < count; ++glyph) out.glyph_of_[cids[glyph]] = static_cast<std::uint16_t>(glyph);

  const std::vector<Stretch> parts = in.index(tables[part_list]);
  if (parts.size() > parts_max || parts.size() > out.strings_.size()) return unexpected("its parts");
  for (const Stretch dictionary : parts) {
    const auto part = read_part(in, dictionary, out.strings_.size() - parts.size() + out.parts_.size());
    if (!part || in.failed()) return unexpected("its parts");
    out.parts_.push_back(*part);
  }
  out.part_of_ = read_part_choice(in, tables[part_choice], count);
  const bool known =
      std::all_of(out.part_of_.begin(), out.part_of_.end(), [&](std::uint8_t part) { return part < parts.size(); });
  if (in.failed() || out.part_of_.size() != count || !known) return unexpected("its parts");
  return out;
}

std::string CffOutlines::subset(std::span<const std::uint16_t> cids) const {
  std::vector<std::uint16_t> glyphs{0};
  std::vector<std::uint8_t> part_of{part_of_[0]};
  std::size_t outlines_size = glyphs_[0].size();
  std::array<bool, parts_max> used{};
  used[part_of_[0]] = true;
  for (const std::uint16_t cid : cids) {
    QUOTARY_CHECK(has(cid) && glyph_of_[cid] > glyphs.back());
    const std::uint16_t glyph = glyph_of_[cid];
    glyphs.push_back(glyph);
    part_of.push_back(part_of_[glyph]);
    used[part_of_[glyph]] = true;
    outlines_size += glyphs_[glyph].size();
  }

  // The parts in use are numbered anew, and so are their names.
  std::vector<std::size_t> parts;
  std::array<std::uint8_t, parts_max> new_number{};
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    if (!used[part]) continue;
    new_number[part] = static_cast<std::uint8_t>(parts.size());
    parts.push_back(part);
  }
  for (std::uint8_t& part : part_of) part = new_number[part];
  const std::size_t unnamed = strings_.size() - parts_.size();
  std::vector<Stretch> strings(strings_.begin(), strings_.begin() + static_cast<std::ptrdiff_t>(unnamed));
  for (const std::size_t part : parts) strings.push_back(strings_[unnamed + part]);
  std::size_t strings_size = 0;
  for (const Stretch string : strings) strings_size += string.size();

  const IndexWriter top_index(1, top_.size()), string_index(strings.size(), strings_size),
      glyph_index(glyphs.size(), outlines_size);
  const IndexWriter part_index(parts.size(), parts.size() * part_dictionary_size);
  const std::string charset_bytes = write_charset(cids), choice_bytes = write_part_choice(part_of);
  constexpr std::string_view no_subroutines("\0\0", 2);
  std::array<std::size_t, table_count> tables{};
  tables[charset] = head_.end + top_index.size() + string_index.size() + no_subroutines.size();
  tables[part_choice] = tables[charset] + charset_bytes.size();
  tables[part_list] = tables[part_choice] + choice_bytes.size();
  tables[glyph_list] = tables[part_list] + part_index.size();
  const std::size_t private_begin = tables[glyph_list] + glyph_index.size();
  // Equal private dictionaries are written once, where the last of them stands.
  std::vector<std::string_view> privates;
  for (const std::size_t part : parts) {
    std::erase(privates, at(parts_[part]));
    privates.push_back(at(parts_[part]));
  }

  std::string top(at(top_));
  for (std::size_t table = 0; table < table_count; ++table) {
    std::string place;
    put_offset(place, tables[table]);
    top.replace(places_[table], place.size(), place);
  }
  std::string dictionaries;
  std::size_t end = private_begin;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::size_t private_place = private_begin;
    for (const std::string_view other : privates) {
      if (other == at(parts_[parts[i]])) break;
      private_place += other.size();
    }
    end = std::max(end, private_place + parts_[parts[i]].size());
    put_number(dictionaries, standard_strings + unnamed + i);
    dictionaries += {static_cast<char>(operator_part_name >> 8), static_cast<char>(operator_part_name & 0xff)};
    put_number(dictionaries, parts_[parts[i]].size());
    put_offset(dictionaries, private_place);
    dictionaries += static_cast<char>(operator_private);
  }

  std::string out;
  out.reserve(end);
  out += at(head_);
  top_index.write(out, [&](std::size_t) { return std::string_view(top); });
  string_index.write(out, [&](std::size_t i) { return at(strings[i]); });
  out += no_subroutines;
  out += charset_bytes;
  out += choice_bytes;
  part_index.write(out, [&](std::size_t i) {
    return std::string_view(dictionaries).substr(i * part_dictionary_size, part_dictionary_size);
  });
  glyph_index.write(out, [&](std::size_t i) { return at(glyphs_[glyphs[i]]); });
  for (const std::string_view bytes : privates) out += bytes;
  return out;
}

}  // namespace quotary::pdfgen
