// quotary rebuild-index: the stored state made anew from the entries.
#include "tools/quotary/command.h"
#include "tools/quotary/findings.h"

#include "ledger/base/json.h"
#include "ledger/log/rebuild.h"
#include "signing/keys.h"

#include <cstdio>

namespace quotary::cli {
namespace {

struct RebuildCommand {
  Places places;
  bool only_compare = false;
  bool as_json = false;
};

void print(const RebuildCommand& command, const RebuildReport& report) {
  if (command.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"tree_size", report.tree_size},
                                                     {"keys", report.keys},
                                                     {"missing", report.missing},
                                                     {"surplus", report.surplus},
                                                     {"different", report.different},
                                                     {"unreadable", report.unreadable},
                                                     {"rebuilt", !command.only_compare && !report.holds()},
                                                     {"digest", report.digest.hex()}})
                            .c_str());
    return;
  }
  std::printf("记录数 entries   %llu\n索引项 keys      %llu\n摘要 digest      %s\n", number(report.tree_size),
              number(report.keys), report.digest.hex().c_str());
  if (report.holds()) {
    std::puts("结论 result      索引与账本一致 / the index is what the entries lead to");
    return;
  }
  std::printf("不一致 wrong     缺少 missing %llu, 多余 surplus %llu, 不同 different %llu\n", number(report.missing),
              number(report.surplus), number(report.different));
  if (report.unreadable)
    std::puts("不可读 unreadable 存储的索引读不完 / the stored index could not be read to its end");
  std::puts(command.only_compare ? "结论 result      索引有误，未改动 / the index is wrong; nothing was changed"
                                 : "结论 result      索引已重建 / the index was rebuilt");
}

int rebuild(RebuildCommand command) {
  if (auto complete = command.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto files = posix_file_system();
  auto keys = signing::KeyFolder::open(files, command.places.keys);
  if (!keys) return report(keys.error()), exit_unchecked;
  const auto done = rebuild_state(ledger_options(command.places), reading_ports(files, keys->get()),
                                  (*keys)->log_verifier(), command.only_compare);
  if (!done) {
    report(done.error());
    return done.error().kind == Errc::corrupt ? exit_bad : exit_unchecked;
  }
  print(command, *done);
  return command.only_compare && !done->holds() ? exit_bad : exit_ok;
}

}  // namespace

void add_rebuild_index(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RebuildCommand>();
  auto* command = app.add_subcommand(
      "rebuild-index",
      "make the stored state anew from the entries; stop the server first. 0 done or nothing to do, 1 the entries do not hold");
  add_places(*command, options->places);
  command->add_option("--publish-to", options->places.publish_to,
                      "further file with the last signed checkpoint to hold the store against");
  command->add_flag("--check", options->only_compare, "compare only; 1 when the index is wrong");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = rebuild(*options); });
}

}  // namespace quotary::cli
