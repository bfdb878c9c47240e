#include "tools/quotary/operator.h"

#include <cstdio>

namespace quotary::cli {
namespace {

struct SeriesOptions {
  Places places;
  api::NewSeries series;
};

int add(SeriesOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto& series = options.series;
  const auto done = operator_call(options.places, "series.add",
                                  {{"name", series.name},
                                   {"branch", series.branch},
                                   {"document_type", series.document_type},
                                   {"pattern", series.pattern},
                                   {"period", series.period}});
  if (!done) return report(done.error());
  std::printf("%s\n", json::serialize(*done).c_str());
  return exit_ok;
}

int list(SeriesOptions& options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = operator_call(options.places, "series.list", {});
  if (!done) return report(done.error());
  for (const auto& item : done->at("items").as_array()) std::printf("%s\n", json::serialize(item).c_str());
  return exit_ok;
}

}  // namespace

void add_series(CLI::App& app, int& exit_code) {
  auto* series = app.add_subcommand("series", "number series");
  series->require_subcommand(1);
  auto options = std::make_shared<SeriesOptions>();
  auto* command = series->add_subcommand("add", "add a gapless series; refused when its numbers could equal another's");
  add_places(*command, options->places, true);
  command->add_option("--name", options->series.name, "SH-QT")->required();
  command->add_option("--branch", options->series.branch, "SH; the pattern's {BR}")->required();
  command->add_option("--pattern", options->series.pattern, "{BR}QT{YYYY}-{SEQ:6}; ends in {SEQ:n}")->required();
  command->add_option("--period", options->series.period, "year, month or none: when numbers start at 1 again")
      ->capture_default_str();
  command->callback([options, &exit_code] { exit_code = add(*options); });

  auto listed = std::make_shared<SeriesOptions>();
  auto* list_command = series->add_subcommand("list", "the series with their last numbers, one JSON object a line");
  add_places(*list_command, listed->places, true);
  list_command->callback([listed, &exit_code] { exit_code = list(*listed); });
}

}  // namespace quotary::cli
