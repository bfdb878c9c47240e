// The offline verifier: checks a document with its proof against a log's key, with no network and no store.
#include "ledger/base/file_system.h"
#include "ledger/log/proof.h"
#include "signing/document_check.h"
#include "signing/keys.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sodium.h>

#include <cstdio>
#include <exception>

namespace {

using namespace quotary;

constexpr int exit_holds = 0;
constexpr int exit_does_not_hold = 1;
constexpr int exit_unchecked = 2;
constexpr std::size_t document_bytes_max = 64u << 20;
constexpr std::size_t proof_bytes_max = 1u << 20;

struct DocumentCommand {
  std::string document, proof, vkey, trust;
  bool as_json = false;
};

// What came out, for both forms of the answer.
struct Finding {
  json::object facts;
  std::string problem_code, problem_detail;
};

// --vkey takes the key itself or a file that holds it.
Result<std::string> vkey_text(const std::string& given) {
  std::string text = given;
  if (given.find('+') == std::string::npos || posix_file_system()->exists(given)) {
    QUOTARY_TRY(content, read_file(*posix_file_system(), given, 4096));
    text = content;
  }
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

// A code that a caller may act on; empty when the document is the one that the entry names.
Finding match_document(const CheckedProof& proof, std::string_view pdf) {
  Finding finding;
  const auto hash = sha256(pdf);
  finding.facts = {{"sha256", hash.hex()}, {"size", pdf.size()}, {"index", proof.entry.index}, {"type", proof.entry.type},
                   {"subject", proof.entry.subject}, {"time", format_rfc3339(proof.entry.time)}, {"tree_size", proof.tree_size}, {"root", proof.root.hex()}};
  for (const auto& object : proof.entry.objects) {
    if (object.sha256 != hash) continue;
    finding.facts["object"] = object.name;
    finding.facts["revision"] = object.revision;
    return finding;
  }
  finding.problem_code = "document_altered";
  finding.problem_detail = "the file's SHA-256 is not among those that the entry names";
  for (const auto& prefix : signing::prefix_hashes(pdf)) {
    for (const auto& object : proof.entry.objects) {
      if (object.sha256 != prefix.sha256) continue;
      finding.facts["known_prefix"] = prefix.size;
      finding.problem_detail = "the file begins with the sealed document (" + std::to_string(prefix.size) + " bytes), but other bytes follow";
    }
  }
  return finding;
}

void add_seal(Finding& finding, std::string_view pdf, std::string_view trust_anchors) {
  const auto seal = signing::check_seal(pdf, trust_anchors);
  if (!seal) {
    finding.facts["seal"] = json::object{{"valid", false}, {"reason", seal.error().code}};
    return;
  }
  finding.facts["seal"] = json::object{{"valid", seal->valid}, {"signer", seal->signer}, {"claimed_time", seal->claimed_time},
                                       {"certificate_sha256", seal->certificate_sha256}, {"trusted", seal->trusted}};
  if (!seal->valid) finding.facts.at("seal").as_object()["reason"] = seal->reason;
}

int answer(const DocumentCommand& command, const Finding& finding, int code) {
  if (command.as_json) {
    json::object out;
    if (code == exit_unchecked) {
      out["ok"] = nullptr;
    } else {
      out["ok"] = code == exit_holds;
    }
    for (const auto& [name, value] : finding.facts) out[name] = value;
    if (!finding.problem_code.empty()) out["code"] = finding.problem_code, out["detail"] = finding.problem_detail;
    std::printf("%s\n", json::serialize(out).c_str());
    return code;
  }
  for (const auto& [name, value] : finding.facts) std::printf("%-12.*s %s\n", static_cast<int>(name.size()), name.data(), value.is_string() ? value.get_string().c_str() : json::serialize(value).c_str());
  if (code == exit_holds) {
    std::puts("结论 result  成立:文件未被改动,并已记入账本 / holds: unchanged, and in the ledger");
  } else if (code == exit_does_not_hold) {
    std::printf("结论 result  不成立 / does not hold: %s (%s)\n", finding.problem_detail.c_str(), finding.problem_code.c_str());
  } else {
    std::fprintf(stderr, "quotary-verify: 未能核对 / could not be checked: %s (%s)\n", finding.problem_detail.c_str(), finding.problem_code.c_str());
  }
  return code;
}

int answer_error(const DocumentCommand& command, const Error& error, int code) { return answer(command, {{}, error.code, error.detail}, code); }

int check_document(const DocumentCommand& command) {
  const auto files = posix_file_system();
  const auto pdf = read_file(*files, command.document, document_bytes_max);
  if (!pdf) return answer_error(command, pdf.error(), exit_unchecked);
  const auto proof_text = read_file(*files, command.proof, proof_bytes_max);
  if (!proof_text) return answer_error(command, proof_text.error(), exit_unchecked);
  const auto vkey = vkey_text(command.vkey);
  if (!vkey) return answer_error(command, vkey.error(), exit_unchecked);
  const auto key = signing::open_vkey(*vkey);
  if (!key) return answer_error(command, key.error(), exit_unchecked);
  std::string trust_anchors;
  if (!command.trust.empty()) {
    const auto read = read_file(*files, command.trust, proof_bytes_max);
    if (!read) return answer_error(command, read.error(), exit_unchecked);
    trust_anchors = *read;
  }
  const auto checked = check_proof(*proof_text, **key);
  if (!checked) return answer_error(command, checked.error(), exit_does_not_hold);
  auto finding = match_document(*checked, *pdf);
  add_seal(finding, *pdf, trust_anchors);
  const bool altered = !finding.problem_code.empty();
  return answer(command, finding, altered ? exit_does_not_hold : exit_holds);
}

int run(int argc, char** argv) {
  CLI::App app{"Checks Quotary's documents offline: no network, no store, only the file, its proof and the log's key."};
  app.require_subcommand(1);
  app.set_version_flag("--version", "quotary-verify " QUOTARY_VERSION);
  app.footer("Exit codes: 0 holds, 1 does not hold, 2 could not be checked.");
  int exit_code = exit_holds;
  DocumentCommand command;
  auto* document = app.add_subcommand("document", "is this file the one that the ledger holds?");
  document->add_option("FILE", command.document, "the PDF")->required();
  document->add_option("--proof", command.proof, "its .tlog-proof")->required();
  document->add_option("--vkey", command.vkey, "the log's verification key, or a file that holds it")->required();
  document->add_option("--trust", command.trust, "PEM file of certificates to hold the seal's chain against");
  document->add_flag("--json", command.as_json, "for machines");
  document->callback([&] { exit_code = check_document(command); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_holds : exit_unchecked;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  if (sodium_init() < 0) {
    std::fputs("quotary-verify: libsodium did not start\n", stderr);
    return exit_unchecked;
  }
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "quotary-verify: %s\n", error.what());
    return exit_unchecked;
  }
}
