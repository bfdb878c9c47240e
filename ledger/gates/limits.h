// Every bound on policies, notes and evidence facts from outside, in one place. Text is counted in code points after
// NFC.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quotary::gates::limits {

inline constexpr std::size_t policy_bytes_max = 64u << 10;
inline constexpr std::size_t policy_depth_max = 8;       // containers in each other
inline constexpr std::size_t policy_values_max = 8'192;  // members, items and scalars together
// A key of TOML nests one table for each of its dots, and toml++ walks tables by recursion: this bounds the stack.
inline constexpr std::size_t policy_toml_dots_max = 1'024;

inline constexpr std::size_t requirements_max = 32;
inline constexpr std::size_t notes_max = 32;
inline constexpr std::size_t action_types_max = 16;
inline constexpr std::size_t waiving_roles_max = 16;
inline constexpr std::size_t code_characters_max = 40;  // names, ids, roles, action types, flags
inline constexpr std::size_t title_characters_max = 200;

inline constexpr std::uint64_t min_count_max = 100;
inline constexpr std::uint64_t min_characters_max = 2'000;
inline constexpr std::uint64_t max_age_hours_max = 87'600;  // ten years

inline constexpr std::size_t note_text_characters_max = 8'000;
inline constexpr std::size_t note_field_characters_max = 500;  // a person, a step, a deliverable
inline constexpr std::size_t note_roles_max = 50;

inline constexpr std::size_t version_flags_max = 32;
inline constexpr std::size_t item_id_characters_max = 100;
inline constexpr std::uint64_t version_number_max = 1'000'000;

}  // namespace quotary::gates::limits
