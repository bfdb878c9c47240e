// What an open organisation is made of, shared by the use cases of this folder. Nothing outside api/ includes it.
#pragma once

#include "api/faults.h"
#include "api/organisation.h"
#include "api/signature/codes.h"
#include "api/time_stamping/time_stamper.h"
#include "api/use_cases/access_log.h"
#include "api/use_cases/sessions.h"
#include "api/witness/witnesses.h"
#include "ledger/log/index_roots.h"
#include "ledger/quote/parse.h"
#include "ledger/records/views.h"
#include "signing/keys.h"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>

namespace quotary::api {

class Issuer;
class Backups;
class LogChecks;
class ServiceEvents;
class ErasedKeys;
class FindingsCache;
class EvidenceStore;

// Lets one call at a time through for each idempotent request; a second one waits for the first. Thread-safe.
class RequestGate {
 public:
  class Pass {
   public:
    Pass(RequestGate& gate, std::string scope) : gate_(&gate), scope_(std::move(scope)) {}
    ~Pass() { gate_->leave(scope_); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    RequestGate* gate_;
    std::string scope_;
  };
  [[nodiscard]] std::unique_ptr<Pass> enter(const std::string& scope);

 private:
  void leave(const std::string& scope);
  std::mutex mutex_;
  std::condition_variable left_;
  std::set<std::string> inside_;
};

// Stands where names and texts stood whose subject was erased.
inline constexpr std::string_view erased_text = "（已依法删除 erased）";

// Remembers the last texts read from private objects, by entry index and member. Bounded. Thread-safe.
class TextCache {
 public:
  [[nodiscard]] std::optional<std::string> find(std::uint64_t index) const;
  // Read before a text is, and given with it: what was read before an erasure is not remembered behind it.
  [[nodiscard]] std::uint64_t age() const { return age_; }
  void put(std::uint64_t index, std::string text, std::uint64_t age);
  void forget_all();

 private:
  static constexpr std::size_t texts_max = 50'000;
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> age_{0};
  std::unordered_map<std::uint64_t, std::string> texts_;
};

// Proofs for public answers. A proof holds for ever, so one under a checkpoint of the last minute serves as well as one
// under the newest, and many may ask about the same document. Bounded. Thread-safe.
class ProofCache {
 public:
  struct Proof {
    std::string text;
    std::uint64_t tree_size = 0;  // of its checkpoint
    std::int64_t made_at_ms = 0;  // monotonic
  };
  static constexpr std::int64_t age_max_ms = 60'000;
  [[nodiscard]] std::shared_ptr<const Proof> find(std::uint64_t index, std::int64_t now_ms) const;
  void put(std::uint64_t index, std::shared_ptr<const Proof> proof);

 private:
  static constexpr std::size_t proofs_max = 8'192;  // some 2 KB each
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::shared_ptr<const Proof>> proofs_;
};

// Tiles that were asked for: they never change, and each is 256 reads of the tree. Bounded. Thread-safe.
class TileCache {
 public:
  using Tile = std::shared_ptr<const std::string>;
  [[nodiscard]] Tile find(const TileName& tile) const;
  void put(const TileName& tile, Tile bytes);

 private:
  static constexpr std::size_t tiles_max = 4'096;  // of at most 8 KB
  using Key = std::tuple<unsigned, std::uint64_t, unsigned>;
  mutable std::mutex mutex_;
  std::map<Key, Tile> tiles_;
};

struct Organisation::Parts {
  Parts();
  ~Parts();

  OrganisationConfig config;
  std::unique_ptr<signing::KeyFolder> keys;  // before the ledger, which uses its signer and cipher to its end
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<EvidenceStore> evidence;  // the contents of cases' evidence; after the keys
  std::shared_ptr<const pdfgen::Fonts> fonts;
  std::shared_ptr<const signing::Seal> seal;
  std::optional<Error> seal_error;     // why `seal` is null: issuing is refused, reading goes on
  std::optional<Error> seal_doubt;     // where its chain does not lead; sealing goes on
  std::optional<Error> signing_error;  // why no customer can sign: nobody is asked to, reading goes on
  OrganisationProfile profile;
  Party seller;
  std::optional<TimeZone> zone;
  std::unique_ptr<Issuer> issuer;  // after the ledger: stops first
  RequestGate gate;
  Sessions sessions;
  LoginBrake logins;
  mutable TextCache person_names, buyer_names, seller_names;
  mutable ProofCache public_proofs;
  mutable TileCache tiles;
  std::unique_ptr<judging::Judges> judges;
  std::unique_ptr<FindingsCache> findings;  // of documents that were verified
  std::string recording_pem;                // that of the signing service, as it is now; empty: none
  std::string adopted_pem;                  // the certificates that signed documents here, as the entries tell
  std::string signer_roots_pem;             // what people's own certificates lead to; may be empty
  std::string seal_roots_pem;               // what the seal's certificate is to lead to; may be empty
  std::string time_roots_pem;               // of the time-stamping authorities that are trusted; may be empty
  std::unique_ptr<AccessLog> access;
  std::unique_ptr<ErasedKeys> erased_keys;        // after the ledger and the keys
  std::unique_ptr<Backups> backups;               // after the ledger, which it pins and appends to
  std::unique_ptr<LogChecks> checks;              // after the ledger: its run ends first
  std::unique_ptr<IndexRoots> index_roots;        // after the ledger, which it appends to; null: no index is kept
  std::unique_ptr<witness::Witnesses> witnesses;  // after the ledger, which it appends to; null: none are asked
  std::unique_ptr<time_stamping::TimeStamper> time_stamper;  // the same
  std::unique_ptr<time_stamping::SealTimes> seal_times;      // null: seals wait for no time-stamp
  std::optional<time_stamping::Stamped> read_only_stamped;   // of a ledger that is served for reading alone
  std::unique_ptr<signature::Codes> codes;                   // after the keys
  std::unique_ptr<signature::Courier> courier;  // after the ledger, which it appends to; null: nothing is delivered
  std::unique_ptr<long_term::LongTerm> long_term_worker;  // the same; null: nothing is done for later
  std::unique_ptr<ServiceEvents> service;                 // the same; null: nothing is chained about the service
  std::atomic<int> periods_looked_at{0};  // the month, counted from year 0, before which nothing is left to seal
  std::atomic<std::uint64_t> issued_total{0}, verified_total{0}, logins_total{0}, logins_failed_total{0};

  [[nodiscard]] Timestamp now() const { return config.clock->now(); }
  // An organisation that was made.
  [[nodiscard]] static Result<std::unique_ptr<Parts>> open(const OrganisationConfig& config);
  using OpenLedger = std::function<Result<std::unique_ptr<Ledger>>(const LedgerOptions&, const LedgerPorts&)>;
  [[nodiscard]] static Result<std::unique_ptr<Parts>> open_on(const OrganisationConfig& config,
                                                              std::unique_ptr<signing::KeyFolder> keys,
                                                              const OpenLedger& open_ledger);
  [[nodiscard]] Result<void> load_fonts();
  // A text from outside that documents will show, in NFC: by the rules of a quote's own texts, so that no entry holds
  // what a later document could not. Errc::invalid with the pointer.
  [[nodiscard]] Result<std::string> document_text(std::string_view text, const std::string& pointer,
                                                  std::size_t characters_max) const;
  // Opens seal, fonts and issuer over an open ledger.
  [[nodiscard]] Result<void> start();
  [[nodiscard]] Result<Party> read_seller() const;  // of the first entry
  // Where none can be used, or readers would be led nowhere, `seal_error` or `seal_doubt` says so.
  [[nodiscard]] Result<void> load_seal();
  [[nodiscard]] Result<void> start_witnesses();
  // The newest witnessed checkpoint if that covers the entry, else the newest one.
  [[nodiscard]] std::string checkpoint_covering(std::uint64_t index) const;
  void start_index_roots();
  [[nodiscard]] Result<void> start_service_events();
  [[nodiscard]] Result<void> start_time_stamping();
  [[nodiscard]] Result<void> start_seal_times();
  [[nodiscard]] Result<void> start_signatures();
  [[nodiscard]] Result<void> open_signing();
  [[nodiscard]] Result<void> start_verifying();
  [[nodiscard]] Result<void> start_long_term();
  // Ends open signature requests whose time has come; answers how many.
  [[nodiscard]] Result<std::uint64_t> expire_signatures();

  // One read of the published state.
  template <class T, class Read>
  [[nodiscard]] Result<T> read(Read function) const {
    std::optional<Result<T>> out;
    QUOTARY_TRY_VOID(ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
      out.emplace(function(state));
      return {};
    }));
    return std::move(*out);
  }

  // The entry's payload. Errc::gone `erased` when its subject was erased; the detail names the entry that did it.
  [[nodiscard]] Result<std::string> payload(const Entry& entry, std::string_view name) const;
  // A text member of a JSON payload; erased_text once its subject is erased, "" when it is not there.
  [[nodiscard]] std::string text_in(std::uint64_t index, std::string_view payload_name, std::string_view member) const;
  // What follows once an erasure's entry is durable: its key is destroyed, and nothing of it stays in memory. False:
  // the key still waits to be destroyed.
  [[nodiscard]] bool carry_out_erasure(std::string_view target);
  // A page that states facts as of `time`, sealed. `seal_error` when there is no seal, and errors of sealing.
  [[nodiscard]] Result<std::string> seal_statement(std::string_view unsealed, std::string reason, Timestamp time) const;
  // The key subject for new payloads about what `key_subject` stands for (ledger/records/erasure.h).
  [[nodiscard]] Result<std::string> live_key_subject(std::string_view key_subject) const;

  // Names from the people's own objects; "" for callers without a record, erased_text when the key is gone.
  [[nodiscard]] std::string person_name(std::string_view id) const;
  // The canonical quote of a quote.issued entry.
  [[nodiscard]] Result<NumberedQuote> stored_quote(const Entry& issued) const;
  [[nodiscard]] std::string buyer_name(const records::QuoteRecord& quote) const;
  // Records an auditor's or administrator's read of customers' documents, before it is answered.
  [[nodiscard]] Result<void> note_read(const Principal& caller, std::string_view what, std::string_view subject,
                                       std::uint64_t count = 1) const;
  // Chains the digests of ended segments of that record; answers how many.
  [[nodiscard]] Result<std::uint64_t> chain_access() const;
  // Seals the months and years of series that have ended (ledger/records/period_seal.h), at most period_seals_max;
  // answers how many. Nothing where a write is refused.
  [[nodiscard]] Result<std::uint64_t> seal_periods();
  // Who a quote names as its seller; the organisation's own name once that cannot be read any more.
  [[nodiscard]] std::string seller_name(std::uint64_t issued_index) const;
  // A proof of the entry under the newest witnessed checkpoint if that covers it, else under the newest one.
  [[nodiscard]] Result<std::string> best_proof(std::uint64_t index) const;
  // A proof of the entry under a checkpoint of the last minute.
  [[nodiscard]] Result<std::shared_ptr<const ProofCache::Proof>> public_proof(std::uint64_t index) const;
  // Errc::unavailable `status_unknown` when a damaged ledger's state may lack what happened last: then no status is
  // told.
  [[nodiscard]] Result<void> require_whole_state() const;
  // A quote in the caller's scope, else not_found.
  [[nodiscard]] Result<records::QuoteRecord> quote_for(const Principal& caller, Call call,
                                                       std::string_view number) const;
};

// What names an idempotent request: hex hashes for Draft.
struct RequestIdentity {
  std::string scope, body;
};
// Errc::invalid `idempotency_key_missing` | `idempotency_key_invalid`.
[[nodiscard]] Result<RequestIdentity> identify_request(const signing::KeyFolder& keys, const Principal& caller,
                                                       std::string_view method, std::string_view path,
                                                       std::string_view key, const json::value& body);
// The entry that answered this request before, if any. Errc::invalid `idempotency_key_reused` when the body differs.
[[nodiscard]] Result<std::optional<std::uint64_t>> answered_before(const Organisation::Parts& parts,
                                                                   const RequestIdentity& request);

// One page of the state's keys with `prefix`; `describe` answers the item of what follows the prefix.
[[nodiscard]] Result<Answer> page_of(
    const Organisation::Parts& parts, std::string_view prefix, const PageRequest& page,
    const std::function<Result<json::object>(const StateReader&, std::string_view)>& describe);

// A day in a list's filter, or "". Errc::invalid `bad_date`, naming the parameter.
[[nodiscard]] Result<void> check_day(const std::string& parameter, std::string_view day);
// A status in a list's filter, or "": one of those that there are. Errc::invalid `bad_status`, which names them.
[[nodiscard]] Result<void> check_status(std::string_view status, std::initializer_list<std::string_view> known);
// How many things a page of a list may hold: what was asked for, else the list's default. Errc::invalid `bad_limit` for
// 0 and for more than `most`.
[[nodiscard]] Result<std::uint64_t> page_limit(std::optional<std::uint64_t> asked,
                                               std::uint64_t otherwise = list_items_default,
                                               std::uint64_t most = list_items_max);
// Errc::invalid `bad_cursor`.
[[nodiscard]] Result<std::uint64_t> parse_cursor(std::string_view cursor);

// Strict JSON of a request's body; Errc::invalid `bad_json` and its like.
[[nodiscard]] Result<json::object> parse_body(std::string_view body);

[[nodiscard]] json::object ledger_member(const Entry& entry, const std::string& proof);
[[nodiscard]] NewObject facts_object(const json::object& facts);
[[nodiscard]] json::object time_and_code(Timestamp time, const std::string& code);
[[nodiscard]] std::string code_hash(std::string_view number, std::string_view code);

}  // namespace quotary::api
