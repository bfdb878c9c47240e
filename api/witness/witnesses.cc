#include "api/witness/witnesses.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/newest_about.h"
#include "ledger/log/system_event.h"

#include <algorithm>

namespace quotary::witness {

namespace {

constexpr std::chrono::milliseconds chain_retry{10'000};
constexpr std::string_view lost_type = "system.witness_lost", back_type = "system.witness_back";

// A policy's names are opaque bytes, and ours go into JSON and logs.
std::string printable(const std::string& name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t length = utf8_length(std::string_view(name).substr(at));
    if (length == 0) return "0x" + to_hex(name);
    at += length;
  }
  return name;
}

std::string subject_of(const std::string& key) { return "witness:" + key; }

std::int64_t ms_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

}  // namespace

Witnesses::Witnesses(WitnessingConfig config, std::string remember_path, WitnessesPorts ports, WitnessPolicy policy)
    : config_(std::move(config)),
      remember_path_(std::move(remember_path)),
      ports_(std::move(ports)),
      policy_(std::move(policy)),
      cosigned_(policy_) {}

Result<std::unique_ptr<Witnesses>> Witnesses::start(WitnessingConfig config, std::string remember_path,
                                                    WitnessesPorts ports) {
  QUOTARY_CHECK(ports.ledger && ports.files && ports.clock);
  QUOTARY_TRY(text, read_file(*ports.files, config.policy_file, policy_bytes_max));
  auto policy = WitnessPolicy::parse(text);
  if (!policy) return fail(policy.error().kind, policy.error().code, config.policy_file + ", " + policy.error().detail);
  const auto& logs = policy->logs();
  if (!logs.empty() &&
      std::none_of(logs.begin(), logs.end(), [&](const PolicyLog& log) { return log.key == ports.log; })) {
    return fail(Errc::invalid, "policy_other_log",
                config.policy_file + " is about other logs: it has no line `log " + vkey_text(ports.log) + "`");
  }
  if (!ports.transport) ports.transport = http_transport(config.ca_file, config.pace.request_timeout);
  auto made = std::unique_ptr<Witnesses>(
      new Witnesses(std::move(config), std::move(remember_path), std::move(ports), std::move(*policy)));
  QUOTARY_TRY_VOID(made->make_exchanges());
  made->recall();
  made->begin();
  return made;
}

Result<void> Witnesses::make_exchanges() {
  bool any = false;
  for (const PolicyWitness& witness : policy_.witnesses()) {
    auto asked = std::make_unique<Asked>();
    asked->name = printable(witness.name);
    asked->key = witness.key.name + "+" + to_hex(witness.key.id);
    if (!witness.url.empty()) {
      QUOTARY_TRY(transport, ports_.transport(witness.url));
      asked->transport = std::move(transport);
      asked->exchange = std::make_unique<Exchange>(witness, *asked->transport);
      any = true;
    }
    // What an earlier run told of it last.
    QUOTARY_TRY(told, newest_about(*ports_.ledger, subject_of(asked->key)));
    asked->lost = asked->told = told && told->type == lost_type;
    asked_.push_back(std::move(asked));
  }
  if (!any)
    return fail(Errc::invalid, "no_witness_url",
                config_.policy_file + " gives no witness's URL, so nobody can be asked: `witness <name> <vkey> <url>`");
  return {};
}

// A checkpoint that was cosigned and is not in this ledger says that the ledger lost its end or is another one.
void Witnesses::recall() {
  auto remembered = read_remembered(*ports_.files, remember_path_, ports_.log, policy_);
  if (!remembered) {
    remember_trouble_ = remember_path_ + " cannot be used: " + remembered.error().detail;
    return say("witnesses: " + remember_trouble_);
  }
  if (!*remembered) return;
  const Checkpoint& checkpoint = (*remembered)->target.checkpoint;
  const bool larger = checkpoint.size > ports_.ledger->state().tree_size;
  const auto root = larger ? Result<Hash>(Error{}) : read_root(checkpoint.size, ports_.ledger->nodes());
  if (!root || *root != checkpoint.root) {
    other_ledger_ = "the checkpoint of size " + std::to_string(checkpoint.size) + " that witnesses cosigned (" +
                    remember_path_ +
                    ") is not in this ledger: entries were lost, or this is a copy that went another way";
    return say("witnesses: " + other_ledger_);
  }
  remembered_ = (*remembered)->note();
  for (std::size_t i = 0; i < asked_.size(); ++i) {
    const auto& cosignature = (*remembered)->cosignatures[i];
    if (!cosignature) continue;
    asked_[i]->size = checkpoint.size;
    asked_[i]->time = cosignature->time;
    if (asked_[i]->exchange) asked_[i]->exchange->set_known_size(checkpoint.size);
  }
  cosigned_.restore(std::move(**remembered));
}

void Witnesses::begin() {
  progress_ = chosen_ = chain_next_ = remembered_at_ = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock(mutex_);
    look(progress_);
  }
  thread_ = std::thread([this] { choose(); });
  for (const auto& asked : asked_) {
    if (asked->exchange) asked->thread = std::thread([this, one = asked.get()] { ask(*one); });
  }
}

Witnesses::~Witnesses() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (const auto& asked : asked_) {
    if (asked->transport) asked->transport->cancel();
  }
  for (const auto& asked : asked_) {
    if (asked->thread.joinable()) asked->thread.join();
  }
  if (thread_.joinable()) thread_.join();
}

// A witness's own thread.
void Witnesses::ask(Asked& asked) {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (!stopping_) {
      const bool due = target_ && asked.answered != target_->number;
      if (due && std::chrono::steady_clock::now() >= asked.next_try) break;
      if (due) {
        wake_.wait_until(lock, asked.next_try);
      } else {
        wake_.wait(lock);
      }
    }
    if (stopping_) return;
    const auto target = target_;
    ++asked.asked_total;
    lock.unlock();
    auto answer = asked.exchange->ask(*target, *ports_.ledger);
    lock.lock();
    if (stopping_ && !answer) return;
    take(asked, *target, std::move(answer));
  }
}

void Witnesses::take(Asked& asked, const Target& target, Result<Cosignature> answer) {
  const auto now = std::chrono::steady_clock::now();
  if (!answer) {
    ++asked.failures;
    ++asked.failed_total;
    if (!asked.failing_since) asked.failing_since = now;
    if (!asked.failure || asked.failure->code != answer.error().code)
      say("witness " + asked.name + ": " + answer.error().detail + " (" + answer.error().code + ")");
    asked.failure = answer.error();
    const auto& pace = config_.pace;
    const auto doubled = pace.retry_first * (std::int64_t{1} << std::min<std::uint64_t>(asked.failures - 1, 20));
    asked.next_try = now + std::min<std::chrono::milliseconds>(doubled, pace.retry_max);
    return;
  }
  asked.answered = target.number;
  asked.failures = 0;
  asked.failing_since.reset();
  asked.failure.reset();
  asked.next_try = now;
  asked.size = target.checkpoint.size;
  asked.time = answer->time;
  asked.lost = false;
  if (cosigned_.add(target,
                    static_cast<std::size_t>(std::find_if(asked_.begin(), asked_.end(),
                                                          [&](const auto& each) { return each.get() == &asked; }) -
                                             asked_.begin()),
                    std::move(*answer))) {
    progress_ = now;
  }
  wake_.notify_all();  // the next checkpoint may be due
}

// The thread that chooses what is asked about, and tells what became of it.
void Witnesses::choose() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    look(now);
    find_lost(now);
    chain(lock);
    remember(lock, now, false);
    wake_.wait_for(lock, config_.pace.poll);
  }
  remember(lock, std::chrono::steady_clock::now(), true);
}

void Witnesses::look(Time now) {
  const std::string note = ports_.ledger->checkpoint();
  if (note != signed_note_ && !note.empty()) {
    const std::size_t blank = note.rfind("\n\n");
    const auto checkpoint =
        blank == note.npos ? Result<Checkpoint>(Error{}) : parse_checkpoint_text(note.substr(0, blank + 1));
    QUOTARY_CHECK(checkpoint.has_value());  // the ledger wrote it
    signed_note_ = note;
    signed_size_ = checkpoint->size;
  }
  if (signed_note_.empty()) return;
  if (cosigned_.is_enough(signed_size_)) progress_ = now;
  const bool newer = !target_ || signed_size_ > target_->checkpoint.size;
  if (newer ? !may_advance(now) : now - chosen_ < config_.pace.refresh) return;
  auto next = std::make_shared<Target>();
  next->number = target_ ? target_->number + 1 : 1;
  next->text = signed_note_.substr(0, signed_note_.rfind("\n\n") + 1);
  next->note = signed_note_;
  next->checkpoint = *parse_checkpoint_text(next->text);
  target_ = std::move(next);
  chosen_ = now;
  wake_.notify_all();
}

bool Witnesses::may_advance(Time now) const {
  if (!target_) return true;
  const auto passed = now - chosen_;
  if (passed < config_.pace.interval) return false;
  if (passed >= config_.pace.round_max) return true;
  if (policy_.required() && cosigned_.is_enough(target_->checkpoint.size)) return true;
  return std::all_of(asked_.begin(), asked_.end(), [&](const auto& each) {
    return !each->exchange || each->failing_since || each->answered == target_->number;
  });
}

bool Witnesses::needs_person(const Asked& asked) const { return asked.failure && asked.failure->kind == Errc::corrupt; }

void Witnesses::find_lost(Time now) {
  for (const auto& each : asked_) {
    if (each->lost || !each->failing_since) continue;
    each->lost = needs_person(*each) || now - *each->failing_since >= config_.pace.lost_after;
  }
}

// Appending waits for the sequencer, so nothing is held meanwhile.
void Witnesses::chain(std::unique_lock<std::mutex>& lock) {
  if (std::all_of(asked_.begin(), asked_.end(), [](const auto& each) { return each->lost == each->told; }))
    chain_trouble_.clear();  // it came back before its loss could be told
  for (const auto& each : asked_) {
    const auto now = std::chrono::steady_clock::now();
    if (each->lost == each->told || now < chain_next_ || now < each->tell_next) continue;
    const bool lost = each->lost;
    const std::string code = each->failure ? each->failure->code : "";
    const std::uint64_t size = each->size;
    lock.unlock();
    const auto appended = append_event(*each, lost, code, size);
    lock.lock();
    if (!appended) {
      chain_next_ = std::chrono::steady_clock::now() + chain_retry;
      chain_trouble_ = "that witness " + each->name + (lost ? " is lost" : " is back") +
                       " could not be chained: " + appended.error().detail;
      return;
    }
    chain_trouble_.clear();
    each->told = lost;
    each->tell_next = std::chrono::steady_clock::now() + config_.pace.tell_again;
    say("witness " + each->name + (lost ? ": LOST (" + code + ")" : ": back"));
  }
}

Result<void> Witnesses::append_event(const Asked& asked, bool lost, const std::string& code, std::uint64_t size) {
  json::object body{{"witness", asked.key}, {"size", size}};
  if (lost) body["code"] = code;
  QUOTARY_TRY_VOID(
      append_draft(*ports_.ledger, system_draft(lost ? lost_type : back_type, subject_of(asked.key), std::move(body))));
  return {};
}

// So that a restart serves what was witnessed before, and knows from where to ask. Losing it costs one question more.
void Witnesses::remember(std::unique_lock<std::mutex>& lock, Time now, bool at_once) {
  const Cosigned* newest = cosigned_.witnessed();
  // A file that contradicts this ledger is evidence and stays.
  if (newest == nullptr || !other_ledger_.empty() || (!at_once && now - remembered_at_ < config_.pace.remember)) return;
  const std::string note = newest->note();
  if (note == remembered_) return;
  remembered_at_ = now;
  lock.unlock();
  const auto written = write_file_durably(*ports_.files, remember_path_, note);
  lock.lock();
  if (written) {
    remembered_ = note;
    remember_trouble_.clear();
  } else {
    remember_trouble_ = "the witnessed checkpoint could not be remembered: " + written.error().detail;
  }
}

std::string Witnesses::checkpoint() const {
  // Not what was looked at last: an answered append is in the next checkpoint that is read.
  std::string newest = ports_.ledger->checkpoint();
  const std::lock_guard lock(mutex_);
  const Cosigned* witnessed = cosigned_.witnessed();
  if (policy_.required() && witnessed != nullptr) return witnessed->note();
  const Cosigned* known = newest == signed_note_ ? cosigned_.find(signed_size_) : nullptr;
  if (known == nullptr && witnessed != nullptr && witnessed->target.note == newest) known = witnessed;
  return known != nullptr ? known->note() : newest;
}

std::optional<Witnesses::Newest> Witnesses::witnessed() const {
  const std::lock_guard lock(mutex_);
  const Cosigned* newest = cosigned_.witnessed();
  if (newest == nullptr) return std::nullopt;
  return Newest{newest->target.checkpoint.size, newest->target.checkpoint.root, newest->note()};
}

WitnessState Witnesses::state_of(const Asked& asked, Time now) const {
  WitnessState out;
  out.name = asked.name;
  out.key = asked.key;
  out.size = asked.size;
  out.time = asked.time;
  out.failures = asked.failures;
  out.asked_total = asked.asked_total;
  out.failed_total = asked.failed_total;
  if (asked.failure) out.code = asked.failure->code;
  if (asked.failing_since) out.failing_ms = ms_between(*asked.failing_since, now);
  out.state = !asked.exchange       ? "not_asked"
              : needs_person(asked) ? "refused"
              : asked.lost          ? "lost"
              : asked.failing_since ? "failing"
              : asked.answered == 0 ? "waiting"
                                    : "cosigned";
  return out;
}

WitnessingState Witnesses::state() const {
  const std::uint64_t signed_size = ports_.ledger->state().tree_size;
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  WitnessingState out;
  out.configured = true;
  out.required = policy_.required();
  out.signed_size = std::max(signed_size, signed_size_);
  out.signed_note = signed_note_;
  if (const Cosigned* newest = cosigned_.witnessed()) {
    out.witnessed_size = newest->target.checkpoint.size;
    out.count = newest->count;
    out.since = newest->since;
    out.witnessed_note = newest->note();
  }
  if (out.witnessed_size < out.signed_size) out.behind_ms = std::max<std::int64_t>(ms_between(progress_, now), 1);
  out.trouble = !other_ledger_.empty() ? other_ledger_ : !chain_trouble_.empty() ? chain_trouble_ : remember_trouble_;
  for (const auto& each : asked_) out.witnesses.push_back(state_of(*each, now));
  return out;
}

std::string sentence_of(const WitnessingState& state) {
  std::string out = "signed to " + std::to_string(state.signed_size);
  if (state.witnessed_size == 0)
    return out + ", witnessed by nobody yet (" + std::to_string(state.witnesses.size()) + " in the policy)";
  return out + ", witnessed to " + std::to_string(state.witnessed_size) + " by " + std::to_string(state.count) +
         " of " + std::to_string(state.witnesses.size()) + " since " +
         format_rfc3339({static_cast<std::int64_t>(state.since) * 1000});
}

bool is_degraded(const WitnessingState& state, const Pace& pace) {
  if (!state.configured) return false;
  const bool one_lost = std::any_of(state.witnesses.begin(), state.witnesses.end(),
                                    [](const auto& each) { return each.state == "lost" || each.state == "refused"; });
  return one_lost || !state.trouble.empty() || state.behind_ms >= pace.lost_after.count();
}

}  // namespace quotary::witness
