// 人民币大写: amounts in Chinese capitals.
#include "ledger/quote/money.h"
#include "ledger/quote/pricing.h"

#include <array>
#include <cstdint>

namespace quotary {

namespace {

constexpr std::array<const char*, 10> digit_signs = {"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"};
constexpr std::array<const char*, 4> place_signs = {"", "拾", "佰", "仟"};

// 1..9999, without leading zeros; inner zeros give one 零.
std::string group_words(unsigned group) {
  std::string out;
  bool zero_pending = false;
  for (int place = 3, unit = 1000; place >= 0; --place, unit /= 10) {
    const auto digit = group / static_cast<unsigned>(unit) % 10;
    if (digit == 0) {
      zero_pending = !out.empty();
      continue;
    }
    if (zero_pending) out += digit_signs[0];
    zero_pending = false;
    out += digit_signs[digit];
    out += place_signs[static_cast<std::size_t>(place)];
  }
  return out;
}

// Joins groups of four digits. Where a lower group has a 仟, the zeros that end the group above it need no 零 (the
// regulation's first form: 壹拾万柒仟元); a whole group of zeros, or a missing 仟, gives one.
std::string integer_words(std::uint64_t yuan) {
  std::string out;
  bool skipped = false;  // a whole group of zeros since the last printed one
  std::uint64_t unit = 1'000'000'000'000;
  for (int position = 3; position >= 0; --position, unit /= 10'000) {
    const auto group = static_cast<unsigned>(yuan / unit % 10'000);
    if (group == 0) {
      skipped = !out.empty();
    } else {
      if (!out.empty() && (skipped || group < 1000)) out += digit_signs[0];
      out += group_words(group);
      skipped = false;
      if (position == 3 || position == 1) out += "万";
    }
    // 万亿 shares its 亿 with the group below.
    if (position == 2 && yuan >= 100'000'000) out += "亿";
  }
  return out;
}

}  // namespace

Result<std::string> amount_in_words(std::string_view amount) {
  const auto checked = check_decimal(amount, {.integer_digits = 16, .fraction_digits = 2});
  if (!checked) {
    return fail(Errc::invalid, "no_words",
                "words are given for amounts from 0 up to 10^16 with at most two decimals: " + checked.error().detail);
  }
  const auto fen_total = static_cast<std::uint64_t>(round_to_minor(to_rational(amount), 2, RoundingMode::down));
  const std::uint64_t yuan = fen_total / 100;
  const std::uint64_t jiao = fen_total / 10 % 10, fen = fen_total % 10;

  std::string out = "人民币";
  if (yuan > 0) out += integer_words(yuan) + "元";
  if (jiao == 0 && fen == 0) return out + (yuan > 0 ? "整" : "零元整");
  // 零 after 元: required before 分 without 角; before 角 the regulation's first form writes it when 元 is zero.
  if (yuan > 0 && (jiao == 0 || yuan % 10 == 0)) out += digit_signs[0];
  if (jiao > 0) out += std::string(digit_signs[jiao]) + "角";
  if (fen > 0) out += std::string(digit_signs[fen]) + "分";
  return out;
}

}  // namespace quotary
