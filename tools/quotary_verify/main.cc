// The offline verifier: checks documents, proofs, checkpoints and exports against a log's key, with no network and no
// store.
#include "ledger/base/file_system.h"
#include "ledger/contents/exported_contents.h"
#include "ledger/log/status_proof.h"
#include "ledger/log/succession.h"
#include "ledger/numbers/numbers_proof.h"
#include "ledger/records/fold.h"
#include "signing/carried_proof.h"
#include "signing/cosigner.h"
#include "signing/document_check.h"
#include "signing/keys.h"
#include "signing/time_stamp.h"
#include "tools/quotary_verify/cases.h"
#include "tools/quotary_verify/certificates.h"
#include "tools/quotary_verify/document.h"
#include "tools/quotary_verify/export.h"
#include "tools/quotary_verify/growth.h"
#include "tools/quotary_verify/keys.h"
#include "tools/quotary_verify/numbers.h"
#include "tools/quotary_verify/records.h"
#include "tools/quotary_verify/status.h"
#include "tools/quotary_verify/token.h"
#include "tools/quotary_verify/witnesses.h"

#include <sodium.h>
#include <unistd.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <cstdio>
#include <exception>

namespace {

using namespace quotary;
using offline::Verdict;

constexpr std::size_t document_bytes_max = 64u << 20;
constexpr std::size_t proof_bytes_max = 1u << 20;
constexpr std::size_t key_bytes_max = 4096;

struct Asked {
  std::string file, proof, status, vkey, succession, trust, policy, document, checkpoint, roots, consistency, quote,
      case_id, series, period;
  std::vector<std::string> earlier, parts;
  bool as_json = false;
};

// --vkey takes the key itself or a file that holds it.
Result<std::string> vkey_text(const std::string& given) {
  std::string text = given;
  if (given.find('+') == std::string::npos || posix_file_system()->exists(given)) {
    QUOTARY_TRY(content, read_file(*posix_file_system(), given, key_bytes_max));
    text = content;
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

Result<std::unique_ptr<CheckpointVerifier>> log_key(const Asked& asked) {
  QUOTARY_TRY(text, vkey_text(asked.vkey));
  if (asked.succession.empty()) return signing::open_vkey(text);
  QUOTARY_TRY(succession, read_file(*posix_file_system(), asked.succession, succession_bytes_max));
  QUOTARY_TRY(keys, Succession::open(succession, text, signing::ed25519_holds));
  return std::unique_ptr<CheckpointVerifier>(std::move(keys));
}

Result<std::vector<Vkey>> keys_of(const Asked& asked, const Succession* succession) {
  if (succession != nullptr) return succession->keys();
  QUOTARY_TRY(text, vkey_text(asked.vkey));
  QUOTARY_TRY(key, parse_vkey(text));
  return std::vector<Vkey>{std::move(key)};
}

// The keys that --vkey and --succession name.
Result<std::vector<Vkey>> log_keys(const Asked& asked) {
  QUOTARY_TRY(verifier, log_key(asked));
  return keys_of(asked, dynamic_cast<const Succession*>(verifier.get()));
}

// With --policy, a verdict that holds must also have its witnesses.
Result<void> look_for_witnesses(Verdict& verdict, const Asked& asked, std::string_view checkpoint_or_proof,
                                const std::vector<Vkey>& logs) {
  if (asked.policy.empty() || !verdict.holds()) return {};
  QUOTARY_TRY(text, read_file(*posix_file_system(), asked.policy, policy_bytes_max));
  QUOTARY_TRY(policy, WitnessPolicy::parse(text));
  offline::require_witnesses(verdict, checkpoint_or_proof, logs, policy);
  return {};
}
Result<void> look_for_witnesses(Verdict& verdict, const Asked& asked, std::string_view checkpoint_or_proof) {
  QUOTARY_TRY(logs, log_keys(asked));
  return look_for_witnesses(verdict, asked, checkpoint_or_proof, logs);
}

Result<Verdict> document(const Asked& asked) {
  const auto files = posix_file_system();
  QUOTARY_TRY(key, log_key(asked));
  QUOTARY_TRY(bytes, read_file(*files, asked.file, document_bytes_max));
  offline::DocumentEvidence evidence;
  evidence.now = SystemClock().now();
  if (!asked.proof.empty()) {
    QUOTARY_TRY(text, read_file(*files, asked.proof, proof_bytes_max));
    evidence.proof = std::move(text);
  }
  if (!asked.status.empty()) {
    QUOTARY_TRY(text, read_file(*files, asked.status, status_proof_bytes_max));
    evidence.status = std::move(text);
  }
  if (!asked.trust.empty()) {
    QUOTARY_TRY(pem, read_file(*files, asked.trust, proof_bytes_max));
    QUOTARY_TRY_VOID(signing::check_trust_anchors(pem));
    evidence.trust_anchors_pem = std::move(pem);
  }
  if (!asked.roots.empty()) {
    QUOTARY_TRY(pem, read_file(*files, asked.roots, proof_bytes_max));
    QUOTARY_TRY_VOID(signing::check_time_roots(pem));
    evidence.time_roots_pem = std::move(pem);
  }
  offline::DocumentVerdict verdict = offline::judge_document(bytes, evidence, *key);
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, verdict.proof));
  return Verdict(std::move(verdict));
}

Result<Verdict> proof(const Asked& asked) {
  QUOTARY_TRY(key, log_key(asked));
  QUOTARY_TRY(text, read_file(*posix_file_system(), asked.file, proof_bytes_max));
  Verdict verdict = offline::judge_proof(text, *key);
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, text));
  return verdict;
}

Result<Verdict> status(const Asked& asked) {
  const auto files = posix_file_system();
  QUOTARY_TRY(key, log_key(asked));
  QUOTARY_TRY(text, read_file(*files, asked.file, status_proof_bytes_max));
  std::optional<std::string> document;
  if (!asked.document.empty()) {
    QUOTARY_TRY(bytes, read_file(*files, asked.document, document_bytes_max));
    document = std::move(bytes);
  }
  Verdict verdict = offline::judge_status(text, document, *key);
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, text));
  return verdict;
}

Result<Verdict> numbers(const Asked& asked) {
  QUOTARY_TRY(key, log_key(asked));
  std::vector<std::string> proofs;
  for (const std::string& path : asked.parts) {
    QUOTARY_TRY(text, read_file(*posix_file_system(), path, numbers_proof_bytes_max));
    proofs.push_back(std::move(text));
  }
  return offline::judge_numbers(proofs, *key);
}

Result<Verdict> token(const Asked& asked) {
  const auto files = posix_file_system();
  QUOTARY_TRY(key, log_key(asked));
  QUOTARY_TRY(keys, log_keys(asked));
  QUOTARY_TRY(bytes, read_file(*files, asked.file, proof_bytes_max));
  QUOTARY_TRY(checkpoint, read_file(*files, asked.checkpoint, proof_bytes_max));
  QUOTARY_TRY(roots, read_file(*files, asked.roots, proof_bytes_max));
  Verdict verdict = offline::judge_token(bytes, checkpoint, *key, keys, roots);
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, checkpoint));
  return verdict;
}

Result<Verdict> checkpoint(const Asked& asked) {
  const auto files = posix_file_system();
  QUOTARY_TRY(key, log_key(asked));
  QUOTARY_TRY(text, read_file(*files, asked.file, proof_bytes_max));
  Verdict verdict;
  if (asked.earlier.empty()) {
    verdict = offline::judge_checkpoint(text, *key);
  } else {
    QUOTARY_TRY(earlier, read_file(*files, asked.earlier.front(), status_proof_bytes_max));
    std::optional<std::string> consistency;
    if (!asked.consistency.empty()) {
      QUOTARY_TRY(bytes, read_file(*files, asked.consistency, proof_bytes_max));
      consistency = std::move(bytes);
    }
    verdict = offline::judge_growth(text, earlier, asked.earlier.front(), consistency, *key);
  }
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, text));
  return verdict;
}

// An export of a log whose key was replaced leads itself to its key from any one that is trusted.
Result<std::unique_ptr<CheckpointVerifier>> exported_key(const Asked& asked, const ExportSource& source) {
  auto input = asked.succession.empty() ? source.open(std::string(export_succession_path))
                                        : Result<std::unique_ptr<ExportInput>>(Error{});
  if (!input) return log_key(asked);
  QUOTARY_TRY(text, (*input)->read(succession_bytes_max + 1));
  QUOTARY_TRY(trusted, vkey_text(asked.vkey));
  QUOTARY_TRY(keys, Succession::open(text, trusted, signing::ed25519_holds));
  return std::unique_ptr<CheckpointVerifier>(std::move(keys));
}

Result<Verdict> exported(const Asked& asked) {
  auto found = open_export(asked.file);
  if (!found && found.error().kind == Errc::corrupt) {
    Verdict verdict;
    verdict.refuse(found.error());
    return verdict;
  }
  QUOTARY_TRY(source, std::move(found));
  auto opened = exported_key(asked, *source);
  // The file is a part of the export, so what is wrong with it is a finding.
  if (!opened && (opened.error().kind == Errc::corrupt || opened.error().code == "bad_succession")) {
    Verdict verdict;
    verdict.refuse(opened.error());
    return verdict;
  }
  QUOTARY_TRY(key, std::move(opened));
  const auto* const succession = dynamic_cast<const Succession*>(key.get());
  QUOTARY_TRY(keys, keys_of(asked, succession));
  QUOTARY_TRY(vkey, vkey_text(asked.vkey));
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  if (!asked.as_json && ::isatty(STDERR_FILENO) != 0) {
    progress = [](std::uint64_t done, std::uint64_t size) {
      std::fprintf(stderr, "\r%llu / %llu", static_cast<unsigned long long>(done),
                   static_cast<unsigned long long>(size));
      if (done >= size) std::fputs("\r\033[K", stderr);
    };
  }
  std::optional<offline::ExportedTimes> times;
  if (!asked.roots.empty()) {
    QUOTARY_TRY(roots, read_file(*posix_file_system(), asked.roots, proof_bytes_max));
    QUOTARY_TRY_VOID(signing::check_time_roots(roots));
    times.emplace(*source, key->in_its_time(), keys, roots);
  }
  offline::ExportQuestions questions{asked.quote, {}, asked.series, asked.period};
  if (!asked.document.empty()) {
    QUOTARY_TRY(bytes, read_file(*posix_file_system(), asked.document, document_bytes_max));
    questions.document = std::move(bytes);
  }
  const RecordsFold fold;
  offline::ExportedRecords records(std::move(questions), {});
  offline::ExportedErasures erasures({});
  ExportCheckOptions how;
  how.progress = progress;
  if (times) how.watches.push_back(&times->watch());
  how.watches.push_back(&records.watch());
  std::vector<std::string> names;
  for (const Vkey& each : keys) names.push_back(each.name);
  offline::ExportedCertificates certificates(std::move(names));
  how.watches.push_back(&certificates.watch());
  contents::ExportedContents named;
  how.watches.push_back(&named.watch());
  how.contents = [&named] { return named.take(); };
  how.erases = [&](const EntryView& entry, std::string_view canonical) { return erasures.erased_by(entry, canonical); };
  how.fold = &fold;
  std::optional<offline::ExportedCase> of_case;
  if (!asked.case_id.empty()) of_case.emplace(asked.case_id);
  how.folded = [&](const StateReader& state) -> Result<void> {
    if (of_case) QUOTARY_TRY_VOID(of_case->read(state));
    return records.read(state);
  };
  for (const Vkey& each : keys) how.other_vkeys.push_back(vkey_text(each));
  for (const std::string& path : asked.earlier) {
    QUOTARY_TRY(text, read_file(*posix_file_system(), path, status_proof_bytes_max));
    QUOTARY_TRY(earlier, open_earlier(text, path, *key));
    how.earlier.push_back(std::move(earlier));
  }
  QUOTARY_TRY(report, check_export(*source, *key, vkey, std::move(how)));
  Verdict verdict = offline::judge_export(report);
  records.tell(verdict, report);
  if (of_case) of_case->tell(verdict, report);
  certificates.tell(verdict);
  if (times) times->tell(verdict);
  QUOTARY_TRY_VOID(look_for_witnesses(verdict, asked, report.note, keys));
  return verdict;
}

Result<Verdict> keys(const Asked& asked) {
  QUOTARY_TRY(vkey, vkey_text(asked.vkey));
  QUOTARY_TRY(text, read_file(*posix_file_system(), asked.file, succession_bytes_max));
  return offline::judge_keys(text, vkey);
}

// What cannot be read or understood of what was asked is no finding about the document.
int answer(Result<Verdict> judged, bool as_json) {
  Verdict verdict;
  if (judged) {
    verdict = std::move(*judged);
  } else {
    verdict.leave_unchecked(judged.error());
  }
  return offline::print(verdict, as_json);
}

CLI::App* add_command(CLI::App& app, Asked& asked, const char* name, const char* description, const char* file) {
  auto* command = app.add_subcommand(name, description);
  command->add_option("FILE", asked.file, file)->required();
  command->add_option("--vkey", asked.vkey, "the log's verification key, or a file that holds it")->required();
  command->add_option("--policy", asked.policy,
                      "tlog-policy file: which witnesses must have cosigned 见证策略：哪些见证人必须已联署");
  command->add_flag("--json", asked.as_json, "for machines");
  return command;
}

void add_succession(CLI::App& command, Asked& asked) {
  command
      .add_option("--succession", asked.succession,
                  "the log's succession of keys: --vkey may then be any of them, and each is believed until it "
                  "retired 账本公钥的更换记录")
      ->check(CLI::ExistingFile);
}

int run(int argc, char** argv) {
  CLI::App app{
      "Checks Quotary's documents offline: no network, no store, only the file, its proof and the log's key.\n"
      "离线核对 Quotary 的文件：只需要文件、证明和账本公钥。"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "quotary-verify " QUOTARY_VERSION);
  app.footer(
      "The log's key comes from a place that its keeper cannot quietly change: a contract, an auditor, the issuer's "
      "site.\n"
      "Exit codes: 0 holds, 1 does not hold, 2 could not be checked.\n"
      "退出码：0 成立，1 不成立，2 未能核对。");
  int exit_code = offline::exit_holds;
  Asked asked;
  auto* on_document = add_command(
      app, asked, "document", "is this file the one that the ledger holds? 这份文件是账本所记录的那一份吗？",
      "the PDF (with its proof inside, nothing else is needed), or another payload of an entry with --proof");
  on_document->add_option("--proof", asked.proof, "its .tlog-proof, for a file that does not carry it");
  on_document->add_option("--trust", asked.trust, "PEM file of certificates; the seal's must lead to one of them");
  on_document->add_option("--status", asked.status,
                          "a status proof of the quote: is it current, superseded or voided? 状态证明");
  on_document->add_option(
      "--tsa-roots", asked.roots,
      "PEM file of the time-stamping authorities' roots: which times are proved? 时间戳机构的根证书");
  on_document->callback([&] { exit_code = answer(document(asked), asked.as_json); });
  add_succession(*on_document, asked);
  auto* on_proof = add_command(app, asked, "proof",
                               "does this .tlog-proof hold, and what does it prove? 这份证明成立吗，证明了什么？",
                               "the .tlog-proof");
  add_succession(*on_proof, asked);
  on_proof->callback([&] { exit_code = answer(proof(asked), asked.as_json); });
  auto* on_status = add_command(app, asked, "status",
                                "what is the quote's status, as of which entry? 这张报价单截至哪一条记录是什么状态？",
                                "the status proof (GET /v1/quotes/{number}/status-proof)");
  on_status->add_option("--document", asked.document, "the quote's sealed PDF, which must be the one that is meant");
  add_succession(*on_status, asked);
  on_status->callback([&] { exit_code = answer(status(asked), asked.as_json); });
  auto* on_numbers = app.add_subcommand(
      "numbers",
      "was each number of the series issued once, and what became of it? 该系列的每个编号都只签发过一次吗？");
  on_numbers->add_option("FILE", asked.parts, "the numbers proof, or all its parts (/v1/series/{name}/numbers-proof)")
      ->required()
      ->expected(1, static_cast<int>(offline::numbers_proofs_max));
  on_numbers->add_option("--vkey", asked.vkey, "the log's verification key, or a file that holds it")->required();
  on_numbers->add_flag("--json", asked.as_json, "for machines");
  add_succession(*on_numbers, asked);
  on_numbers->callback([&] { exit_code = answer(numbers(asked), asked.as_json); });
  auto* on_checkpoint =
      add_command(app, asked, "checkpoint", "did the log's key sign this checkpoint? 这个检查点是账本公钥签名的吗？",
                  "the signed checkpoint");
  on_checkpoint
      ->add_option("--earlier", asked.earlier,
                   "a checkpoint or .tlog-proof kept from before: did the log only grow since? 自那以后只有追加吗？")
      ->expected(1);
  on_checkpoint->add_option("--consistency", asked.consistency,
                            "the log's answer to /v1/log/proofs/consistency?from=&to= for the two sizes");
  add_succession(*on_checkpoint, asked);
  on_checkpoint->callback([&] { exit_code = answer(checkpoint(asked), asked.as_json); });
  auto* on_keys = app.add_subcommand(
      "keys", "which keys did the log sign with, from this one on? 账本先后用过哪些公钥，是否都由您给出的公钥引出？");
  on_keys->add_option("FILE", asked.file, "the log's succession of keys")->required();
  on_keys->add_option("--vkey", asked.vkey, "any one of the log's keys that you trust, or a file that holds it")
      ->required();
  on_keys->add_flag("--json", asked.as_json, "for machines");
  on_keys->callback([&] { exit_code = answer(keys(asked), asked.as_json); });
  auto* on_token =
      add_command(app, asked, "token",
                  "does this time-stamp (RFC 3161) of a checkpoint hold? 这个检查点的时间戳成立吗？", "the token, DER");
  on_token->add_option("--checkpoint", asked.checkpoint, "the signed checkpoint that was stamped")->required();
  on_token->add_option("--roots", asked.roots, "PEM file of roots; the authority's certificate must lead to one")
      ->required();
  add_succession(*on_token, asked);
  on_token->callback([&] { exit_code = answer(token(asked), asked.as_json); });
  auto* on_export = add_command(app, asked, "export",
                                "does this exported ledger hold, to the last byte? 这份导出的账本逐字节成立吗？",
                                "the folder or archive that `quotary export` made");
  on_export
      ->add_option("--earlier", asked.earlier,
                   "checkpoints or .tlog-proofs kept from before, which it must continue 以前保存的检查点或证明")
      ->expected(1, static_cast<int>(earlier_checkpoints_max));
  on_export->add_option("--tsa-roots", asked.roots,
                        "PEM file of roots: also check the time-stamps in it 同时核对其中的时间戳");
  auto* const quote = on_export->add_option("--quote", asked.quote,
                                            "a quote's number: its history, and who made it 一张报价单的经过与经手人");
  on_export
      ->add_option("--document", asked.document, "the quote's sealed PDF, which must be the one that was issued 原件")
      ->needs(quote);
  on_export->add_option("--case", asked.case_id,
                        "a case's id: its policy, what its gate lacks, and its evidence 一个案卷的规则、缺项与证据");
  auto* const series = on_export->add_option(
      "--series", asked.series, "a series: are its numbers whole, and which are voided? 该系列的编号完整吗？");
  on_export->add_option("--period", asked.period, "only that period in which the series counts, as 2026 只看一期")
      ->needs(series);
  add_succession(*on_export, asked);
  on_export->callback([&] { exit_code = answer(exported(asked), asked.as_json); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? offline::exit_holds : offline::exit_unchecked;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    std::fputs("quotary-verify: libsodium did not start\n", stderr);
    return offline::exit_unchecked;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "quotary-verify: %s\n", error.what());
    return offline::exit_unchecked;
  }
}
