#include "api/long_term/worker.h"

#include "api/time_stamping/ask.h"
#include "signing/ocsp.h"

#include <algorithm>

namespace quotary::long_term {
namespace {

constexpr std::string_view quote_subject = "quote:";

// Entries behind which a document may have something to climb for.
bool matters(std::string_view type) {
  return type == "quote.issued" || type == "signature.signed" || type == "signature.added" ||
         type == "signature.declined" || type == "signature.revoked" || type == "signature.expired";
}

std::chrono::milliseconds doubled(std::chrono::milliseconds first, std::uint64_t failures,
                                  std::chrono::milliseconds most) {
  return std::min<std::chrono::milliseconds>(first * (std::int64_t{1} << std::min<std::uint64_t>(failures - 1, 20)),
                                             most);
}

}  // namespace

Result<std::unique_ptr<LongTerm>> LongTerm::start(LongTermConfig config, LongTermPorts ports) {
  QUOTARY_CHECK(ports.ledger && ports.clock && ports.random && ports.candidate && ports.append);
  http::ClientConfig client;
  client.request_timeout = config.pace.request_timeout;
  client.answer_max = signing::time_reply_bytes_max;
  client.ca_file = ports.ca_file;
  QUOTARY_TRY(authority, http::http_transport("", signing::time_query_type, std::move(client))(ports.tsa_url));
  auto made = std::unique_ptr<LongTerm>(new LongTerm(std::move(config), std::move(ports), std::move(authority)));
  made->thread_ = std::thread([worker = made.get()] { worker->run(); });
  return made;
}

LongTerm::LongTerm(LongTermConfig config, LongTermPorts ports, std::unique_ptr<http::Transport> authority)
    : config_(std::move(config)), ports_(std::move(ports)), authority_(std::move(authority)) {
  look_again_ = std::chrono::steady_clock::now() + config_.pace.look_again;
}

LongTerm::~LongTerm() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (fetching_) fetching_->cancel();
  }
  wake_.notify_all();
  authority_->cancel();
  if (thread_.joinable()) thread_.join();
}

LongTermState LongTerm::state() const {
  const std::lock_guard lock(mutex_);
  LongTermState out;
  out.configured = true;
  out.target = signing::seal_level_name(config_.target);
  out.waiting = waiting_.size();
  out.rungs_total = rungs_total_;
  out.failures_total = failures_total_;
  out.looks_total = looks_total_;
  if (failure_) out.code = failure_->code, out.detail = failure_->detail;
  out.failing_since = failing_since_;
  return out;
}

void LongTerm::renew(Timestamp before) {
  {
    const std::lock_guard lock(mutex_);
    renew_asked_ = std::max(renew_asked_, before);
    ++renewals_;
    read_to_ = 0;
    for (auto& [number, attempt] : waiting_) attempt = {};
  }
  wake_.notify_all();
}

void LongTerm::run() {
  Lock lock(mutex_);
  while (!stopping_) {
    if (std::chrono::steady_clock::now() >= look_again_) {
      read_to_ = 0;
      ++looks_total_;
      look_again_ = std::chrono::steady_clock::now() + config_.pace.look_again;
    }
    read_entries(lock);
    if (const auto number = due()) {
      attempt(lock, *number);
      if (!stopping_) wake_.wait_for(lock, config_.pace.pause);
    } else if (!stopping_) {
      wake_.wait_for(lock, config_.pace.poll);
    }
  }
}

// The disk is read without the lock.
void LongTerm::read_entries(Lock& lock) {
  const auto ledger = ports_.ledger->state();
  if (ledger.latched) return;
  const std::uint64_t end = std::min(ledger.tree_size, read_to_ + entries_a_round_max);
  while (read_to_ < end && waiting_.size() < waiting_max && !stopping_) {
    const std::uint64_t index = read_to_;
    lock.unlock();
    const auto entry = ports_.ledger->entry(index);
    lock.lock();
    ++read_to_;
    if (!entry || !matters(entry->type) || !entry->subject.starts_with(quote_subject)) continue;
    const std::string number = entry->subject.substr(quote_subject.size());
    // What a document waited for may be over now.
    if (entry->type == "quote.issued")
      waiting_.try_emplace(number);
    else
      waiting_[number] = {};
  }
}

std::optional<std::string> LongTerm::due() const {
  const auto now = std::chrono::steady_clock::now();
  const auto found = std::min_element(waiting_.begin(), waiting_.end(),
                                      [](const auto& a, const auto& b) { return a.second.next < b.second.next; });
  if (found == waiting_.end() || found->second.next > now) return std::nullopt;
  return found->first;
}

void LongTerm::attempt(Lock& lock, const std::string& number) {
  const Timestamp asked = renew_asked_;
  const std::uint64_t renewals = renewals_;
  lock.unlock();
  const auto done = climb_once(number, asked);
  lock.lock();
  if (stopping_) return;
  if (!done && renewals != renewals_) {  // what was begun before that says nothing about now
    waiting_[number] = {};
    return;
  }
  if (!done) return put_off(number, done.error());
  if (*done) {
    waiting_.erase(number);
    return;
  }
  ++rungs_total_;
  failure_.reset();
  failing_since_.reset();
  waiting_[number] = {};
}

Result<bool> LongTerm::climb_once(const std::string& number, Timestamp renew_asked) {
  const Timestamp now = ports_.clock->now();
  const Timestamp settled{now.unix_ms - config_.pace.settle.count()};
  const Timestamp renew =
      std::max(renew_asked, Timestamp{now.unix_ms + std::chrono::milliseconds(config_.pace.renew_before).count()});
  QUOTARY_TRY(candidate, ports_.candidate(number, settled, renew));
  if (!candidate) return true;
  signing::LevelQuestion question;
  question.trust_anchors_pem = ports_.signer_roots_pem + candidate->signers_pem;
  question.time_roots_pem = ports_.time_roots_pem;
  question.now = now;
  question.ocsp_nonce = ports_.random->bytes(16);
  const ClimbPorts climbing{[this](const signing::Fetch& place) { return fetch(place); },
                            [this](const Hash& imprint) { return token(imprint); }};
  QUOTARY_TRY(rung, climb(candidate->pdf, question, config_.target, renew, climbing));
  if (!rung) return true;
  QUOTARY_TRY_VOID(ports_.append(number, *candidate, *rung));
  return false;
}

// What only has to wait is no failure.
void LongTerm::put_off(const std::string& number, const Error& error) {
  auto& attempt = waiting_[number];
  ++attempt.failures;
  attempt.next =
      std::chrono::steady_clock::now() + doubled(config_.pace.retry_first, attempt.failures, config_.pace.retry_max);
  if (error.kind == Errc::conflict) return;
  ++failures_total_;
  if (!failing_since_) failing_since_ = ports_.clock->now();
  if (config_.say && (!failure_ || failure_->code != error.code))
    config_.say("long-term proof: " + number + ": " + error.detail + " (" + error.code + ")");
  failure_ = error;
}

Result<std::string> LongTerm::fetch(const signing::Fetch& place) {
  QUOTARY_TRY(url, http::parse_http_url(place.url));
  http::ClientConfig config;
  config.request_timeout = config_.pace.request_timeout;
  config.answer_max = signing::material_bytes_max;
  config.ca_file = ports_.ca_file;
  http::Client client(std::move(url), std::move(config));
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return fail(Errc::unavailable, "cancelled", "the server stops");
    fetching_ = &client;
  }
  auto answer = place.request.empty() ? client.get() : client.post("", signing::ocsp_request_type, place.request);
  {
    const std::lock_guard lock(mutex_);
    fetching_ = nullptr;
  }
  if (!answer) return std::move(answer).error();
  if (answer->status != 200)
    return fail(Errc::unavailable, "status_" + std::to_string(answer->status),
                "it answered " + std::to_string(answer->status) + ": " + http::said_by_server(answer->body));
  return std::move(answer->body);
}

Result<std::string> LongTerm::token(const Hash& imprint) {
  auto token = time_stamping::ask_authority(*authority_, imprint, ports_.time_roots_pem, *ports_.clock, *ports_.random);
  if (token) return std::move(token->der);
  const Error& error = token.error();
  return fail(error.kind, error.code, "the time-stamping authority: " + error.detail);
}

}  // namespace quotary::long_term
