#include "tools/quotary/command.h"

#include "api/certificate_renewal.h"
#include "api/key_rotation.h"
#include "ledger/base/json.h"
#include "signing/keys.h"
#include "signing/seal.h"
#include "tools/quotary/findings.h"

#include <cstdio>

namespace quotary::cli {
namespace {

constexpr const char* next_password_variable = "QUOTARY_NEXT_PASSWORD";

struct KeyOptions {
  Places places;
  bool vkey_only = false;
  bool revoke = false;
  bool as_json = false;
};

json::array earlier_keys(const signing::KeyFolder& folder) {
  json::array earlier;
  if (folder.succession() == nullptr) return earlier;
  for (const Rotation& rotation : folder.succession()->rotations())
    earlier.push_back(json::object{{"vkey", vkey_text(rotation.old_key)},
                                   {"replaced_by_entry", rotation.index},
                                   {"at", format_rfc3339(rotation.time)},
                                   {"revoked", rotation.end == KeyEnd::revoked}});
  return earlier;
}

void print_earlier(const signing::KeyFolder& folder) {
  if (folder.succession() == nullptr) return;
  for (const Rotation& rotation : folder.succession()->rotations())
    std::printf("       %s, %s by entry %llu at %s\n", vkey_text(rotation.old_key).c_str(),
                rotation.end == KeyEnd::revoked ? "revoked" : "retired", number(rotation.index),
                format_rfc3339(rotation.time).c_str());
}

// What was given, or what lies in the key folder under that name.
signing::SealKeyFiles key_in_use(const Places& places, const std::string& name) {
  if (places.seal.given()) return places.seal.files(seal_password_variable);
  signing::SealKeyFiles files;
  files.certificate_path = places.keys + "/" + name + ".cert.pem";
  files.key_path = places.keys + "/" + name + ".key.pem";
  return files;
}

int show(KeyOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto files = posix_file_system();
  const auto folder = signing::KeyFolder::open(files, options.places.keys);
  if (!folder) return report(folder.error()), exit_unchecked;
  const std::string vkey = current_vkey(**folder);
  if (options.vkey_only) {
    std::printf("%s\n", vkey.c_str());
    return exit_ok;
  }
  const auto seal = signing::Seal::load(*files, key_in_use(options.places, "seal"), SystemClock().now());
  const auto renewal = api::waiting_renewal(options.places.config(), records::sealing);
  if (!renewal) return report(renewal.error());
  if (options.as_json) {
    json::object out{{"origin", (*folder)->log_signer().name()}, {"vkey", vkey}, {"earlier", earlier_keys(**folder)}};
    if (seal) {
      out["seal"] = json::object{{"subject", (*seal)->subject()}, {"not_after", format_rfc3339((*seal)->not_after())}};
    } else {
      out["seal"] = json::object{{"problem", seal.error().code}, {"detail", seal.error().detail}};
    }
    if (*renewal) out["next_seal_certificate"] = (*renewal)->new_certificate.hex();
    std::printf("%s\n", json::serialize(out).c_str());
  } else {
    std::printf("log    %s\n", vkey.c_str());
    print_earlier(**folder);
    if (seal)
      std::printf("seal   %s, until %s\n", (*seal)->subject().c_str(), format_rfc3339((*seal)->not_after()).c_str());
    if (*renewal)
      std::printf("next   certificate %s: the next start with it chains the change\n",
                  (*renewal)->new_certificate.hex().c_str());
  }
  if (!seal) return report(seal.error());
  return exit_ok;
}

int prepare(KeyOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto vkey = api::prepare_log_key(options.places.config());
  if (!vkey) return report(vkey.error());
  if (options.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"vkey", *vkey}}).c_str());
    return exit_ok;
  }
  std::printf("下一把公钥 next   %s\n", vkey->c_str());
  std::puts(
      "现在可将其写入见证人和验证方的策略，然后停止服务并运行 quotary keys rotate\n"
      "put it into the policies of witnesses and verifiers now, then stop the server and run `quotary keys rotate`");
  return exit_ok;
}

int rotate(KeyOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto done = api::rotate_log_key(options.places.config(), options.revoke ? KeyEnd::revoked : KeyEnd::rotated);
  if (!done) {
    if (done.error().code == "locked")
      std::fputs("quotary: stop the server first; the log's key changes while nothing else writes\n", stderr);
    return report(done.error());
  }
  const Rotation& rotation = done->rotation;
  const bool revoked = rotation.end == KeyEnd::revoked;
  if (options.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"vkey", vkey_text(rotation.new_key)},
                                                     {"old_vkey", vkey_text(rotation.old_key)},
                                                     {"index", rotation.index},
                                                     {"at", format_rfc3339(rotation.time)},
                                                     {"revoked", revoked},
                                                     {"resumed", done->resumed}})
                            .c_str());
    return exit_ok;
  }
  if (done->resumed) std::puts("注意 note         完成了先前中断的更换 / a change that was interrupted is completed");
  std::printf("旧公钥 old        %s, %s\n现公钥 current    %s\n条目 entry        %llu, %s\n",
              vkey_text(rotation.old_key).c_str(), revoked ? "已吊销 revoked" : "已停用 retired",
              vkey_text(rotation.new_key).c_str(), number(rotation.index), format_rfc3339(rotation.time).c_str());
  std::puts(
      "接着 next         备份账本和密钥目录（备份到新目录）；公布新公钥和 /log/succession；把新公钥写入见证策略\n"
      "                  back up ledger (into a new folder) and key folder; publish the new key and /log/succession; put it into witness policies");
  return exit_ok;
}

struct RenewOptions {
  Places places;
  KeyPlace next;
  bool signing_service = false, revoke = false, as_json = false;
};

int renew(RenewOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  if (!options.next.given())
    return report(fail(Errc::unavailable, "next_key_missing",
                       "give the key that follows: --next-certificate and --next-key, --next-pkcs12, or "
                       "--next-token-module with --next-token and --next-token-key"));
  const auto& use = options.signing_service ? records::recording_signatures : records::sealing;
  const auto made = api::prepare_renewal(
      options.places.config(), use, key_in_use(options.places, options.signing_service ? "signing-service" : "seal"),
      options.next.files(next_password_variable),
      options.revoke ? signing::CertificateEnd::revoked : signing::CertificateEnd::renewed);
  if (!made) return report(made.error());
  const bool revoked = made->terms.end == signing::CertificateEnd::revoked;
  if (options.as_json) {
    std::printf("%s\n", json::serialize(json::object{{"file", made->path},
                                                     {"use", made->terms.use},
                                                     {"old_certificate", made->terms.old_certificate.hex()},
                                                     {"adopted_by", made->terms.adopted_by},
                                                     {"new_certificate", made->terms.new_certificate.hex()},
                                                     {"revoked", revoked}})
                            .c_str());
    return exit_ok;
  }
  std::printf(
      "旧证书 old        %s, 由条目 %llu 启用 adopted by entry; %s\n新证书 next       %s\n文件 file         %s\n",
      made->old_subject.c_str(), number(made->terms.adopted_by),
      revoked ? "将吊销 to be revoked" : "将停用 to be retired", made->new_subject.c_str(), made->path.c_str());
  std::puts(
      "接着 next         用新证书重新启动服务：账本将记下新旧密钥共同签署的更换\n"
      "                  restart the server with the new certificate: it chains the change that both keys signed");
  return exit_ok;
}

int succession(KeyOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  const auto folder = signing::KeyFolder::open(posix_file_system(), options.places.keys);
  if (!folder) return report(folder.error()), exit_unchecked;
  if ((*folder)->succession() == nullptr)
    return report(fail(Errc::not_found, "no_succession", "the log still has its first key: nothing leads to it"));
  std::fputs((*folder)->succession_text().c_str(), stdout);
  return exit_ok;
}

CLI::App* add(CLI::App& keys, const char* name, const char* description, int (*run)(KeyOptions), bool seal,
              const std::shared_ptr<KeyOptions>& options, int& exit_code) {
  auto* command = keys.add_subcommand(name, description);
  add_places(*command, options->places, seal);
  command->callback([options, run, &exit_code] { exit_code = run(*options); });
  return command;
}

}  // namespace

void add_keys(CLI::App& app, int& exit_code) {
  auto* keys = app.add_subcommand("keys", "the organisation's keys");
  keys->require_subcommand(1);
  auto options = std::make_shared<KeyOptions>();
  auto* command = keys->add_subcommand(
      "show", "public parts: the log's verification key and the seal's certificate; opens and checks the secret ones");
  add_places(*command, options->places, true);
  command->add_flag("--vkey", options->vkey_only, "the verification key alone, for quotary-verify");
  command->add_flag("--json", options->as_json, "for machines");
  command->callback([options, &exit_code] { exit_code = show(*options); });

  auto preparing = std::make_shared<KeyOptions>();
  auto* prepare_command =
      add(*keys, "prepare", "make the log's next key and print its public part, before it signs; the server may go on",
          prepare, false, preparing, exit_code);
  prepare_command->add_flag("--json", preparing->as_json, "for machines");

  auto rotating = std::make_shared<KeyOptions>();
  auto* rotate_command =
      add(*keys, "rotate",
          "replace the log's key by the prepared one: an entry that both sign, the old one's last; then the old one is "
          "destroyed. The server must be stopped. What was interrupted is completed by calling it again",
          rotate, false, rotating, exit_code);
  rotate_command->add_option("--publish-to", rotating->places.publish_to,
                             "further file that gets each signed checkpoint; may be repeated");
  rotate_command->add_flag("--revoke", rotating->revoke,
                           "the old key may be in other hands: what it signed is to be believed no more");
  rotate_command->add_flag("--json", rotating->as_json, "for machines");

  auto renewing = std::make_shared<RenewOptions>();
  auto* renew_command = keys->add_subcommand(
      "renew",
      "have the seal's current key and the one that follows sign the change of certificates; the next start with the "
      "new one chains it. The server may go on meanwhile");
  add_places(*renew_command, renewing->places);
  add_key_place(*renew_command, renewing->places.seal, "seal", "the current seal (default: the key folder's)",
                seal_password_variable);
  add_key_place(*renew_command, renewing->next, "next", "the seal that follows", next_password_variable);
  renew_command->add_flag("--signing-service", renewing->signing_service,
                          "of the certificate by which customers' signatures are recorded, instead of the seal's");
  renew_command->add_flag("--revoke", renewing->revoke, "the current key may be in other hands");
  renew_command->add_flag("--json", renewing->as_json, "for machines");
  renew_command->callback([renewing, &exit_code] { exit_code = renew(*renewing); });

  add(*keys, "succession", "print how the log came to its key from earlier ones, for quotary-verify --succession",
      succession, false, std::make_shared<KeyOptions>(), exit_code);
}

}  // namespace quotary::cli
