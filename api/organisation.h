// The use cases of one organisation: pages, API and command line call these and nothing below them.
#pragma once

#include "api/inspecting/inspectors.h"
#include "api/judging/judges.h"
#include "api/long_term/worker.h"
#include "api/roles.h"
#include "api/signature/courier.h"
#include "api/time_stamping/pace.h"
#include "api/time_stamping/seal_times.h"
#include "api/witness/pace.h"
#include "ledger/base/file_system.h"
#include "ledger/base/hash.h"
#include "ledger/base/json.h"
#include "ledger/base/random.h"
#include "ledger/base/time.h"
#include "ledger/blobs/limits.h"
#include "ledger/log/index_pace.h"
#include "ledger/log/sequencer.h"
#include "ledger/log/tiles.h"
#include "ledger/quote/quote.h"
#include "pdfgen/fonts.h"
#include "signing/seal.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::api {

// Limits of this layer, in one place.
inline constexpr std::size_t idempotency_key_bytes_max = 255;
inline constexpr std::size_t issue_batch_max = 64;
inline constexpr std::size_t issue_queue_max = 1024;  // beyond: Errc::overloaded `issue_queue_full`
inline constexpr std::uint64_t list_items_default = 50, list_items_max = 200;
inline constexpr std::uint64_t report_rows_max = 100'000;
inline constexpr std::size_t period_seals_max = 24;  // that one tick writes
// What was being issued at a month's end is written by then.
inline constexpr std::int64_t period_seal_grace_ms = std::int64_t{5} * 60'000;
inline constexpr std::size_t verify_bytes_max = 64u << 20;
inline constexpr std::uint64_t entries_page_default = 100, entries_page_max = 1'000;
inline constexpr std::size_t entries_page_bytes_max = 4u << 20;  // a page ends with the entry that passes it

// What a server chains about its own service.
struct ServiceEventsConfig {
  std::string program;                                    // its name and version, for `system.started`
  std::uint64_t disk_low_bytes = std::uint64_t{1} << 30;  // free where the data folder is; 0: not looked at
};

// How full the disk is, as it was last looked at.
struct DiskState {
  std::optional<std::uint64_t> free_bytes;  // absent: not known
  std::uint64_t low_bytes = 0;              // 0: not looked at
  bool low = false;                         // as the newest entry about it says
};
[[nodiscard]] inline bool is_degraded(const DiskState& disk) {
  return disk.low_bytes > 0 && (!disk.free_bytes || disk.low || *disk.free_bytes < disk.low_bytes);
}

// Where an organisation lives and what it runs on. Absent ports are the machine's own.
struct OrganisationConfig {
  std::string data_directory;
  std::string keys_directory;           // never inside the data directory
  std::vector<std::string> publish_to;  // further slot files
  std::shared_ptr<FileSystem> files;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<Random> random;
  pdfgen::Fonts::Paths fonts;
  signing::SealKeyFiles seal;  // empty paths: seal.cert.pem and seal.key.pem in the key folder
  std::size_t start_check_entries = 10'000;
  std::uint64_t start_check_payload_bytes = 64u << 20;  // as in LedgerOptions
  std::uint64_t log_ahead_bytes = 0;                    // as in LedgerOptions
  Scrubbing scrubbing;                                  // as in LedgerOptions
  unsigned seal_threads = 2;                            // the issuer's pool
  int void_lapse_days = 30;
  std::function<void(std::string_view reason)> on_latch;  // told once, when a failed write or found damage ends issuing
  bool read_when_damaged = false;  // open a ledger that refuses writing for reading alone; ready() then says why
  std::size_t list_looked_at_max = 2'000;  // quotes that one page of a list looks at; the next page goes on from there
  witness::WitnessingConfig witnessing;    // witnesses to be asked; a ledger opened for reading alone asks none
  // Whether the subject index is kept and index.root appended, which a server does; without it nobody gets a status
  // proof. Absent: it is not.
  std::optional<IndexRootsConfig> index_roots;
  std::optional<ServiceEventsConfig> service_events;  // a server's; absent: what opens the ledger chains nothing itself
  time_stamping::TimeStampingConfig time_stamping;    // the authority to be asked for trusted time, by the same rule
  time_stamping::SealTimesConfig seal_times;          // whether a quote's seal waits for a time-stamp of its own
  long_term::LongTermConfig long_term;                // how far documents are made provable for later
  std::string signer_roots_file;  // PEM: what certificates lead to by which people sign elsewhere; empty: none counts
  judging::JudgesConfig judging;  // by which processes strangers' documents are read
  inspecting::InspectorsConfig inspecting;  // and evidence files; without a program none are taken
  blobs::UploadLimits uploads;
  signature::SignatureConfig signature;   // how customers are asked to sign
  unsigned verification_wait_ms = 5'000;  // a call for a check of the log waits that long for its end
};

// What is set once, for ever; it stands in the first entry.
struct NewOrganisation {
  std::string origin;      // the log's name, a schema-less URL
  std::string public_url;  // without a slash at its end; printed into every QR
  std::string time_zone = "Asia/Shanghai";
  Party seller;                  // the profile that quotes take when they name no seller
  bool development_seal = true;  // make a self-signed development certificate when the config names no seal files
};

struct NewPerson {
  std::string name;
  Role role = Role::rep;
  std::string team, region;     // codes of A-Z a-z 0-9 - _, at most 32
  std::string login, password;  // both or neither
};

struct NewSeries {
  std::string name;    // "SH-QT": A-Z 0-9 -, at most 32
  std::string branch;  // "SH"
  std::string document_type = "quote";
  std::string pattern;          // "{BR}QT{YYYY}-{SEQ:6}"
  std::string period = "year";  // year | month | none
};

// A use case's answer, free of HTTP types: `status` is the HTTP status that a first answer carries.
struct Answer {
  int status = 200;
  json::object body;
  bool replayed = false;
};

struct Bytes {
  std::string bytes, media_type, sha256, file_name;
  // Of a report: the tree that it was computed at. 0: of none.
  std::uint64_t tree_size = 0;
  std::string root = {};  // hexadecimal
};

struct QuoteFilter {
  std::string status, owner, from, to, text, cursor;  // empty: not asked
  std::optional<std::uint64_t> limit;
};

// Of a series' numbers. Absent: the period of the newest number; from its first; to its last, as many as fit.
struct NumbersRange {
  std::optional<std::string> period;
  std::optional<std::uint64_t> first, count;
};

struct VoidFilter {
  std::string status, from, to, quote, cursor;
  std::optional<std::uint64_t> limit;
};

struct SignatureFilter {
  std::string status, number, cursor;
  std::optional<std::uint64_t> limit;
  std::string confirmation = {};
};

// A page of a list in the order of its keys; `cursor` is the page before's next_cursor.
struct PageRequest {
  std::string cursor;
  std::optional<std::uint64_t> limit;
};

struct OrganisationProfile {
  std::string origin, public_url, time_zone, name;
};

// An open organisation: key folder, ledger, fonts, seal and the issuer's thread. Safe to call from any thread; every
// call may block on disk or the issuer, so call it on a worker. The destructor finishes what is queued.
// Out of the caller's scope is Errc::not_found, a role without the call Errc::forbidden.
class Organisation {
 public:
  // Makes keys, (development) seal and a ledger, or goes on with a making of the same that was interrupted, wherever
  // that was. Errc::conflict, with nothing changed, when it cannot vouch for what the folders hold: `folder_not_empty`,
  // `keys_exist`, `ledger_exists`, `making_differs` (one of something else, and in what), `locked`.
  [[nodiscard]] static Result<std::unique_ptr<Organisation>> create(const OrganisationConfig& config,
                                                                    const NewOrganisation& made);
  // Errc::unavailable `organisation_unfinished` when its making was interrupted.
  [[nodiscard]] static Result<std::unique_ptr<Organisation>> open(const OrganisationConfig& config);
  ~Organisation();
  Organisation(const Organisation&) = delete;
  Organisation& operator=(const Organisation&) = delete;

  // The one who runs the command line: an admin without a person's record.
  [[nodiscard]] static Principal operator_principal();
  // A token that was issued, or a session's. Errc::unauthenticated `token_missing` | `token_unknown`.
  [[nodiscard]] Result<Principal> authenticate(std::string_view token) const;
  // {"token", "expires_at", "person"}: a session of eight hours, in memory only. CPU-bound, 64 MB, two at once. `from`
  // is the caller's address. Errc::unauthenticated `login_wrong`; overloaded `login_throttled` after ten failures of
  // one login from one address in 15 minutes, `login_busy`, `too_many_sessions`.
  [[nodiscard]] Result<Answer> open_session(std::string_view login, std::string_view password, std::string_view from);
  // Nothing happens when the token is no session's.
  void end_session(std::string_view token);

  [[nodiscard]] const OrganisationProfile& profile() const;
  [[nodiscard]] Result<std::string> person_name(std::string_view person_id) const;

  // Administration: role admin. add_person answers {"id", ...}; issue_token a bearer token, shown once.
  [[nodiscard]] Result<Answer> add_person(const Principal& caller, const NewPerson& person);
  [[nodiscard]] Result<Answer> add_series(const Principal& caller, const NewSeries& series);
  [[nodiscard]] Result<std::string> issue_token(const Principal& caller, std::string_view person_id);
  // {"items": [...], "next_cursor"}: people by the time they were added, series by name with their last number.
  [[nodiscard]] Result<Answer> list_people(const Principal& caller, const PageRequest& page) const;
  [[nodiscard]] Result<Answer> list_series(const Principal& caller, const PageRequest& page) const;

  // Quotes. `body` is the request's JSON text.
  [[nodiscard]] Result<Answer> issue_quote(const Principal& caller, std::string_view idempotency_key,
                                           std::string_view body);
  [[nodiscard]] Result<Bytes> preview_quote(const Principal& caller, std::string_view body) const;
  [[nodiscard]] Result<Answer> read_quote(const Principal& caller, std::string_view number) const;
  [[nodiscard]] Result<Answer> list_quotes(const Principal& caller, const QuoteFilter& filter) const;
  [[nodiscard]] Result<Bytes> quote_pdf(const Principal& caller, std::string_view number,
                                        std::uint64_t revision = 1) const;
  // The sealed PDF with its own proof in it (FORMAT.md): that under the first checkpoint that covered the entry, so
  // that the bytes stay the same for as long as the seal's certificate and the log's key do. Errc::unavailable while no
  // seal can be used.
  [[nodiscard]] Result<Bytes> quote_pdf_with_proof(const Principal& caller, std::string_view number) const;
  // What differs by field and amount between the quote and the one `from`, or when that is empty the one that it
  // revises. Errc::invalid `from_missing`; gone `erased`.
  [[nodiscard]] Result<Answer> quote_difference(const Principal& caller, std::string_view number,
                                                std::string_view from) const;
  [[nodiscard]] Result<Answer> quote_history(const Principal& caller, std::string_view number) const;
  [[nodiscard]] Result<std::string> quote_proof(const Principal& caller, std::string_view number,
                                                std::optional<std::uint64_t> revision = {}) const;
  // A status proof (ledger/log/status_proof.h): the entries about the quote, and that there is no other as of the
  // newest index.root. Errc::unavailable `index_behind` while entries about the quote wait for their index.root (about
  // a second), `index_not_ready`, `index_off`; too_large `history_too_long`.
  [[nodiscard]] Result<std::string> quote_status_proof(const Principal& caller, std::string_view number) const;
  // A numbers proof (ledger/numbers/numbers_proof.h) of a series: what became of each number of a period, in parts of
  // at most numbers_in_proof_max. Errc::not_found `unknown_series`, `no_such_period`, invalid `bad_range`; unavailable
  // as for quote_status_proof.
  [[nodiscard]] Result<std::string> numbers_proof(const Principal& caller, std::string_view series,
                                                  const NumbersRange& range) const;
  // {"items", "next_cursor"}: the sealed months and years of a series with their figures and their entries' indices, by
  // year, each before its months. Errc::not_found `unknown_series`.
  [[nodiscard]] Result<Answer> list_period_seals(const Principal& caller, std::string_view series,
                                                 const PageRequest& page) const;

  // Voids. `idempotency_key` may be empty here: without it a decided request answers 409 `already_decided`, with it the
  // decider's own repetition is replayed.
  [[nodiscard]] Result<Answer> request_void(const Principal& caller, std::string_view number,
                                            std::string_view idempotency_key, std::string_view body);
  enum class Decision { approve, reject, withdraw };
  [[nodiscard]] Result<Answer> decide_void(const Principal& caller, std::string_view request_id, Decision decision,
                                           std::string_view idempotency_key, std::string_view body);
  [[nodiscard]] Result<Answer> read_void(const Principal& caller, std::string_view request_id) const;
  [[nodiscard]] Result<Answer> list_voids(const Principal& caller, const VoidFilter& filter) const;
  [[nodiscard]] Result<Bytes> void_certificate(const Principal& caller, std::string_view request_id) const;
  [[nodiscard]] Result<Answer> voids_report(const Principal& caller, const VoidFilter& filter) const;
  [[nodiscard]] Result<Bytes> voids_report_csv(const Principal& caller, const VoidFilter& filter) const;

  // Signature requests (ledger/records/signing.h). request_signature sends each signer a link in the background and
  // answers before. Errc::unavailable `delivery_not_configured`; conflict `signature_request_open`, `fields_signed`,
  // `quote_<status>`. Addresses are whole for who may read the request, and masked in lists; no answer holds a link.
  [[nodiscard]] Result<Answer> request_signature(const Principal& caller, std::string_view number,
                                                 std::string_view idempotency_key, std::string_view body);
  [[nodiscard]] Result<Answer> read_signature_request(const Principal& caller, std::string_view id) const;
  // The sealed page on how its signers signed, as a PDF. Errc::conflict `not_signed`; gone `erased`.
  [[nodiscard]] Result<Bytes> signing_summary(const Principal& caller, std::string_view id) const;
  [[nodiscard]] Result<Answer> list_signature_requests(const Principal& caller, const SignatureFilter& filter) const;
  [[nodiscard]] Result<Answer> revoke_signature(const Principal& caller, std::string_view id, std::string_view body);
  // Recorded, then delivered while the caller waits. Errc::conflict `reminder_too_soon`, `not_sent_yet`; unavailable
  // `delivery_failed`.
  [[nodiscard]] Result<Answer> remind_signer(const Principal& caller, std::string_view id, std::string_view signer);
  [[nodiscard]] Result<Answer> renew_link(const Principal& caller, std::string_view id, std::string_view signer);
  [[nodiscard]] signature::CourierState delivery() const;
  [[nodiscard]] long_term::LongTermState long_term() const;
  // The operator asks: every proof that ends before the begin of the day is renewed, where a new one lasts longer.
  // Errc::invalid `bad_before`; unavailable `long_term_off`.
  [[nodiscard]] Result<Answer> renew_long_term(std::string_view before);
  // How documents stand, and which cannot be proved any more at the begin of the day `by` (may be empty). Null: the
  // operator asks.
  [[nodiscard]] Result<Answer> read_long_term(const Principal* caller, std::string_view by) const;

  // Lawful erasure (ledger/records/erasure.h): of the buyer of a quote, or of a person, on a legal basis. Another than
  // who asked approves; a legal hold forbids it. With the approval's entry the contents are gone for every reader, and
  // their key is destroyed before the answer: {"key_destroyed": false} when that waits (erasures_carried_out()).
  // Errc::conflict `already_erased`, `erasure_open`, `legal_hold`, `already_decided`; forbidden `four_eyes`,
  // `not_requester`. Repetition as with voids.
  [[nodiscard]] Result<Answer> ask_erasure(const Principal& caller, std::string_view idempotency_key,
                                           std::string_view body);
  [[nodiscard]] Result<Answer> decide_erasure(const Principal& caller, std::string_view id, Decision decision,
                                              std::string_view idempotency_key, std::string_view body);
  // With the quotes that an open request would reach.
  [[nodiscard]] Result<Answer> read_erasure(const Principal& caller, std::string_view id) const;
  [[nodiscard]] Result<Answer> list_erasures(const Principal& caller, const PageRequest& page) const;
  [[nodiscard]] Result<Answer> place_hold(const Principal& caller, std::string_view idempotency_key,
                                          std::string_view body);
  [[nodiscard]] Result<Answer> release_hold(const Principal& caller, std::string_view id,
                                            std::string_view idempotency_key, std::string_view body);
  [[nodiscard]] Result<Answer> read_hold(const Principal& caller, std::string_view id) const;
  [[nodiscard]] Result<Answer> list_holds(const Principal& caller, const PageRequest& page) const;

  // Public verification: no caller. What cannot be proved to be known is {"match": "unknown"} with nothing beside it.
  [[nodiscard]] Result<Answer> verify_bytes(std::string_view pdf) const;
  [[nodiscard]] Result<Answer> verify_sha256(std::string_view hex) const;
  [[nodiscard]] Result<Answer> verify_number(std::string_view number, std::string_view code) const;

  // The log. The checkpoint is the newest one that is witnessed as the policy asks (api/witness/witnesses.h), without a
  // policy the newest signed one.
  [[nodiscard]] std::string checkpoint() const;
  [[nodiscard]] witness::WitnessingState witnessing() const;
  // The same as JSON; `for_operator`: with what may name paths.
  [[nodiscard]] Answer read_witnesses(bool for_operator = false) const;
  // How trusted time stands; the newest token with what it is over. The operator also gets what went wrong in words.
  [[nodiscard]] time_stamping::TimeStampingState time_stamping() const;
  // How seals get their own time-stamps; nothing when they wait for none.
  [[nodiscard]] std::optional<time_stamping::SealTimesState> seal_times() const;
  [[nodiscard]] Answer read_time_stamping(bool for_operator = false) const;
  [[nodiscard]] std::string vkey() const;  // one line with its LF
  // How the log came to its key (FORMAT.md, "Succession of keys"). Errc::not_found `no_succession` for its first one.
  [[nodiscard]] Result<std::string> succession() const;
  // A tile's bytes (ledger/log/tiles.h). Errc::not_found beyond the published tree.
  [[nodiscard]] Result<std::shared_ptr<const std::string>> tile(const TileName& tile) const;
  [[nodiscard]] Result<std::string> entry_bundle(const Principal& caller, const TileName& tile) const;
  // RFC 6962 proofs, in lower-case hex; an absent size is the published one.
  [[nodiscard]] Result<Answer> inclusion_proof(std::uint64_t index, std::optional<std::uint64_t> size) const;
  [[nodiscard]] Result<Answer> consistency_proof(std::uint64_t from, std::optional<std::uint64_t> to) const;
  // Canonical entries in order.
  [[nodiscard]] Result<Answer> list_entries(const Principal& caller, std::uint64_t from,
                                            std::optional<std::uint64_t> limit) const;
  // 200 with {"ok", "tree_size", "root", "entries_checked", "problems", "recorded"}, or 202 with the run's id when it
  // takes longer or `in_background`; one run at a time, else Errc::overloaded `verification_running`. The operator's
  // principal hands in the report of a `quotary verify` (report_json, log_checks.h) instead, and gets {"recorded"}:
  // Errc::invalid `bad_report`; conflict `other_tree`.
  [[nodiscard]] Result<Answer> verify_log(const Principal& caller, std::string_view body,
                                          bool in_background = false) const;
  [[nodiscard]] Result<Answer> read_verification(const Principal& caller, std::string_view id) const;
  // The sealed PDF about a run that ended, also one before the last restart or of the command line; made and sealed
  // anew for each call; the operator may ask for it too. Errc::not_found `verification_not_found`; conflict
  // `verification_running`, `verification_failed`; unavailable while no seal can be used.
  [[nodiscard]] Result<Bytes> verification_report(const Principal& caller, std::string_view id) const;

  // Begins a backup into a folder, an absolute path of this machine, with all but the newest `keep` removed after it
  // (0: none removed). `chained`: told by an entry behind it, which it then lacks. The operator's alone. Errc::conflict
  // `backup_running`. How it goes on, or how the last one ended: api/use_cases/backups.h, describe().
  [[nodiscard]] Result<void> begin_backup(const Principal& caller, std::string folder, std::uint64_t keep,
                                          bool chained);
  [[nodiscard]] json::object read_backup() const;

  // What time alone brings: void requests that lapse, signature requests that expire, digests of the record of reads, a
  // disk that runs full, uploads that nobody went on with. Call it about once a minute; answers how many entries it
  // wrote.
  [[nodiscard]] Result<std::uint64_t> run_due_events();

  // Health: readiness fails with the latch's reason.
  [[nodiscard]] Result<void> ready() const;
  // For an answer that anybody may read: names of files below the organisation's folders, without where these are.
  [[nodiscard]] std::string without_folders(std::string text) const;
  // Where the seal's chain does not lead (`seal_chain_incomplete`, `seal_chain_root_differs`), while it seals all the
  // same.
  [[nodiscard]] std::optional<Error> seal_doubt() const;
  // False while the record of auditors' and administrators' reads cannot be written or chained: such reads are refused.
  [[nodiscard]] bool access_log_works() const;
  // False while the key of an erased subject could not be destroyed yet; run_due_events() and the next start try again.
  [[nodiscard]] bool erasures_carried_out() const;
  // False while no program looks at evidence files, so that none are taken.
  [[nodiscard]] bool evidence_can_be_taken() const;
  // False while the key by which customers' signatures are recorded cannot be used.
  [[nodiscard]] bool signatures_can_be_written() const;
  // True while a witness is lost or refuses, or the newest checkpoint has been waiting for its quorum for long.
  [[nodiscard]] bool witnessing_degraded() const;
  [[nodiscard]] IndexRootsState index_roots() const;
  // True while the subject index has trouble, or trails the ledger for long.
  [[nodiscard]] bool index_roots_degraded() const;
  [[nodiscard]] DiskState disk() const;  // as run_due_events() last found it
  [[nodiscard]] LedgerState ledger_state() const;
  [[nodiscard]] std::string metrics() const;  // Prometheus text

  struct Parts;                                           // this layer's own
  [[nodiscard]] Parts& parts() const { return *parts_; }  // the same: for use cases that stand apart (signer_calls.h)

 private:
  explicit Organisation(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace quotary::api
