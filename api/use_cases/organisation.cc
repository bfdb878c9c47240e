#include "api/organisation.h"

#include "api/metrics_text.h"
#include "api/use_cases/backups.h"
#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/certificates.h"
#include "api/use_cases/document_findings.h"
#include "api/use_cases/drafts.h"
#include "api/use_cases/erased_keys.h"
#include "api/use_cases/issuer.h"
#include "api/use_cases/kept_contents.h"
#include "api/use_cases/log_checks.h"
#include "api/use_cases/long_term.h"
#include "api/use_cases/making.h"
#include "api/use_cases/opening.h"
#include "api/use_cases/parts.h"
#include "api/use_cases/service_events.h"
#include "api/use_cases/signature_rules.h"
#include "api/use_cases/status_proof.h"
#include "api/use_cases/time_stamping.h"
#include "api/use_cases/witnessing.h"
#include "ledger/records/fields.h"
#include "ledger/records/fold.h"

#include <algorithm>
#include <filesystem>

namespace quotary::api {
namespace {

// Makes the development seal's pair. What an interrupted making left of it alone was never used.
Result<void> complete_development_seal(const OrganisationConfig& config, const std::string& name) {
  const auto paths = {config.seal.certificate_path, config.seal.key_path};
  if (std::all_of(paths.begin(), paths.end(), [&](const auto& path) { return config.files->exists(path); })) return {};
  for (const auto& path : paths) {
    if (config.files->exists(path)) QUOTARY_TRY_VOID(config.files->remove(path));
  }
  QUOTARY_TRY(made, signing::make_development_seal(*config.files, config.keys_directory, name, config.clock->now(),
                                                   *config.random));
  QUOTARY_CHECK(made.certificate_path == config.seal.certificate_path && made.key_path == config.seal.key_path);
  return {};
}

Result<std::string> read_anchors(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(anchors, read_file(files, path, time_stamping::roots_bytes_max));
  if (const auto usable = signing::check_trust_anchors(anchors); !usable)
    return fail(usable.error().kind, usable.error().code, path + ": " + usable.error().detail);
  return anchors;
}

Draft genesis_of(const NewOrganisation& made, const TimeZone& zone, const std::string& profile) {
  Draft genesis = draft_by(Organisation::operator_principal(), "organisation.created", "organisation");
  genesis.body = {{"origin", made.origin}, {"public_url", made.public_url}, {"time_zone", zone.name()}};
  genesis.objects.push_back({"profile", "application/json", profile, "organisation", 1});
  return genesis;
}

// Makes the ledger, or takes up one whose first entry an interrupted making has written: opening it checks that these
// keys sealed the entry's profile, and signed what is published.
Result<std::unique_ptr<Ledger>> ledger_begun_with(const LedgerOptions& options, const LedgerPorts& ports,
                                                  const Draft& genesis) {
  auto made = Ledger::create(options, ports, genesis);
  if (made || made.error().code != "ledger_exists") return made;
  QUOTARY_TRY(ledger, Ledger::open(options, ports));
  QUOTARY_TRY(first, ledger->entry(0));
  const bool begun = ledger->state().tree_size == 1 && first.type == genesis.type && first.body == genesis.body &&
                     first.objects.size() == 1 && first.objects[0].sha256 == sha256(genesis.objects[0].bytes);
  if (!begun) return made;
  return ledger;
}

}  // namespace

Organisation::Organisation(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Organisation::~Organisation() {
  parts_->witnesses.reset();  // what they would still append comes before the end
  parts_->index_roots.reset();
  parts_->backups.reset();
  if (parts_->erased_keys) parts_->erased_keys->contents().stop_scrubbing();
  parts_->time_stamper.reset();
  parts_->courier.reset();
  // What cannot be chained now stays in its file and is chained after the next start.
  (void)parts_->chain_access();
  if (parts_->service) parts_->service->end();
}

Result<std::unique_ptr<Organisation>> Organisation::create(const OrganisationConfig& given,
                                                           const NewOrganisation& made) {
  auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  QUOTARY_TRY_VOID(check_origin(made.origin));
  if (!made.public_url.starts_with("http://") && !made.public_url.starts_with("https://"))
    return fail(Errc::invalid, "bad_public_url", "the public URL begins with http:// or https://");
  if (made.public_url.ends_with('/'))
    return fail(Errc::invalid, "bad_public_url", "the public URL does not end in a slash");
  QUOTARY_TRY(zone, TimeZone::find(made.time_zone));
  QUOTARY_TRY(profile_text, canonical_json(party_to_json(made.seller)));
  QUOTARY_TRY(profile_value, parse_json(profile_text));
  QUOTARY_TRY(seller, parse_party(profile_value, "/seller"));
  const bool development_seal =
      made.development_seal && given.seal.pkcs12_path.empty() && given.seal.certificate_path.empty();
  const Draft genesis = genesis_of(made, zone, profile_text);

  auto parts = std::make_unique<Parts>();
  parts->config = std::move(config);
  QUOTARY_TRY_VOID(parts->load_fonts());
  // All that was given has been checked. From here on each step takes up what an interrupted run of it has left.
  QUOTARY_TRY(making, Making::begin(parts->config,
                                    {made.origin, made.public_url, zone.name(), profile_text, development_seal}));
  QUOTARY_TRY(keys, signing::KeyFolder::complete(parts->config.files, parts->config.keys_directory, made.origin,
                                                 *parts->config.random));
  parts->keys = std::move(keys);
  if (development_seal) QUOTARY_TRY_VOID(complete_development_seal(parts->config, made.seller.name));
  QUOTARY_TRY(ledger,
              ledger_begun_with(ledger_options(parts->config), ledger_ports(parts->config, *parts->keys), genesis));
  parts->ledger = std::move(ledger);
  QUOTARY_TRY_VOID(parts->start());
  QUOTARY_TRY_VOID(Making::end(parts->config));
  return std::unique_ptr<Organisation>(new Organisation(std::move(parts)));
}

Result<std::unique_ptr<Organisation>> Organisation::open(const OrganisationConfig& given) {
  const auto config = with_defaults(given);
  QUOTARY_TRY_VOID(check_folders(config));
  auto parts = Parts::open(config);
  if (!parts && parts.error().code != "locked" && Making::stands(config)) {
    return fail(Errc::unavailable, "organisation_unfinished",
                "the making of the organisation in " + config.data_directory +
                    " was interrupted: run `quotary init` again, as it was begun (" + parts.error().detail + ")");
  }
  if (!parts) return std::move(parts).error();
  return std::unique_ptr<Organisation>(new Organisation(std::move(*parts)));
}

Result<std::unique_ptr<Organisation::Parts>> Organisation::Parts::open(const OrganisationConfig& config) {
  QUOTARY_TRY(keys, signing::KeyFolder::open(config.files, config.keys_directory));
  auto whole = open_on(config, std::move(keys), Ledger::open);
  if (whole) {
    // Its making, or a rotation of its key, was interrupted after its last step but this one.
    QUOTARY_TRY_VOID(Making::end(config));
    QUOTARY_TRY_VOID(signing::retire_log_key(*config.files, config.keys_directory));
    return whole;
  }
  const Error why = whole.error();
  if (!config.read_when_damaged || (why.kind != Errc::corrupt && why.kind != Errc::storage)) return why;
  QUOTARY_TRY(same_keys, signing::KeyFolder::open(config.files, config.keys_directory));
  auto left = open_on(config, std::move(same_keys), [&](const LedgerOptions& options, const LedgerPorts& ports) {
    return Ledger::open_for_reading(options, ports, why);
  });
  if (left) return left;
  return fail(why.kind, why.code,
              why.detail + "; not even for reading alone: " + left.error().detail + " (" + left.error().code + ")");
}

Result<std::unique_ptr<Organisation::Parts>> Organisation::Parts::open_on(const OrganisationConfig& config,
                                                                          std::unique_ptr<signing::KeyFolder> keys,
                                                                          const OpenLedger& open_ledger) {
  auto parts = std::make_unique<Parts>();
  parts->config = config;
  parts->keys = std::move(keys);
  QUOTARY_TRY(ledger, open_ledger(ledger_options(config), ledger_ports(config, *parts->keys)));
  parts->ledger = std::move(ledger);
  QUOTARY_TRY_VOID(parts->start());
  return parts;
}

Result<void> Organisation::Parts::load_fonts() {
  QUOTARY_TRY(faces, pdfgen::Fonts::load(config.fonts));
  fonts = std::move(faces);
  return {};
}

Result<Party> Organisation::Parts::read_seller() const {
  QUOTARY_TRY(first, ledger->entry(0));
  QUOTARY_TRY(stored, ledger->object(first, "profile"));
  QUOTARY_TRY(value, parse_json(stored));
  return parse_party(value, "/seller");
}

Result<void> Organisation::Parts::start() {
  QUOTARY_TRY(record, read<std::optional<records::OrganisationRecord>>(
                          [](const StateReader& state) { return records::find_organisation(state); }));
  if (!record) return fail(Errc::corrupt, "organisation_missing", "the ledger's first entry makes no organisation");
  QUOTARY_TRY(found_zone, TimeZone::find(record->time_zone));
  zone = found_zone;
  auto party = read_seller();
  // What is left is read without a name rather than not at all; another must not stand in its place.
  if (!party && !ledger->state().read_only) return std::move(party).error();
  if (party) seller = std::move(*party);
  profile = {record->origin, record->public_url, record->time_zone, seller.name};
  if (!fonts) QUOTARY_TRY_VOID(load_fonts());
  QUOTARY_TRY_VOID(load_seal());
  issuer = std::make_unique<Issuer>(*this);
  erased_keys = std::make_unique<ErasedKeys>(
      *ledger, *keys, std::make_unique<KeptContents>(*ledger, config.files, config.random, config.data_directory));
  erased_keys->destroy_all();
  access = std::make_unique<AccessLog>(config.files, config.data_directory + "/access", *config.random);
  QUOTARY_TRY(opened_evidence, EvidenceStore::open(config, *keys, ledger->state().read_only));
  evidence = std::move(opened_evidence);
  backups =
      std::make_unique<Backups>(*ledger, erased_keys->contents(), *config.files, *config.clock, config.data_directory);
  checks = std::make_unique<LogChecks>(*ledger, erased_keys->contents(), *config.clock, *config.random);
  erased_keys->contents().start_scrubbing(config.scrubbing);
  QUOTARY_TRY_VOID(start_service_events());
  start_index_roots();
  QUOTARY_TRY_VOID(start_witnesses());
  QUOTARY_TRY_VOID(start_time_stamping());
  QUOTARY_TRY_VOID(start_signatures());
  QUOTARY_TRY_VOID(start_verifying());
  QUOTARY_TRY_VOID(start_seal_times());
  return start_long_term();
}

// No sealed document can be called back: a chain that the operator's own roots do not vouch for seals nothing. Without
// roots it may be whole where readers are, so it seals, and what is missing is shown.
Result<void> Organisation::Parts::load_seal() {
  if (!config.long_term.signer_roots_file.empty()) {
    QUOTARY_TRY(roots, read_anchors(*config.files, config.long_term.signer_roots_file));
    seal_roots_pem = std::move(roots);
  }
  auto loaded = signing::Seal::load(*config.files, config.seal, now());
  if (!loaded) {
    seal_error = std::move(loaded).error();
    return {};
  }
  if (auto led = signing::check_chain_end((*loaded)->certificate_pem(), seal_roots_pem); !led) {
    Error error = std::move(led).error();
    const bool refused = error.code == signing::chain_incomplete && !seal_roots_pem.empty();
    error.code = "seal_" + error.code;
    error.detail = "the seal: " + error.detail;
    (refused ? seal_error : seal_doubt) = std::move(error);
    if (refused) return {};
  }
  seal = std::move(*loaded);
  return {};
}

std::optional<Error> Organisation::seal_doubt() const { return parts_->seal_doubt; }

// What cannot be read in the ledger is trusted by nothing, and said so by each answer; reading and issuing go on.
Result<void> Organisation::Parts::start_verifying() {
  findings = std::make_unique<FindingsCache>();
  judges = std::make_unique<judging::Judges>(config.judging);
  if (auto adopted = adopted_certificates(*ledger)) adopted_pem = std::move(*adopted);
  if (adopted_pem.empty() && seal) adopted_pem = seal->certificate_pem();
  if (!config.signer_roots_file.empty()) {
    QUOTARY_TRY(roots, read_anchors(*config.files, config.signer_roots_file));
    signer_roots_pem = std::move(roots);
  }
  if (config.time_stamping.roots_file.empty()) return {};
  auto roots = read_file(*config.files, config.time_stamping.roots_file, time_stamping::roots_bytes_max);
  if (roots && signing::check_time_roots(*roots)) time_roots_pem = std::move(*roots);
  return {};
}

Result<void> Organisation::Parts::start_service_events() {
  if (!config.service_events || ledger->state().read_only) return {};
  service = std::make_unique<ServiceEvents>(*ledger, *config.files, config.data_directory, *config.service_events);
  QUOTARY_TRY_VOID(service->begin());
  if (seal) {
    QUOTARY_TRY(certificate, signing::signing_certificate(seal->certificate_pem()));
    QUOTARY_TRY_VOID(adopt_certificate(*ledger, {*config.files, config.keys_directory, keys->log_signer().name()},
                                       records::sealing, certificate));
  }
  // A disk that cannot be asked is shown, and keeps nobody from issuing.
  (void)service->look_at_disk();
  return {};
}

DiskState Organisation::disk() const { return parts_->service ? parts_->service->disk() : DiskState{}; }

Result<void> Organisation::begin_backup(const Principal& caller, std::string folder, std::uint64_t keep, bool chained) {
  QUOTARY_TRY_VOID(require_call(caller, Call::administer));
  return parts_->backups->start(std::move(folder), keep, chained);
}

json::object Organisation::read_backup() const { return parts_->backups->describe(); }

Principal Organisation::operator_principal() { return {"operator", Role::admin, {}, {}}; }

const OrganisationProfile& Organisation::profile() const { return parts_->profile; }

Result<std::string> Organisation::person_name(std::string_view person_id) const {
  return parts_->person_name(person_id);
}

Result<void> Organisation::ready() const {
  auto state = parts_->ledger->state();
  if (state.latched)
    return fail(Errc::unavailable, state.read_only ? "ledger_read_only" : "ledger_latched", state.latch_reason);
  if (parts_->seal_error) return *parts_->seal_error;
  return {};
}

std::string Organisation::without_folders(std::string text) const {
  const auto take_out = [&text](const std::string& above) {
    for (auto at = text.find(above); at != std::string::npos; at = text.find(above, at)) text.erase(at, above.size());
  };
  const auto above = [](const std::string& path) { return std::filesystem::path(path).parent_path().string(); };
  const OrganisationConfig& config = parts_->config;
  // Below the folders first: of what lies in them only the names in them are told.
  std::vector<std::string> folders{config.keys_directory, config.data_directory, above(config.keys_directory),
                                   above(config.data_directory)};
  for (const std::string& path : config.publish_to) folders.push_back(above(path));
  for (const std::string& folder : folders)
    if (folder.size() > 1) take_out(folder + "/");
  for (const std::string& folder : folders)
    if (const std::string before = above(folder); before.size() > 1) take_out(before + "/");
  return text;
}

bool Organisation::erasures_carried_out() const { return parts_->erased_keys->trouble().empty(); }

bool Organisation::access_log_works() const { return parts_->access->trouble().empty(); }

bool Organisation::evidence_can_be_taken() const { return parts_->evidence->can_inspect(); }

LedgerState Organisation::ledger_state() const { return parts_->ledger->state(); }

std::string Organisation::metrics() const {
  auto state = parts_->ledger->state();
  constexpr auto line = metrics_line;
  const auto& checks = *parts_->checks;
  return line("quotary_log_verifications_total", "counter", "Checks of the ledger that ended, since the start.",
              checks.runs_total()) +
         line("quotary_log_verification_problems", "gauge", "Problems that the last check of the ledger found.",
              checks.problems_last()) +
         line("quotary_access_records_total", "counter",
              "Recorded reads of auditors and administrators since the start.", parts_->access->records_total()) +
         line("quotary_access_failures_total", "counter",
              "Reads refused, or segments not ended, because the record could not be written.",
              parts_->access->failures_total()) +
         line("quotary_access_segments_unchained", "gauge",
              "Ended segments of that record whose digest the ledger does not hold yet.", parts_->access->unchained()) +
         line("quotary_logins_total", "counter", "Logins since the start.", parts_->logins_total) +
         line("quotary_login_failures_total", "counter",
              "Logins refused for a wrong login or password, since the start.", parts_->logins_failed_total) +
         line("quotary_tree_size", "gauge", "Entries under the published checkpoint.", state.tree_size) +
         line("quotary_ledger_latched", "gauge", "1 when the ledger refuses to write.", state.latched ? 1 : 0) +
         line("quotary_scrub_rounds_total", "counter",
              "Times that the whole store was read again in the background and held, since the start.",
              state.scrub.rounds) +
         line("quotary_scrub_entries", "gauge", "Entries read in the round under way.", state.scrub.entries) +
         parts_->erased_keys->contents().metrics() + parts_->evidence->metrics() +
         line("quotary_subject_keys_available", "gauge", "1 when keys of new customers, people and cases can be made.",
              subject_keys_work(*parts_) ? 1 : 0) +
         line("quotary_seal_available", "gauge", "1 when quotes can be sealed.", parts_->seal ? 1 : 0) +
         line("quotary_quotes_issued_total", "counter", "Quotes issued since the start.", parts_->issued_total) +
         line("quotary_verifications_total", "counter", "Public verifications since the start.",
              parts_->verified_total) +
         witness_figures(witnessing()) + index_figures(index_roots()) + time_stamping_figures(time_stamping()) +
         disk_figures(disk()) + delivery_figures(delivery()) + long_term_figures(long_term()) +
         seal_time_figures(seal_times());
}

}  // namespace quotary::api
