#include "api/time_stamping/time_stamper.h"

#include "api/time_stamping/ask.h"
#include "ledger/log/checkpoint.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/note.h"
#include "ledger/log/system_event.h"

#include <algorithm>
#include <utility>

namespace quotary::time_stamping {

namespace {

std::int64_t ms_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

Result<Checkpoint> checkpoint_of(std::string_view note) {
  QUOTARY_TRY(parts, parse_note(note));
  return parse_checkpoint_text(parts.text);
}

Result<Stamped> read_parts(const Ledger& ledger, const Entry& entry) {
  Stamped out;
  out.index = entry.index;
  QUOTARY_TRY(note, ledger.object(entry, checkpoint_object));
  QUOTARY_TRY(checkpoint, checkpoint_of(note));
  QUOTARY_TRY(der, ledger.object(entry, token_object));
  QUOTARY_TRY(token, signing::read_time_token(der));
  out.size = checkpoint.size;
  out.note = std::move(note);
  out.token = std::move(token);
  return out;
}

Result<Stamped> stamped_by(const Ledger& ledger, const Entry& entry) {
  auto stamped = read_parts(ledger, entry);
  if (!stamped)
    return fail(stamped.error().kind, stamped.error().code,
                "the token of entry " + std::to_string(entry.index) + " cannot be read: " + stamped.error().detail);
  return stamped;
}

Draft draft_of(const Stamped& stamped, const Hash& root) {
  Draft draft = system_draft(token_entry_type, token_subject,
                             {{"size", stamped.size},
                              {"root", root.hex()},
                              {"time", format_rfc3339(stamped.token.time)},
                              {"policy", stamped.token.policy}});
  draft.objects.push_back({std::string(checkpoint_object), "text/plain", stamped.note, "", 1});
  draft.objects.push_back({std::string(token_object), signing::time_token_type, stamped.token.der, "", 1});
  return draft;
}

}  // namespace

Result<std::optional<Stamped>> newest_stamped(const Ledger& ledger) {
  QUOTARY_TRY(entry, newest_about(ledger, token_subject));
  if (!entry) return std::optional<Stamped>();
  QUOTARY_TRY(stamped, stamped_by(ledger, *entry));
  return std::optional<Stamped>(std::move(stamped));
}

TimeStamper::TimeStamper(TimeStampingConfig config, TimeStamperPorts ports, std::string roots,
                         std::unique_ptr<http::Transport> transport)
    : config_(std::move(config)),
      ports_(std::move(ports)),
      roots_(std::move(roots)),
      transport_(std::move(transport)) {}

Result<std::unique_ptr<TimeStamper>> TimeStamper::start(TimeStampingConfig config, TimeStamperPorts ports) {
  QUOTARY_CHECK(ports.ledger && ports.files && ports.clock && ports.random);
  QUOTARY_TRY(roots, read_file(*ports.files, config.roots_file, roots_bytes_max));
  if (const auto usable = signing::check_time_roots(roots); !usable)
    return fail(usable.error().kind, usable.error().code, config.roots_file + ": " + usable.error().detail);
  if (!ports.transport) {
    http::ClientConfig client;
    client.request_timeout = config.pace.request_timeout;
    client.answer_max = signing::time_reply_bytes_max;
    client.ca_file = config.ca_file;
    ports.transport = http::http_transport("", signing::time_query_type, std::move(client));
  }
  QUOTARY_TRY(transport, ports.transport(config.url));
  auto made = std::unique_ptr<TimeStamper>(
      new TimeStamper(std::move(config), std::move(ports), std::move(roots), std::move(transport)));
  QUOTARY_TRY_VOID(made->recall());
  made->thread_ = std::thread([stamper = made.get()] { stamper->run(); });
  return made;
}

// What the ledger holds of earlier runs. Damage is an error: a damaged ledger takes no entries.
Result<void> TimeStamper::recall() {
  const auto now = std::chrono::steady_clock::now();
  due_ = next_try_ = chain_next_ = now;
  QUOTARY_TRY(token, newest_about(*ports_.ledger, token_subject));
  QUOTARY_TRY(loss, newest_about(*ports_.ledger, lost_subject));
  Lock lock(mutex_);
  if (token) {
    auto stamped = stamped_by(*ports_.ledger, *token);
    if (!stamped && stamped.error().kind == Errc::corrupt) return std::move(stamped).error();
    if (stamped) {
      newest_ = std::move(*stamped);
      const auto interval = config_.pace.interval.count();
      const std::int64_t passed = ports_.clock->now().unix_ms - token->time.unix_ms;
      due_ = now + std::chrono::milliseconds(std::clamp<std::int64_t>(interval - passed, 0, interval));
    } else {  // what was chained, as it was: no reason not to serve, and the next token takes its place
      recall_trouble_ = stamped.error().detail;
      say("time-stamping: " + recall_trouble_);
    }
  }
  told_ = lost_ = loss && (!token || token->index < loss->index);
  look(lock);
  tell_operator(lock);
  return {};
}

TimeStamper::~TimeStamper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  transport_->cancel();
  if (thread_.joinable()) thread_.join();
}

void TimeStamper::run() {
  Lock lock(mutex_);
  while (!stopping_) {
    look(lock);
    const auto now = std::chrono::steady_clock::now();
    if (!closed_ && pending_since_ && now >= due_ && now >= next_try_) attempt(lock);
    tell_loss(lock);
    tell_operator(lock);
    if (!stopping_) wake_.wait_for(lock, config_.pace.poll);
  }
}

// Whoever asks for the state must not wait for the operator's log.
void TimeStamper::tell_operator(Lock& lock) {
  const auto lines = std::exchange(to_say_, {});
  lock.unlock();
  for (const std::string& line : lines) {
    if (config_.say) config_.say(line);
  }
  lock.lock();
}

// A token covers what is before its checkpoint's size; its own entry is no reason for another one.
std::uint64_t TimeStamper::first_unstamped() const {
  if (!newest_) return 0;
  return newest_->index == newest_->size ? newest_->index + 1 : newest_->size;
}

// The disk is read without the lock: who asks for the state must not wait for it.
void TimeStamper::look(Lock& lock) {
  const LedgerState ledger = ports_.ledger->state();
  signed_size_ = ledger.tree_size;
  if (ledger.latched && !std::exchange(closed_, true))
    say("time-stamping: the ledger takes no entries any more, so no token is asked for");
  const std::uint64_t first = first_unstamped();
  if (signed_size_ <= first) return pending_since_.reset();
  if (pending_since_) return;
  lock.unlock();
  const auto entry = ports_.ledger->entry(first);
  const Timestamp since = entry ? entry->time : ports_.clock->now();
  lock.lock();
  pending_since_ = since;
}

void TimeStamper::attempt(Lock& lock) {
  if (!waiting_) {
    const auto asked_at = std::chrono::steady_clock::now();
    ++asked_total_;
    lock.unlock();
    auto fetched = fetch(asked_at);
    lock.lock();
    if (!fetched) {
      if (!stopping_) fail_once(fetched.error());
      return;
    }
    failures_ = 0;
    failing_since_.reset();
    failure_.reset();
    waiting_ = std::move(*fetched);
  }
  chain(lock);
  look(lock);
}

Result<TimeStamper::Waiting> TimeStamper::fetch(Time asked_at) {
  Waiting out;
  Stamped& stamped = out.stamped;
  stamped.note = ports_.ledger->checkpoint();
  QUOTARY_TRY(checkpoint, checkpoint_of(stamped.note));
  stamped.size = checkpoint.size;
  QUOTARY_TRY(token, ask_authority(*transport_, sha256(stamped.note), roots_, *ports_.clock, *ports_.random));
  stamped.token = std::move(token);
  out.draft = draft_of(stamped, checkpoint.root);
  out.asked_at = asked_at;
  return out;
}

void TimeStamper::fail_once(const Error& error) {
  const auto now = std::chrono::steady_clock::now();
  const auto& pace = config_.pace;
  ++failures_;
  ++failed_total_;
  if (!failing_since_) failing_since_ = now;
  if (!failure_ || failure_->code != error.code) say("time-stamping: " + error.detail + " (" + error.code + ")");
  failure_ = error;
  const auto doubled = pace.retry_first * (std::int64_t{1} << std::min<std::uint64_t>(failures_ - 1, 20));
  next_try_ = now + std::min<std::chrono::milliseconds>(doubled, pace.retry_max);
  if (now - *failing_since_ >= pace.lost_after) lost_ = true;
}

// A token that could not be written is kept and written later: asking again would not help.
void TimeStamper::chain(Lock& lock) {
  lock.unlock();
  const auto index = append_draft(*ports_.ledger, waiting_->draft);
  lock.lock();
  if (!index) {
    if (chain_trouble_.empty()) say("time-stamping: a token could not be chained: " + index.error().detail);
    chain_trouble_ = "a token was given and could not be chained: " + index.error().detail;
    next_try_ = std::chrono::steady_clock::now() + config_.pace.chain_retry;
    return;
  }
  if (lost_) say("time-stamping: back");
  newest_ = std::move(waiting_->stamped);
  newest_->index = *index;
  due_ = waiting_->asked_at + config_.pace.interval;
  waiting_.reset();
  pending_since_.reset();
  lost_ = told_ = false;
  recall_trouble_.clear();
  chain_trouble_.clear();
}

// Appending waits for the sequencer, so nothing is held meanwhile.
void TimeStamper::tell_loss(Lock& lock) {
  const auto now = std::chrono::steady_clock::now();
  if (failing_since_ && now - *failing_since_ >= config_.pace.lost_after) lost_ = true;
  if (!lost_ || told_ || closed_ || stopping_ || now < chain_next_) return;
  const Draft draft = system_draft(lost_entry_type, lost_subject,
                                   {{"size", newest_ ? newest_->size : 0}, {"code", failure_ ? failure_->code : ""}});
  lock.unlock();
  const auto committed = append_draft(*ports_.ledger, draft);
  lock.lock();
  if (!committed) {
    chain_next_ = std::chrono::steady_clock::now() + config_.pace.chain_retry;
    chain_trouble_ = "that the time-stamping authority is lost could not be chained: " + committed.error().detail;
    return;
  }
  chain_trouble_.clear();
  told_ = true;
  say("time-stamping: the authority is LOST (" + std::string(draft.body.at("code").as_string()) + ")");
}

TimeStampingState TimeStamper::state() const {
  const std::uint64_t signed_size = ports_.ledger->state().tree_size;
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  TimeStampingState out;
  out.configured = true;
  out.newest = newest_;
  out.signed_size = std::max(signed_size, signed_size_);
  out.pending_from = first_unstamped();
  out.pending_since = pending_since_;
  if (out.signed_size > out.pending_from && !out.pending_since) out.pending_since = ports_.clock->now();
  if (out.pending_since) {
    const auto wait = std::max<std::int64_t>(ms_between(now, std::max(due_, next_try_)), 0);
    out.next_try = Timestamp{ports_.clock->now().unix_ms + wait};
  }
  if (failure_) {
    out.code = failure_->code;
    out.detail = failure_->detail;
  }
  out.failures = failures_;
  if (failing_since_) out.failing_ms = ms_between(*failing_since_, now);
  out.asked_total = asked_total_;
  out.failed_total = failed_total_;
  // Silence and refusals are an outage; an answer that is no token, or one that does not hold, is for a person.
  const bool wrong = failure_ && (failure_->kind == Errc::corrupt || failure_->kind == Errc::invalid);
  out.trouble = closed_                   ? "the ledger takes no entries any more, so no token is asked for"
                : wrong                   ? failure_->detail
                : !chain_trouble_.empty() ? chain_trouble_
                                          : recall_trouble_;
  out.state = lost_ ? "lost" : failing_since_ ? "failing" : out.pending_since ? "pending" : "stamped";
  return out;
}

std::string sentence_of(const TimeStampingState& state) {
  std::string out = "signed to " + std::to_string(state.signed_size);
  if (state.newest) {
    const auto& token = state.newest->token;
    out += ", stamped to " + std::to_string(state.newest->size) + " at " + format_rfc3339(token.time) + " by " +
           token.authority + (token.own ? " (own authority)" : "");
  } else {
    out += ", no trusted time yet";
  }
  if (state.pending_since) out += ", pending since " + format_rfc3339(*state.pending_since);
  if (!state.code.empty()) out += ", " + state.code;
  return out;
}

bool is_degraded(const TimeStampingState& state) {
  return state.configured && (state.state == "lost" || !state.trouble.empty());
}

}  // namespace quotary::time_stamping
