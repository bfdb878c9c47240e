// quotary_bench_export FOLDER ENTRIES: makes a ledger of so many entries, each with a fact, reads it as it lies,
// exports it, copies the export's files as they are and checks the export, without and with a fold that keeps as much
// state for each entry as an organisation's does for a quote, each in a process of its own; prints seconds
// and the peak of memory that the system accounted to each, and how export and limits compare. A folder that was filled
// before is measured as it is.
#include "ledger/log/export_check.h"
#include "ledger/log/export_writer.h"
#include "ledger/log/ledger_impl.h"
#include "tests/bench/bench_ledger.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>

namespace quotary {
namespace {

constexpr std::size_t record_bytes = 700;

class QuoteLikeFold final : public Fold {
 public:
  Result<void> apply(const Entry& entry, std::string_view, StateWriter& state) const override {
    const std::string place = std::to_string(entry.index), hash = sha256(place).hex();
    state.put("quote/" + place, std::string(record_bytes, 'q'));
    for (const char* key : {"list/", "own/person/", "pdf/", "code/"}) state.put(key + hash, place);
    return {};
  }
};

struct Bench {
  explicit Bench(const std::string& in) : folder(in) { options.directory = in + "/log"; }

  const std::string folder;
  LedgerOptions options;
  testing::BenchLedger base;
  std::unique_ptr<CheckpointVerifier> key = *signing::open_vkey(base.vkey());

  void make(std::uint64_t entries) const {
    if (std::filesystem::exists(options.directory)) return;
    constexpr std::uint64_t at_once = 1'000;
    const auto ledger = base.make(options);
    for (std::uint64_t at = 1; at < entries; at += at_once) {
      const auto appended = ledger->append([&](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
        std::vector<Draft> drafts(std::min(at_once, entries - at));
        for (std::uint64_t i = 0; i < drafts.size(); ++i) {
          drafts[i].type = "quote.issued";
          drafts[i].actor_id = "019ac0f7-3c7b-7a11-8a4e-5f0d3b1c2d4e";
          drafts[i].actor_role = "rep";
          drafts[i].subject = "quote:SHQT2026-" + std::to_string((at + i) / 2);  // two entries each
          drafts[i].body["number"] = "SHQT2026-" + std::to_string(at + i);
          drafts[i].objects.push_back({"facts", "application/json", std::string(400, 'f'), "", 1});
        }
        return drafts;
      });
      QUOTARY_CHECK(appended.has_value());
    }
  }
  // What an export cannot do without: every value that it writes.
  void scan() const {
    const auto store = open_rocks_store(store_path(options.directory), StoreMode::read_only);
    QUOTARY_CHECK(store.has_value());
    const auto view = (*store)->snapshot();
    std::uint64_t bytes = 0;
    for (const Family family : {Family::entries, Family::objects, Family::batches}) {
      const auto at = view->cursor(family, Access::sequential);
      for (at->seek(""); at->valid(); at->next()) bytes += at->value().size();
      QUOTARY_CHECK(at->status().has_value());
    }
    QUOTARY_CHECK(bytes > 0);
  }
  // The first that is not there. An earlier one is left: ext4 gives inodes that were just freed to nobody, and looks
  // for others all the longer, which would be measured too.
  [[nodiscard]] int free_place() const {
    int n = 1;
    while (std::filesystem::exists(export_at(n))) ++n;
    return n;
  }
  [[nodiscard]] std::string export_at(int n) const { return folder + "/export-" + std::to_string(n); }
  void write() const {
    ExportOptions how;
    how.target = export_at(free_place());
    how.vkey = base.vkey();
    const auto written = export_ledger(options, base.ports(), *key, how);
    if (!written) std::fprintf(stderr, "%s\n", written.error().detail.c_str());
    QUOTARY_CHECK(written.has_value());
  }
  // What writing the same files takes at the least, down to the disk as an export's are.
  void copy() const {
    const std::string from = export_at(free_place() - 1), to = from + "-copy";
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    const auto volume = posix_file_system()->open_volume(to);
    QUOTARY_CHECK(volume && (*volume)->sync());
  }
  void check(const Fold* fold) const {
    const auto source = open_export_folder(export_at(free_place() - 1));
    QUOTARY_CHECK(source.has_value());
    ExportCheckOptions how;
    how.fold = fold;
    const auto report = check_export(**source, *key, base.vkey(), std::move(how));
    QUOTARY_CHECK(report && report->problems_total == 0 && report->state_checked == (fold != nullptr));
  }
};

// A process's peak counts from its own exec on, so each step is this program anew.
double measured(const char* program, const char* folder, const char* entries, const char* step) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl("/proc/self/exe", program, folder, entries, step, nullptr);
    ::_exit(127);
  }
  int status = 0;
  rusage used{};
  QUOTARY_CHECK(::wait4(child, &status, 0, &used) == child && status == 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%-6s %s entries: %.1f s, of them %.1f of a processor, peak %.1f MiB\n", step, entries, seconds,
              static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                  static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
              static_cast<double>(used.ru_maxrss) / 1024);
  std::fflush(stdout);
  return seconds;
}

}  // namespace
}  // namespace quotary

int main(int argc, char** argv) {
  using namespace quotary;
  if (argc < 3) {
    std::fputs("usage: quotary_bench_export FOLDER ENTRIES\n", stderr);
    return 2;
  }
  if (argc == 3) {
    const auto run = [&](const char* step) { return measured(argv[0], argv[1], argv[2], step); };
    run("make");
    const double scan = run("scan"), exported = run("export"), copy = run("copy");
    run("check");
    run("fold");
    std::printf("export: %.2f of the raw scan, which writes nothing; %.2f of copying its files\n", scan / exported,
                copy / exported);
    return 0;
  }
  const Bench bench(argv[1]);
  const std::string_view step = argv[3];
  if (step == "make") bench.make(std::stoull(argv[2]));
  if (step == "scan") bench.scan();
  if (step == "export") bench.write();
  if (step == "copy") bench.copy();
  if (step == "check") bench.check(nullptr);
  if (step == "fold") bench.check(std::make_unique<QuoteLikeFold>().get());
  return 0;
}
