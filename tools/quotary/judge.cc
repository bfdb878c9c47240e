// The process in which a server has strangers' documents judged. Nobody calls it by hand, so no help names it.
#include "api/judging/judge_process.h"
#include "tools/quotary/command.h"

#include <unistd.h>

namespace quotary::cli {

judging::JudgesConfig judging_by_processes() {
  judging::JudgesConfig out;
  out.program = {"/proc/self/exe", "judge"};
  return out;
}

void add_judge(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("judge", "judges documents for a server that started it")->group("");
  command->callback(
      [&exit_code] { exit_code = judging::run_judge_process(STDIN_FILENO) == 0 ? exit_ok : exit_unchecked; });
}

}  // namespace quotary::cli
