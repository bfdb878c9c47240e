#include "ledger/log/sequencer.h"

#include "ledger/log/batch.h"

#include <pthread.h>

#include <algorithm>
#include <future>

namespace quotary {

namespace {

constexpr std::size_t batch_commands_max = 512;

}  // namespace

void LedgerImpl::start() {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "sequencer");
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
  for (std::vector<Waiting> taken = take(nullptr); !taken.empty(); taken = take(nullptr)) {
    if (latched()) {  // what was queued before it
      assistant_.wait();
      for (Waiting& waiting : taken) waiting.done(latched_error());
      continue;
    }
    const auto batch = std::make_shared<Batch>(head()->view, range_, last_leaf_, last_time_);
    for (; !taken.empty(); taken = take(batch.get())) accept_all(std::move(taken), *batch);
    commit(batch);
  }
}

// What has queued; for an open batch what still joins it, else at least one command. Nothing waits for more, but while the
// batch before is being answered the next stays open: those who get their answers are those who send again.
std::vector<LedgerImpl::Waiting> LedgerImpl::take(const Batch* open) {
  std::vector<Waiting> taken;
  const std::size_t room = batch_commands_max - std::min(batch_commands_max, open != nullptr ? open->commands : 0);
  if (room == 0) return taken;
  std::unique_lock lock(queue_mutex_);
  queue_filled_.wait(lock, [&] { return stopping_ || !queue_.empty() || (open != nullptr && !answering_); });
  while (!queue_.empty() && taken.size() < room) {
    taken.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return taken;
}

void LedgerImpl::commit(const std::shared_ptr<Batch>& batch) {
  const bool assisted = batch->commands >= options_.assisted_batch;
  Growth& growth = batch->growth;
  if (growth.after.size == growth.before.size) {  // answers that write nothing
    batch->published = head();
    return answer(batch, assisted);
  }
  WriteSet& writes = batch->writes;
  for (const auto& [key, value] : batch->state.changes()) writes.push_back({Family::state, key, value});
  writes.push_back({Family::state, std::string(state_size_key), index_key(growth.after.size)});
  writes.push_back({Family::batches, index_key(growth.after.size), batch_value(growth.before.size, growth.hashes)});
  const Hash root = growth.after.root();

  const auto give_up = [&](const Error& error) {
    latch(error);
    batch->failed = latched_error();
    answer(batch, assisted);
  };
  if (auto written = write_and_check(*batch, root, assisted); !written) return give_up(written.error());
  // ---- durable from here on, and the same on disk; not acknowledged before it is signed and published ----
  range_ = growth.after;
  last_leaf_ = batch->last_leaf;
  last_time_ = batch->now;
  if (const std::string_view counters = ports_.fold->counter_prefix(); !counters.empty()) {
    const auto& changes = batch->state.changes();
    for (auto change = changes.lower_bound(counters); change != changes.end() && change->first.starts_with(counters); ++change) {
      if (change->second) count(change->first, *change->second);
    }
  }
  if (auto published = publish(range_.size, root); !published) return give_up(published.error());
  if (const std::string died = store_->background_error(); !died.empty()) {
    latch(fail(Errc::storage, "store_error", "the store's background work failed: " + died));
  }
  batch->published = head();
  answer(batch, assisted);
}

// A large batch is read back by the assistant while this thread waits for the disk: both must hold before anything is signed.
Result<void> LedgerImpl::write_and_check(const Batch& batch, const Hash& root, bool assisted) {
  QUOTARY_TRY_VOID(store_->write(batch.writes));
  if (!assisted) {
    QUOTARY_TRY_VOID(store_->sync());
    return check_read_back(batch, root);
  }
  Result<void> same;
  assistant_.start([&] { same = check_read_back(batch, root); });
  const Result<void> synced = store_->sync();
  assistant_.wait();
  QUOTARY_TRY_VOID(synced);
  return same;
}

// Answers keep the order of the commands: those of the batch before are all given first.
void LedgerImpl::answer(const std::shared_ptr<Batch>& batch, bool assisted) {
  if (!assisted) {
    assistant_.wait();
    return give_answers(*batch);
  }
  {
    const std::lock_guard lock(queue_mutex_);
    answering_ = true;
  }
  assistant_.start([this, batch] {
    give_answers(*batch);
    {
      const std::lock_guard lock(queue_mutex_);
      answering_ = false;
    }
    queue_filled_.notify_one();
  });
}

void LedgerImpl::give_answers(Batch& batch) const {
  if (batch.failed) {
    for (Answer& answer : batch.answers) answer.done(*batch.failed);
    return;
  }
  const Head& now = *batch.published;
  const NodeReader below = nodes_of(*now.view);
  InclusionProver prover(now.size, [&](unsigned level, std::uint64_t number) { return batch.growth.node(level, number, below); });
  for (Answer& answer : batch.answers) {
    if (answer.refused) {
      answer.done(std::move(*answer.refused));
      continue;
    }
    Committed committed;
    committed.checkpoint = now.checkpoint;
    committed.tree_size = now.size;
    std::optional<Error> error;
    for (const Entry& entry : answer.entries) {
      auto path = prover.prove(entry.index);
      if (!path) {
        error = std::move(path).error();
        break;
      }
      committed.paths.push_back(std::move(*path));
    }
    committed.entries = std::move(answer.entries);
    if (error) {
      answer.done(std::move(*error));
    } else {
      answer.done(std::move(committed));
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
    return fail(Errc::unavailable, "ledger_read_only",
                "the ledger is damaged or was rolled back and is served for reading alone; the operator must run `quotary verify` and restore a backup");
  }
  return fail(Errc::unavailable, "ledger_latched",
              "the ledger takes no more entries since a write could not be trusted; the operator must check the disk, run "
              "`quotary verify` and restart");
}

}  // namespace quotary
