// Whom a board is about: a person, a team, a region or the whole organisation, as far as the caller reaches.
#pragma once

#include "api/use_cases/parts.h"

#include <vector>

namespace quotary::api {

// Limits of the boards, in one place.
inline constexpr std::size_t board_people_max = 5'000;  // whose figures one answer is computed from
inline constexpr std::uint64_t board_people_page = 200, board_people_page_max = 1'000;
inline constexpr std::uint64_t board_rows_default = 10, board_rows_max = 100;  // of each short list
inline constexpr std::size_t board_policies_max = 200;
inline constexpr std::size_t comparison_cases_max = 200'000;
inline constexpr int board_year_min = 2000;

// What was asked for; empty: not asked.
struct BoardUnitFilter {
  std::string person, team, region;
};

struct BoardUnit {
  enum class Kind { person, team, region, organisation };
  Kind kind = Kind::organisation;
  records::PersonRecord person;  // of Kind::person
  std::string team, region;      // codes; also a person's

  [[nodiscard]] std::string key() const;  // in the state: ledger/records/boards.h
};

// Nothing asked: the caller's reach. A team without a region is of the caller's own. Errc::invalid `bad_unit` for a
// person together with a team or region; not_found `person_not_found`, `team_not_found`, `region_not_found` for what is
// not there or out of scope. A rep's own team is out of a rep's scope: they see its average alone.
[[nodiscard]] Result<BoardUnit> board_unit(const StateReader& state, const Principal& caller,
                                           const BoardUnitFilter& filter);

// The people of a team, region or organisation who may have cases and leads, by id; of a person, that one. Errc::
// too_large `board_too_large` for more than board_people_max.
[[nodiscard]] Result<std::vector<records::PersonRecord>> people_of(const StateReader& state, const BoardUnit& unit);

// {"kind", "person", "team", "region"}, as far as they apply.
[[nodiscard]] json::object unit_row(const Organisation::Parts& parts, const BoardUnit& unit);

// What an answer was computed at. The same tree gives the same figures; `time` decides alone which months are closed,
// which day is today and how long something has been waiting.
struct AsOf {
  std::uint64_t tree_size = 0;
  Hash root;
  Timestamp time;
};
[[nodiscard]] json::object to_json(const AsOf& as_of);

// One read of the state for a whole board.
template <class Read>
[[nodiscard]] Result<AsOf> read_board(const Organisation::Parts& parts, Read read) {
  QUOTARY_TRY_VOID(parts.require_whole_state());
  AsOf out;
  out.time = parts.now();
  QUOTARY_TRY_VOID(parts.ledger->read_state([&](const StateReader& state, std::uint64_t tree_size, const Hash& root) {
    out.tree_size = tree_size;
    out.root = root;
    return read(state, out.time);
  }));
  return out;
}

}  // namespace quotary::api
