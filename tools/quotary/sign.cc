// `quotary sign`: signs a field of a quote's document with a key of one's own, on one's own machine. What comes out is
// handed in as any copy that was signed elsewhere.
#include "api/signature/document_signing.h"
#include "tools/quotary/command.h"

#include <cstdio>
#include <cstdlib>

namespace quotary::cli {
namespace {

constexpr std::size_t document_bytes_max = 64u << 20;

struct SignCommand {
  std::string document, target, field = "Rep", name;
  signing::SealKeyFiles key;
};

Result<void> run(const SignCommand& command) {
  const auto files = posix_file_system();
  if (files->exists(command.target))
    return fail(Errc::conflict, "file_exists", command.target + " is there already: name another");
  QUOTARY_TRY(pdf, read_file(*files, command.document, document_bytes_max));
  const auto now = SystemClock().now();
  QUOTARY_TRY(signer, signing::load_document_signer(*files, command.key, now));
  QUOTARY_TRY(fonts, pdfgen::Fonts::load(pdfgen::Fonts::Paths()));
  signature::DocumentSignature asked;
  asked.field = command.field;
  asked.time = now;
  asked.name = asked.typed_name = command.name;
  asked.reason = "以本人密钥签名 signed with the signer's own key";
  QUOTARY_TRY(whole, signature::document_signing(signer, fonts)(pdf, asked));
  QUOTARY_TRY_VOID(write_file_durably(*files, command.target, whole, 0644));
  std::printf(
      "已签署 signed     %s, %s\n提交 hand in       POST /v1/quotes/{number}/signed-copies, Content-Type: application/pdf\n",
      command.target.c_str(), command.field.c_str());
  return {};
}

}  // namespace

void add_sign(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SignCommand>();
  auto* command = app.add_subcommand(
      "sign", "sign a field of a quote's document with a key of your own, in a card or a file; hand the copy in then");
  command->add_option("DOCUMENT", options->document, "the newest revision, as it was downloaded")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("TARGET", options->target, "the signed copy; must not be there")->required();
  command->add_option("--name", options->name, "your name, as it is to stand in the field")->required();
  command->add_option("--field", options->field, "which field you sign")
      ->check(CLI::IsMember({"Rep", "Customer1", "Customer2", "Customer3"}))
      ->capture_default_str();
  auto* pkcs12 = command->add_option("--pkcs12", options->key.pkcs12_path,
                                     "PKCS#12 file with your key; its password in QUOTARY_SIGN_PASSWORD");
  auto* module = command
                     ->add_option("--token-module", options->key.token.module_path,
                                  "PKCS#11 library of the card that has your key")
                     ->excludes(pkcs12);
  auto* token = command->add_option("--token", options->key.token.token, "label of the card")->needs(module);
  auto* label = command->add_option("--token-key", options->key.token.key, "label of the key in it")->needs(module);
  module->needs(token)->needs(label);
  command->add_option("--token-pin-file", options->key.token.pin_path, "file whose first line is the PIN")
      ->needs(module);
  command
      ->add_option("--token-certificate", options->key.certificate_path,
                   "PEM certificate of that key, its chain after it (default: the card's own)")
      ->needs(module);
  command->callback([options, &exit_code] {
    if (const char* password = std::getenv("QUOTARY_SIGN_PASSWORD")) options->key.pkcs12_password = password;
    const auto done = run(*options);
    exit_code = done ? exit_ok : report(done.error());
  });
}

}  // namespace quotary::cli
