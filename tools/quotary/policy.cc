// quotary policy: what cases must hold, checked, published and shown.
#include "tools/quotary/operator.h"

#include "ledger/base/file_system.h"
#include "ledger/gates/limits.h"
#include "ledger/records/fields.h"

#include <cstdio>

namespace quotary::cli {
namespace {

struct PolicyOptions {
  Places places;
  std::string file, form, name;
  std::uint64_t version = 0;
  bool as_json = false;
};

void print_json(const json::value& value) { std::printf("%s\n", json::serialize(value).c_str()); }

// By its ending when the form is not given.
Result<json::object> text_of_file(const PolicyOptions& options) {
  const auto files = posix_file_system();
  QUOTARY_TRY(text, read_file(*files, options.file, gates::limits::policy_bytes_max));
  std::string form = options.form;
  if (form.empty()) form = options.file.ends_with(".json") ? "json" : "toml";
  return json::object{{"text", text}, {"form", form}};
}

Result<json::object> send_file(PolicyOptions& options, std::string_view action) {
  QUOTARY_TRY(body, text_of_file(options));
  return operator_call(options.places, action, body);
}

std::string counts(const json::object& trial, const char* when) {
  const auto tally = records::object_of(trial, when);
  return std::to_string(records::number_of(tally, "complete")) + " / " +
         std::to_string(records::number_of(tally, "pending"));
}

void print_check(const json::object& done) {
  const auto trial = records::object_of(done, "trial");
  std::printf("策略 policy      %s, 将为版本 would be version %llu\n摘要 sha256      %s\n",
              records::text_of(done, "name").c_str(),
              static_cast<unsigned long long>(records::number_of(done, "version")),
              records::text_of(done, "sha256").c_str());
  std::printf("现在 now         已齐备 complete / 待补全 pending: %s\n", counts(trial, "now").c_str());
  std::printf("若采用 as if     已齐备 complete / 待补全 pending: %s\n", counts(trial, "as_if").c_str());
  for (const auto& each : trial.at("changes").as_array()) {
    const auto& change = each.as_object();
    std::printf("变化 change      %s: %s -> %s\n", records::text_of(change, "case").c_str(),
                records::text_of(records::object_of(change, "now"), "stage").c_str(),
                records::text_of(records::object_of(change, "as_if"), "stage").c_str());
  }
  const auto changed = records::number_of(trial, "changed");
  const auto named = trial.at("changes").as_array().size();
  if (changed > named) std::printf("未列出 more      %llu\n", static_cast<unsigned long long>(changed - named));
  if (trial.at("cut").as_bool())
    std::printf("已截断 cut       只看了最新的 %llu 个案卷 / only the newest cases were looked at\n",
                static_cast<unsigned long long>(records::number_of(trial, "looked_at")));
  const auto words = records::object_of(trial, "words");
  std::printf("%s\n%s\n", records::text_of(words, "zh").c_str(), records::text_of(words, "en").c_str());
}

int check(PolicyOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = send_file(options, "policy.check");
  if (!done) return report(done.error());
  options.as_json ? print_json(*done) : print_check(*done);
  return exit_ok;
}

int publish(PolicyOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = send_file(options, "policy.publish");
  if (!done) return report(done.error());
  print_json(*done);
  return exit_ok;
}

int list(PolicyOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = operator_call(options.places, "policy.list", {});
  if (!done) return report(done.error());
  for (const auto& item : done->at("items").as_array()) print_json(item);
  return exit_ok;
}

int show(PolicyOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done =
      operator_call(options.places, "policy.show", {{"name", options.name}, {"version", options.version}});
  if (!done) return report(done.error());
  print_json(*done);
  return exit_ok;
}

void add_file(CLI::App& command, PolicyOptions& options) {
  add_places(command, options.places, true);
  command.add_option("FILE", options.file, "the policy's text")->required()->check(CLI::ExistingFile);
  command.add_option("--form", options.form, "toml or json; by the file's ending when it is not given")
      ->check(CLI::IsMember({"toml", "json"}));
}

}  // namespace

void add_policy(CLI::App& app, int& exit_code) {
  auto* policy = app.add_subcommand("policy", "policies: what cases must hold before a quote is issued or they close");
  policy->require_subcommand(1);
  auto options = std::make_shared<PolicyOptions>();
  auto* checked = policy->add_subcommand(
      "check", "check a text, and say how the open cases under its name would stand as if it were theirs");
  add_file(*checked, *options);
  checked->add_flag("--json", options->as_json, "the whole answer as JSON");
  checked->callback([options, &exit_code] { exit_code = check(*options); });

  auto* published = policy->add_subcommand("publish", "publish a text as the next version of its policy");
  add_file(*published, *options);
  published->callback([options, &exit_code] { exit_code = publish(*options); });

  auto* listed = policy->add_subcommand("list", "the policies with their newest versions, one JSON object a line");
  add_places(*listed, options->places, true);
  listed->callback([options, &exit_code] { exit_code = list(*options); });

  auto* shown = policy->add_subcommand("show", "a version of a policy in its canonical form, as JSON");
  add_places(*shown, options->places, true);
  shown->add_option("NAME", options->name, "the policy's name")->required();
  shown->add_option("--version", options->version, "the newest when it is not given");
  shown->callback([options, &exit_code] { exit_code = show(*options); });
}

}  // namespace quotary::cli
