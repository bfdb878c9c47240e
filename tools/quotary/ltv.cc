// `quotary ltv`: how documents stand on the ladder to proof in many years.
#include "ledger/records/fields.h"
#include "tools/quotary/command.h"
#include "tools/quotary/operator.h"

#include <cstdio>

namespace quotary::cli {
namespace {

using records::number_of;
using records::object_of;
using records::text_of;

void print_state(const json::object& state) {
  if (!state.at("configured").as_bool())
    std::puts(
        "未配置长期证明 nothing is done for later: give `quotary serve` a --seal-level B-LTA, --tsa-url and --tsa-roots");
  else
    std::printf("目标 target %s: 待处理 waiting %llu\n", text_of(state, "target").c_str(),
                static_cast<unsigned long long>(number_of(state, "waiting")));
  for (const auto& [level, count] : object_of(state, "documents"))
    std::printf("  %-6s %llu 份 document(s)\n", std::string(level).c_str(), count.to_number<unsigned long long>());
  if (const auto failing = object_of(state, "failing"); !failing.empty())
    std::printf("  自 since %s 失败 failing: %s (%s)\n", text_of(failing, "since").c_str(),
                text_of(failing, "detail").c_str(), text_of(failing, "code").c_str());
  const auto ending = object_of(state, "unverifiable");
  if (ending.empty()) return;
  std::printf("到 %s 将无法证明 cannot be proved any more by then: %llu 份 document(s)\n",
              text_of(ending, "by").c_str(), static_cast<unsigned long long>(number_of(ending, "total")));
  for (const auto& each : ending.at("items").as_array()) {
    const auto& row = each.as_object();
    const auto ends = text_of(row, "ends"), with = text_of(row, "ends_with");
    std::printf("  %s  %s  %s\n", text_of(row, "number").c_str(), text_of(row, "level").c_str(),
                ends.empty() ? "何时到期不详 when it ends is not known" : ends.c_str());
    if (!with.empty()) std::printf("      随之终止 ends with: %s\n", with.c_str());
  }
}

int status(Places places, const std::string& by, bool as_json) {
  if (auto complete = places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto answered = operator_call(places, "long_term.show", json::object{{"by", by}});
  if (!answered) return report(answered.error());
  if (as_json)
    std::printf("%s\n", json::serialize(*answered).c_str());
  else
    print_state(*answered);
  return answered->contains("failing") ? exit_bad : exit_ok;
}

int renew(Places places, const std::string& before) {
  if (auto complete = places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto answered = operator_call(places, "long_term.renew", json::object{{"before", before}});
  if (!answered) return report(answered.error());
  std::printf(
      "正在更新 %s 之前到期的证明 proofs that end before %s are being renewed where new ones last longer; see: quotary "
      "ltv status --by %s\n",
      before.c_str(), before.c_str(), before.c_str());
  return exit_ok;
}

void add_renew(CLI::App& ltv, int& exit_code) {
  auto* command = ltv.add_subcommand(
      "renew", "have a running server renew proofs now that it would renew half a year before they end");
  auto places = std::make_shared<Places>();
  auto before = std::make_shared<std::string>();
  add_places(*command, *places);
  command->add_option("--before", *before, "those that end before this day, such as 2031-01-01")->required();
  command->callback([places, before, &exit_code] { exit_code = renew(*places, *before); });
}

}  // namespace

void add_ltv(CLI::App& app, int& exit_code) {
  auto* ltv = app.add_subcommand("ltv", "how documents stand that are to be proved in many years");
  ltv->require_subcommand(1);
  auto* command =
      ltv->add_subcommand("status", "levels, what waits, and with --by what cannot be proved any more then");
  auto places = std::make_shared<Places>();
  auto by = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  add_places(*command, *places);
  command->add_option("--by", *by, "a day, such as 2031-01-01");
  command->add_flag("--json", *as_json, "for machines");
  command->callback([places, by, as_json, &exit_code] { exit_code = status(*places, *by, *as_json); });
  add_renew(*ltv, exit_code);
}

}  // namespace quotary::cli
