// What a command of quotary-verify found, and how it tells people and machines.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace quotary::offline {

inline constexpr int exit_holds = 0;
inline constexpr int exit_does_not_hold = 1;
inline constexpr int exit_unchecked = 2;

// Facts come out of either answer whatever the verdict is: `facts` for --json, `lines` for people.
struct Verdict {
  struct Line {
    std::string_view chinese, english;
    std::string value;
  };

  json::object facts;
  std::vector<Line> lines;
  int exit_code = exit_holds;
  std::string code, detail;      // why it does not hold or was not checked; empty when it holds
  std::string chinese, english;  // what holds, when it does

  [[nodiscard]] bool holds() const { return exit_code == exit_holds; }
  void tell(std::string_view chinese_label, std::string_view english_label, std::string value) {
    lines.push_back({chinese_label, english_label, std::move(value)});
  }
  // Ends with that error: it does not hold, or (unchecked) what it takes to tell is missing.
  void refuse(const Error& error) { exit_code = exit_does_not_hold, code = error.code, detail = error.detail; }
  void leave_unchecked(const Error& error) { exit_code = exit_unchecked, code = error.code, detail = error.detail; }
};

// Why, in a sentence that needs no knowledge of the formats; a general one for codes without their own.
struct Words {
  std::string_view code, chinese, english;
};
[[nodiscard]] const Words& words_of(const Verdict& verdict);

// Prints the verdict and answers its exit code.
int print(const Verdict& verdict, bool as_json);

}  // namespace quotary::offline
