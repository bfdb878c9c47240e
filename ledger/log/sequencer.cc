#include "ledger/log/sequencer.h"

#include "ledger/log/batch.h"

#include <pthread.h>

#include <future>
#include <span>

namespace quotary {

namespace {

constexpr std::size_t batch_commands_max = 512;

}  // namespace

void LedgerImpl::start() {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "sequencer");
  if (options_.scrubbing.bytes_per_second == 0) return;
  const auto published = [this]() -> PublishedView {
    const auto now = head();
    return {now->size, now->root, now->view};
  };
  const auto round_begins = [this] { store_->forget_cached(); };
  const auto found = [this](const Finding& finding) {
    latch(damage_error(finding.problem));
    mark_damage(*ports_.files, options_.directory, finding);
  };
  scrubber_ =
      std::make_unique<Scrubber>(options_.scrubbing, Scrubber::Ports{published, ports_.cipher, round_begins, found});
}

void LedgerImpl::submit(Command command, std::function<void(Result<Committed>)> done) {
  std::unique_lock lock(queue_mutex_);
  std::optional<Error> refused;
  if (!latch_reason_.empty()) {
    refused = latched_error();
  } else if (stopping_) {
    refused = fail(Errc::unavailable, "stopping", "the ledger is closing; send the request again later");
  } else if (queue_.size() >= options_.queue_max) {
    refused = fail(Errc::overloaded, "queue_full", "too many commands wait for the ledger; try again in a second");
  }
  if (refused) {
    lock.unlock();  // done may submit again
    done(std::move(*refused));
    return;
  }
  queue_.push_back({std::move(command), std::move(done)});
  lock.unlock();
  queue_filled_.notify_one();
}

Result<Committed> LedgerImpl::append(Command command) {
  std::promise<Result<Committed>> promise;
  auto answer = promise.get_future();
  submit(std::move(command), [&promise](Result<Committed> result) { promise.set_value(std::move(result)); });
  return answer.get();
}

void LedgerImpl::run() {
  for (std::vector<Waiting> taken = take(); !taken.empty(); taken = take()) {
    for (std::span<Waiting> rest = taken; !rest.empty();) {
      if (latched()) {  // what was queued before it
        for (Waiting& waiting : rest) waiting.done(latched_error());
        break;
      }
      Batch batch(head()->view, range_, last_leaf_, last_time_);
      rest = accept_some(rest, batch);
      commit(batch);
    }
  }
}

// At least one command, or none once the ledger closes. What queued during the last sync is the next batch; nothing
// waits for more.
std::vector<LedgerImpl::Waiting> LedgerImpl::take() {
  std::unique_lock lock(queue_mutex_);
  queue_filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  std::vector<Waiting> taken;
  while (!queue_.empty() && taken.size() < batch_commands_max) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void LedgerImpl::commit(Batch& batch) {
  Growth& growth = batch.growth;
  if (growth.after.size == growth.before.size) {  // answers that write nothing
    return give_answers(batch, *head());
  }
  WriteSet& writes = batch.writes;
  const std::string size = index_key(growth.after.size), tree = batch_value(growth.before.size, growth.hashes);
  for (const auto& [key, value] : batch.state.changes()) writes.push_back({Family::state, key, value});
  writes.push_back({Family::state, std::string(state_size_key), size});
  writes.push_back({Family::batches, size, tree});
  const Hash root = growth.after.root();

  const auto give_up = [&](const Error& error) {
    latch(error);
    for (Answer& answer : batch.answers) answer.done(latched_error());
  };
  if (auto written = write_and_check(batch, root); !written) return give_up(written.error());
  // ---- durable from here on, and the same on disk; not acknowledged before it is signed and published ----
  range_ = growth.after;
  last_leaf_ = batch.last_leaf;
  last_time_ = batch.now;
  if (const std::string_view counters = ports_.fold->counter_prefix(); !counters.empty()) {
    const auto& changes = batch.state.changes();
    for (auto change = changes.lower_bound(counters); change != changes.end() && change->first.starts_with(counters);
         ++change) {
      if (change->second) count(change->first, *change->second);
    }
  }
  if (auto published = publish(range_.size, root); !published) return give_up(published.error());
  if (const std::string died = store_->background_error(); !died.empty()) {
    latch(fail(Errc::storage, "store_error", "the store's background work failed: " + died));
  }
  give_answers(batch, *head());
}

// The bytes are on their way to the disk while they are read back and the answers' paths are made; the first two must
// hold before anything is signed.
Result<void> LedgerImpl::write_and_check(Batch& batch, const Hash& root) {
  QUOTARY_TRY_VOID(store_->write(batch.writes));
  QUOTARY_TRY_VOID(check_read_back(batch, root));
  QUOTARY_TRY_VOID(prove_all(batch));
  return store_->sync();
}

// The paths of all answers in the tree that is to be published. What cannot be proved is not acknowledged.
Result<void> LedgerImpl::prove_all(Batch& batch) {
  const NodeReader below = nodes_of(*batch.view);
  InclusionProver prover(batch.growth.after.size,
                         [&](unsigned level, std::uint64_t number) { return batch.growth.node(level, number, below); });
  for (Answer& answer : batch.answers) {
    for (const Entry& entry : answer.entries) {
      QUOTARY_TRY(path, prover.prove(entry.index));
      answer.paths.push_back(std::move(path));
    }
  }
  return {};
}

void LedgerImpl::give_answers(Batch& batch, const Head& published) {
  for (Answer& answer : batch.answers) {
    if (answer.refused) {
      answer.done(std::move(*answer.refused));
    } else {
      answer.done(Committed{std::move(answer.entries), std::move(answer.paths), published.checkpoint, published.size});
    }
  }
}

Result<void> LedgerImpl::publish(std::uint64_t size, const Hash& root) {
  auto next = std::make_shared<Head>();
  next->size = size;
  next->root = root;
  QUOTARY_TRY(note, sign_checkpoint(*ports_.signer, size, root));
  for (Slots& slots : slots_) QUOTARY_TRY_VOID(slots.publish(note, counters_));
  next->checkpoint = std::move(note);
  next->view = store_->snapshot();
  const std::unique_lock lock(head_mutex_);
  head_ = std::move(next);
  return {};
}

void LedgerImpl::latch(const Error& error) {
  const std::string reason = error.code + ": " + error.detail;
  {
    const std::lock_guard lock(queue_mutex_);
    if (!latch_reason_.empty()) return;
    latch_reason_ = reason;
  }
  if (options_.on_latch) options_.on_latch(reason);
}

bool LedgerImpl::latched() const {
  const std::lock_guard lock(queue_mutex_);
  return !latch_reason_.empty();
}

Error LedgerImpl::latched_error() const {
  if (reading_) {
    return fail(
        Errc::unavailable, "ledger_read_only",
        "the ledger is damaged or was rolled back and is served for reading alone; the operator must run `quotary verify` and restore a backup");
  }
  return fail(
      Errc::unavailable, "ledger_latched",
      "the ledger takes no more entries since a write or what is stored cannot be trusted; the operator must check the "
      "disk, run `quotary verify` and restart");
}

}  // namespace quotary
