// The command line of operators and auditors.
#include "tools/quotary/command.h"

#include <sodium.h>

#include <csignal>
#include <cstdio>
#include <exception>

namespace {

int run(int argc, char** argv) {
  using namespace quotary::cli;
  CLI::App app{"Quotary: a ledger that gives each quote its number, its sealed PDF and its proof in one durable act."};
  app.require_subcommand(1);
  app.set_version_flag("--version", "quotary " QUOTARY_VERSION);
  app.footer(
      "Exit codes: 0 done, or what was checked holds; 1 it does not hold or was refused; 2 it could not be done.\n"
      "quotary COMMAND --help tells more.");
  int exit_code = exit_ok;
  add_serve(app, exit_code);
  add_judge(app, exit_code);
  add_init(app, exit_code);
  add_demo(app, exit_code);
  add_verify(app, exit_code);
  add_export(app, exit_code);
  add_backup(app, exit_code);
  add_drill(app, exit_code);
  add_restore(app, exit_code);
  add_rebuild_index(app, exit_code);
  add_users(app, exit_code);
  add_series(app, exit_code);
  add_policy(app, exit_code);
  add_keys(app, exit_code);
  add_witness(app, exit_code);
  add_tsa(app, exit_code);
  add_ltv(app, exit_code);
  add_sign(app, exit_code);
  add_bench(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // 0 for --help and --version; whatever CLI11 numbers its errors, ours is one.
    return app.exit(error) == 0 ? exit_ok : exit_unchecked;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  // A closed connection and a file at its size limit are errors of the call that meets them, not the end of the
  // process.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  if (sodium_init() < 0) {
    std::fputs("quotary: libsodium did not start\n", stderr);
    return quotary::cli::exit_unchecked;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "quotary: %s\n", error.what());
    return quotary::cli::exit_unchecked;
  }
}
