// Members that policies, notes and evidence facts have in common. Inside ledger/gates.
#pragma once

#include "ledger/gates/codes.h"
#include "ledger/quote/reader.h"

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace quotary::gates {

// An ObjectReader that knows codes, counts and flags too. Faulty members answer the empty value, after the fault.
class MemberReader : public ObjectReader {
 public:
  MemberReader(const json::value& value, std::string pointer, Faults& faults)
      : ObjectReader(value, std::move(pointer), faults), problems_(faults) {}

  // 1 to limits::code_characters_max of a-z, 0-9 and the extra signs.
  std::string code(std::string_view name, std::string_view extra, Need need);
  std::uint64_t integer(std::string_view name, std::uint64_t least, std::uint64_t most, std::uint64_t otherwise,
                        Need need = Need::optional);
  bool flag(std::string_view name, bool otherwise);
  // A list of different codes.
  std::set<std::string> code_set(std::string_view name, std::string_view extra, std::size_t most,
                                 Need need = Need::optional);

  // One of codes<Value>; nothing when absent or faulty.
  template <class Value>
  std::optional<Value> one_of(std::string_view name, Need need = Need::optional) {
    return find_code<Value>(known_code(name, codes<Value>, need));
  }
  // A list of different ones of codes<Value>.
  template <class Value>
  std::set<Value> set_of(std::string_view name) {
    std::set<Value> out;
    for (const std::string& code : known_code_set(name, codes<Value>)) out.insert(*find_code<Value>(code));
    return out;
  }
  std::set<std::string> known_code_set(std::string_view name, std::span<const std::string_view> known);

 private:
  std::string known_code(std::string_view name, std::span<const std::string_view> known, Need need);
  // Adds to `out` the strings that `fault_of` finds nothing in; each once.
  template <class FaultOf>
  void collect(const json::array& items, const std::string& pointer, FaultOf fault_of, std::set<std::string>& out);

  Faults& problems_;
};

}  // namespace quotary::gates
