// quotary export: the ledger as files that need no ledger to be read.
#include "ledger/log/export_files.h"
#include "ledger/log/export_writer.h"

#include "ledger/base/bytes.h"
#include "ledger/base/hash.h"
#include "ledger/base/json.h"
#include "ledger/base/random.h"
#include "ledger/contents/exported_contents.h"
#include "ledger/contents/named_content.h"
#include "ledger/log/policy.h"
#include "ledger/log/ustar.h"
#include "ledger/records/fields.h"
#include "signing/content_cipher.h"
#include "signing/keys.h"
#include "tools/quotary/command.h"
#include "tools/quotary/findings.h"
#include "tools/quotary/operator.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace quotary::cli {
namespace {

constexpr std::string_view archive_suffix = ".tar";

struct ExportCommand {
  Places places;
  std::string target, vkey, succession, payloads = "facts", witness_policy;
  std::string quote;  // its evidence alone
  bool contents = false;
  bool witnessed = false;
  bool as_json = false;
};

// The certificates of a PEM file and nothing else that may stand in it, such as a key.
std::string certificates_in(std::string_view pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----", end = "-----END CERTIFICATE-----";
  std::string out;
  for (std::size_t at = pem.find(begin); at != pem.npos; at = pem.find(begin, at)) {
    const std::size_t close = pem.find(end, at);
    if (close == pem.npos) break;
    out += pem.substr(at, close + end.size() - at);
    out += '\n';
    at = close;
  }
  return out;
}

Result<std::string> seal_certificate(FileSystem& files, const Places& places) {
  const bool given = !places.seal.certificate.empty();
  const std::string path = given ? places.seal.certificate : places.keys + "/seal.cert.pem";
  if (!given && !files.exists(path)) return std::string();
  QUOTARY_TRY(pem, read_file(files, path, export_small_file_bytes_max));
  std::string certificates = certificates_in(pem);
  if (certificates.empty()) return fail(Errc::invalid, "no_certificate", path + " holds no PEM certificate");
  return certificates;
}

Result<std::string> witness_policy(FileSystem& files, const std::string& path) {
  if (path.empty()) return std::string();
  QUOTARY_TRY(text, read_file(files, path, policy_bytes_max));
  QUOTARY_TRY_VOID(WitnessPolicy::parse(text));
  return text;
}

void print(const ExportCommand& command, const ExportManifest& manifest) {
  if (command.as_json) {
    json::object out{{"target", command.target},
                     {"origin", manifest.origin},
                     {"tree_size", manifest.tree_size},
                     {"root", manifest.root.hex()},
                     {"payloads", payloads_text(manifest.payloads)},
                     {"payloads_held", manifest.payloads_held},
                     {"payload_bytes", manifest.payload_bytes},
                     {"withheld_by_choice", manifest.withheld_by_choice},
                     {"withheld_erased", manifest.withheld_erased}};
    if (manifest.contents) {
      out["contents_held"] = manifest.contents_held;
      out["content_bytes"] = manifest.content_bytes;
    }
    if (manifest.witnessed_size) out["witnessed_size"] = *manifest.witnessed_size;
    std::printf("%s\n", json::serialize(out).c_str());
    return;
  }
  std::printf("导出 exported     %s\n账本 ledger       %s\n记录数 entries    %llu\n根哈希 root       %s\n",
              command.target.c_str(), manifest.origin.c_str(), number(manifest.tree_size), manifest.root.hex().c_str());
  std::printf("内容 payloads     %llu 项已附 held (%llu bytes), %llu 项未附 withheld by choice, %llu 项已销毁 erased\n",
              number(manifest.payloads_held), number(manifest.payload_bytes), number(manifest.withheld_by_choice),
              number(manifest.withheld_erased));
  if (manifest.contents)
    std::printf("证据 contents     %llu 项已附 held (%llu bytes)\n", number(manifest.contents_held),
                number(manifest.content_bytes));
  if (manifest.payloads == ExportPayloads::all)
    std::puts(
        "注意 note         保密内容已解密，请按原件保管 / private payloads are in plain: keep it as the originals");
  std::printf("核对 check        quotary-verify export %s --vkey VKEY\n", command.target.c_str());
}

// Completes the command's places. `begun`: something was written.
Result<ExportManifest> make(ExportCommand& command, bool& begun) {
  QUOTARY_TRY_VOID(command.places.complete());
  const Places& places = command.places;
  if (command.contents && command.payloads != "all")
    return fail(Errc::invalid, "contents_alone", "--contents goes with --payloads all, which holds what names them");
  for (const std::string& folder : {places.data, places.keys}) {
    QUOTARY_TRY(inside, lies_within(command.target, folder));
    if (inside)
      return fail(Errc::invalid, "export_inside", command.target + " lies in " + folder + ": name a folder outside it");
  }
  const auto files = posix_file_system();
  ExportOptions options;
  options.target = command.target;
  options.archive = command.target.ends_with(archive_suffix);
  options.payloads = *parse_payloads(command.payloads);
  options.witnessed = command.witnessed;
  options.begun = [&begun] { begun = true; };
  std::unique_ptr<signing::KeyFolder> keys;
  auto opened = signing::KeyFolder::open(files, places.keys);
  // Facts need no key, so an auditor without any can export them.
  if (opened)
    keys = std::move(*opened);
  else if (command.vkey.empty() || options.payloads == ExportPayloads::all)
    return std::move(opened).error();
  QUOTARY_TRY(log, log_keys(*files, keys.get(), command.vkey, command.succession));
  options.vkey = log.vkey;
  options.succession = log.succession;
  QUOTARY_TRY(certificate, seal_certificate(*files, places));
  options.seal_certificate = std::move(certificate);
  QUOTARY_TRY(policy, witness_policy(*files, command.witness_policy));
  options.witness_policy = std::move(policy);
  if (!command.as_json && ::isatty(STDERR_FILENO) != 0) {
    options.progress = [](std::uint64_t done, std::uint64_t size) {
      std::fprintf(stderr, "\r%llu / %llu", number(done), number(size));
      if (done >= size) std::fputs("\r\033[K", stderr);
    };
  }
  const auto cipher = signing::content_cipher(std::make_shared<SystemRandom>());
  const auto store =
      blobs::BlobStore::open_for_reading(files, *cipher, places.data + "/" + std::string(contents::blobs_folder));
  if (command.contents) options.contents = contents::contents_for_export(*store);
  return export_ledger(ledger_options(places), reading_ports(files, keys.get()), *log.used, options);
}

// The members of an archive as files of a new folder. Whole or not at all.
Result<void> unpack(FileSystem& files, std::string_view archive, const std::string& target) {
  const std::string partial = export_partial(target);
  QUOTARY_TRY_VOID(files.make_directory(partial));
  while (const auto member = read_ustar_header(archive.substr(0, std::min(archive.size(), ustar_block_bytes)))) {
    archive.remove_prefix(ustar_block_bytes);
    QUOTARY_CHECK(member->size <= archive.size());
    const auto slash = member->name.find('/');
    if (slash != std::string::npos)
      QUOTARY_TRY_VOID(files.make_directory(partial + "/" + member->name.substr(0, slash)));
    QUOTARY_TRY_VOID(write_file_durably(files, partial + "/" + member->name, archive.substr(0, member->size)));
    archive.remove_prefix(member->size + ustar_padding(member->size));
  }
  return files.rename(partial, target);
}

// The evidence of one quote, made by the server that runs, or by opening the ledger.
Result<void> export_quote(ExportCommand& command) {
  QUOTARY_TRY_VOID(command.places.complete());
  const auto files = posix_file_system();
  if (files->exists(command.target))
    return fail(Errc::conflict, "export_exists", command.target + " is there already: name another");
  QUOTARY_TRY(answered, operator_call(command.places, "evidence.make", json::object{{"number", command.quote}}));
  QUOTARY_TRY(archive, from_base64(records::text_of(answered, "tar")));
  if (sha256(archive).hex() != records::text_of(answered, "sha256"))
    return fail(Errc::internal, "evidence_differs", "the evidence did not come whole");
  if (command.target.ends_with(archive_suffix)) {
    QUOTARY_TRY_VOID(write_file_durably(*files, command.target, archive));
  } else {
    QUOTARY_TRY_VOID(unpack(*files, archive, command.target));
  }
  std::printf(
      "证据 evidence     %s\n注意 note         内含明文的姓名与证据，请按原件保管 / names and evidence are in plain: keep it as "
      "the originals\n阅读 read         README.html\n",
      command.target.c_str());
  return {};
}

int run(ExportCommand command) {
  while (command.target.size() > 1 && command.target.back() == '/') command.target.pop_back();
  if (!command.quote.empty()) {
    const auto done = export_quote(command);
    if (done) return exit_ok;
    std::error_code ignored;
    std::filesystem::remove_all(export_partial(command.target), ignored);
    return report(done.error());
  }
  bool begun = false;
  const auto exported = make(command, begun);
  if (exported) {
    print(command, *exported);
    return exit_ok;
  }
  std::error_code ignored;
  const std::string partial = export_partial(command.target);
  if (begun) std::filesystem::remove_all(partial, ignored);
  if (begun) std::filesystem::remove(export_archive_sums(partial), ignored);
  return report(exported.error());
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExportCommand>();
  auto* command = app.add_subcommand(
      "export",
      "write a ledger, live or stopped, as a folder or archive that anyone can check without it: entries, tree, checkpoints, keys, "
      "payloads by choice. 0 done, 1 the ledger does not hold or the target is there, 2 could not be done");
  command
      ->add_option("TARGET", options->target,
                   "the folder to be made, or with .tar at its end one archive of the same files; must not be there")
      ->required();
  add_places(*command, options->places);
  command->add_option("--publish-to", options->places.publish_to,
                      "further file with the last signed checkpoint to take it from");
  command
      ->add_option("--payloads", options->payloads,
                   "facts (amounts, dates, codes), none, or all: private ones too, decrypted (needs the key folder)")
      ->check(CLI::IsMember({"none", "facts", "all"}))
      ->capture_default_str();
  command->add_flag("--contents", options->contents,
                    "the large contents of evidence too, decrypted; goes with --payloads all");
  command->add_option(
      "--quote", options->quote,
      "only the evidence of this quote, for a court's file: its revisions, entries, proofs, signatures, "
      "certificates, texts, time and a sealed summary");
  command->add_flag("--witnessed", options->witnessed,
                    "at the newest checkpoint that witnesses cosigned, not at the newest that is signed");
  add_log_keys(*command, options->vkey, options->succession);
  command->add_option("--seal-certificate", options->places.seal.certificate,
                      "PEM certificate of the seal (default: seal.cert.pem in the key folder, if it is there)");
  command->add_option("--witness-policy", options->witness_policy,
                      "tlog-policy file to go with it, which names the witnesses' keys");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace quotary::cli
