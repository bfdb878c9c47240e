#include "api/signature/courier.h"

#include "ledger/base/bytes.h"
#include "ledger/log/system_event.h"
#include "ledger/records/keys.h"

#include <algorithm>
#include <set>

namespace quotary::signature {
namespace {

constexpr std::size_t position_bytes_max = 64;

std::string key_of(const records::SignatureRequestRecord& request, const records::SignerRecord& signer) {
  return request.id + "/" + signer.id + "/" + std::to_string(signer.links);
}

Result<std::uint64_t> read_position(const CourierPorts& ports) {
  // What happened before anybody was to be told is no news.
  if (!ports.files->exists(ports.position_file)) return ports.ledger->state().tree_size;
  QUOTARY_TRY(text, read_file(*ports.files, ports.position_file, position_bytes_max));
  if (text.ends_with('\n')) text.pop_back();
  const auto position = parse_u64(text);
  if (!position)
    return fail(Errc::corrupt, "notices_position",
                ports.position_file + " holds no number: remove it, and notices go on with the newest entry");
  // A ledger that was restored from before may be shorter.
  return std::min(*position, ports.ledger->state().tree_size);
}

}  // namespace

Result<std::unique_ptr<Courier>> Courier::start(SignatureConfig config, CourierPorts ports) {
  QUOTARY_CHECK(ports.ledger && ports.files && ports.invitation && ports.notices && config.delivery);
  auto made = std::unique_ptr<Courier>(new Courier(std::move(config), std::move(ports)));
  QUOTARY_TRY(position, read_position(made->ports_));
  made->read_to_ = made->remembered_ = position;
  made->thread_ = std::thread([courier = made.get()] { courier->run(); });
  return made;
}

Courier::~Courier() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  config_.delivery->cancel();
  if (thread_.joinable()) thread_.join();
  // At worst some of the last notices are sent again.
  if (notices_.empty() && read_to_ != remembered_) (void)write_position(read_to_);
}

Result<void> Courier::write_position(std::uint64_t position) const {
  return write_file_durably(*ports_.files, ports_.position_file, std::to_string(position) + "\n");
}

void Courier::wake() { wake_.notify_all(); }

void Courier::run() {
  Lock lock(mutex_);
  while (!stopping_) {
    send_invitations(lock);
    read_notices(lock);
    send_notices(lock);
    remember(lock);
    if (!stopping_) wake_.wait_for(lock, config_.pace.poll);
  }
}

std::vector<Courier::Due> Courier::collect() const {
  std::vector<Due> out;
  const auto read =
      ports_.ledger->read_state([&](const StateReader& state, std::uint64_t, const Hash&) -> Result<void> {
        std::size_t looked_at = 0;
        return state.scan(records::signature_due_prefix, "", false, [&](std::string_view, std::string_view id) {
          if (++looked_at > open_requests_looked_at_max) return false;
          const auto request = records::find_signature_request(state, id);
          if (!request || !*request) return true;  // a damaged state is told by those whose matter it is
          for (const auto& signer : (*request)->signers)
            if (signer.status == "asked" && !signer.sent_at && (*request)->is_turn_of(signer.id))
              out.push_back({key_of(**request, signer), **request, signer});
          return true;
        });
      });
  if (!read) out.clear();
  return out;
}

// The ledger is read without the lock: who asks for the state must not wait for the disk.
void Courier::send_invitations(Lock& lock) {
  const auto size = ports_.ledger->state().tree_size;
  if (collected_at_ == size && attempts_.empty()) return;
  lock.unlock();
  const auto due = collect();
  lock.lock();
  collected_at_ = size;
  std::set<std::string_view> waiting;
  for (const Due& each : due) waiting.insert(each.key);
  std::erase_if(attempts_, [&](const auto& each) { return !waiting.contains(each.first); });
  for (const Due& each : due) attempts_.try_emplace(each.key);
  for (const Due& each : due) {
    if (stopping_) return;
    send_invitation(lock, each);
  }
}

void Courier::send_invitation(Lock& lock, const Due& due) {
  const auto at = attempts_.find(due.key);
  if (at == attempts_.end() || at->second.erased || std::chrono::steady_clock::now() < at->second.next) return;
  bool delivered = at->second.delivered;
  lock.unlock();
  Result<void> done;
  if (!delivered) {
    const auto message = ports_.invitation(due.request, due.signer);
    done = message ? config_.delivery->deliver(*message) : Result<void>(message.error());
    delivered = done.has_value();
  }
  if (done) done = chain_sent(due);
  lock.lock();
  Attempt& attempt = attempts_[due.key];  // the thread's own: nobody else takes one away
  if (delivered && !attempt.delivered) ++delivered_total_;
  attempt.delivered = delivered;
  // Overtaken by what came meanwhile: the next look says what is due.
  if (done || done.error().kind == Errc::conflict) {
    attempts_.erase(due.key);
    if (attempts_.empty()) code_.clear();
    collected_at_.reset();
    return;
  }
  if (stopping_) return;
  attempt.erased = done.error().kind == Errc::gone;
  attempt.code = done.error().code;
  attempt.next = std::chrono::steady_clock::now() + back_off(++attempt.failures);
  note_failure(done.error());
}

Result<void> Courier::chain_sent(const Due& due) {
  QUOTARY_TRY(committed, ports_.ledger->append([&](const StateReader& state, Timestamp) -> Result<std::vector<Draft>> {
    QUOTARY_TRY(request, records::find_signature_request(state, due.request.id));
    const auto* signer = request ? request->signer(due.signer.id) : nullptr;
    // Another link than the one that was sent is still to be sent.
    if (signer == nullptr || signer->links != due.signer.links || signer->sent_at)
      return fail(Errc::conflict, "invitation_overtaken", "the signer's link was renewed meanwhile");
    return std::vector<Draft>{system_draft(
        records::signature_sent_type, due.request.subject(),
        {{"request", due.request.id}, {due.request.member(), due.request.number}, {"signer", due.signer.id}})};
  }));
  (void)committed;
  return {};
}

void Courier::read_notices(Lock& lock) {
  const auto size = ports_.ledger->state().tree_size;
  for (std::uint64_t read = 0; read_to_ < size && read < entries_a_round_max; ++read) {
    if (stopping_ || notices_.size() >= notices_waiting_max) return;
    const auto index = read_to_;
    lock.unlock();
    const auto entry = ports_.ledger->entry(index);
    auto messages = entry ? ports_.notices(*entry) : Result<std::vector<Message>>(std::vector<Message>());
    lock.lock();
    // A notice that cannot be made, as its contents were erased, is none.
    if (messages)
      for (auto& message : *messages) notices_.push_back({std::move(message), 0});
    ++read_to_;
  }
}

void Courier::send_notices(Lock& lock) {
  while (!notices_.empty() && !stopping_ && std::chrono::steady_clock::now() >= notices_next_) {
    const Message message = notices_.front().message;
    lock.unlock();
    const auto done = config_.delivery->deliver(message);
    lock.lock();
    if (done) {
      ++delivered_total_;
      must_remember_ = true;
      notices_.pop_front();
      if (attempts_.empty()) code_.clear();
      continue;
    }
    if (stopping_) return;
    note_failure(done.error());
    const auto failures = ++notices_.front().failures;
    if (failures >= config_.pace.notice_attempts_max) {
      ++given_up_total_;
      notices_.pop_front();
      continue;
    }
    notices_next_ = std::chrono::steady_clock::now() + back_off(failures);
    return;
  }
}

// Behind what was sent, so that a crash sends again rather than not at all. Entries that nobody is told about are read
// once more after a crash: that is cheaper than to write for each.
void Courier::remember(Lock& lock) {
  if (!notices_.empty() || (!must_remember_ && read_to_ - remembered_ < entries_a_round_max)) return;
  const auto position = read_to_;
  lock.unlock();
  const auto written = write_position(position);
  lock.lock();
  if (!written) return;
  remembered_ = position;
  must_remember_ = false;
}

void Courier::note_failure(const Error& error) {
  ++attempts_failed_total_;
  // An error says nothing of what was to be sent (delivery.h).
  if (code_ != error.code && config_.say)
    config_.say("delivery: " + error.detail + " (" + error.code + "); it is tried again");
  code_ = error.code;
}

std::chrono::milliseconds Courier::back_off(std::uint64_t failures) const {
  const auto doubled = config_.pace.retry_first * (std::int64_t{1} << std::min<std::uint64_t>(failures - 1, 20));
  return std::min<std::chrono::milliseconds>(doubled, config_.pace.retry_max);
}

CourierState Courier::state() const {
  const std::lock_guard lock(mutex_);
  CourierState out;
  out.configured = true;
  for (const auto& [key, attempt] : attempts_) {
    if (attempt.erased) continue;
    ++(attempt.failures == 0 ? out.waiting : attempt.failures < config_.pace.failed_after ? out.failing : out.failed);
  }
  out.notices_waiting = notices_.size();
  out.delivered_total = delivered_total_;
  out.attempts_failed_total = attempts_failed_total_;
  out.given_up_total = given_up_total_;
  out.code = code_;
  return out;
}

InvitationState Courier::invitation(const records::SignatureRequestRecord& request,
                                    const records::SignerRecord& signer) const {
  const std::lock_guard lock(mutex_);
  const auto found = attempts_.find(key_of(request, signer));
  if (found == attempts_.end()) return {};
  return {found->second.failures, found->second.code, found->second.failures >= config_.pace.failed_after};
}

}  // namespace quotary::signature
