#include "ledger/log/sequencer.h"

#include "ledger/log/entry.h"
#include "ledger/log/ledger_impl.h"
#include "ledger/log/proof_text.h"

#include <pthread.h>

#include <algorithm>
#include <bit>
#include <future>

namespace quotary {

namespace {

constexpr std::size_t batch_commands_max = 512;
constexpr std::size_t salt_bytes = 16, salts_drawn = 256;
constexpr std::size_t object_bytes_max = 64u << 20;
// A clock that is disciplined moves by less than this; more is an event.
constexpr std::int64_t clock_step_ms = 1000;

// A command that throws is a fault of its author, and stays its own.
Result<std::vector<Draft>> call(const Command& command, const StateReader& state, Timestamp now) {
  try {
    return command(state, now);
  } catch (const std::exception& thrown) {
    return fail(Errc::internal, "command_threw", std::string("a command of the ledger failed: ") + thrown.what());
  }
}

}  // namespace

LedgerImpl::Waiting LedgerImpl::clock_event(Timestamp clock_says, Timestamp last) {
  const auto command = [clock_says, last](const StateReader&, Timestamp) -> Result<std::vector<Draft>> {
    Draft draft;
    draft.type = "system.clock_stepped_back";
    draft.actor_id = "ledger";
    draft.actor_role = "system";
    draft.subject = "system:clock";
    draft.body["clock"] = format_rfc3339(clock_says);
    draft.body["last_entry"] = format_rfc3339(last);
    return std::vector<Draft>{std::move(draft)};
  };
  return {command, [](const Result<Committed>&) {}};
}

// What a batch adds to the tree: the leaves from `before.size` on, and every hash that they complete, as it is stored.
struct LedgerImpl::Growth {
  CompactRange before, after;
  std::string hashes;

  explicit Growth(const CompactRange& range) : before(range), after(range) {}
  void append(const Hash& leaf) {
    after.append(leaf, [this](unsigned, std::uint64_t, const Hash& hash) { hashes += hash.view(); });
  }
  // Enough for every proof of this batch: its own hashes and the complete subtrees left of it; `below` for older ones.
  [[nodiscard]] Result<Hash> node(unsigned level, std::uint64_t number, const NodeReader& below) const {
    const std::uint64_t leaf = ((number + 1) << level) - 1;
    if (leaf >= before.size) return BatchView{before.size, after.size, hashes}.at(leaf, level);
    const bool peak = (before.size >> level & 1) != 0 && number == (before.size >> level) - 1;
    if (!peak) return below(level, number);
    return before.peaks[static_cast<std::size_t>(std::popcount(level < 63 ? before.size >> (level + 1) : 0))];
  }
};

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
  for (;;) {
    std::vector<Waiting> batch;
    {
      std::unique_lock lock(queue_mutex_);
      queue_filled_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      // What queued during the last sync is the next batch; nothing waits for more.
      while (!queue_.empty() && batch.size() < batch_commands_max) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    if (latched()) {  // what was queued before it
      for (Waiting& waiting : batch) waiting.done(latched_error());
    } else {
      commit(std::move(batch));
    }
  }
}

Result<LedgerImpl::Accepted> LedgerImpl::accept(const Command& command, StateOverlay& batch_state, std::uint64_t first,
                                                const Hash& prev, Timestamp now) {
  QUOTARY_TRY(drafts, call(command, batch_state, now));
  StateOverlay state(batch_state);
  Accepted accepted;
  Hash previous = prev;
  for (Draft& draft : drafts) {
    Entry entry;
    entry.index = first + accepted.entries.size();
    entry.prev = previous;
    entry.time = now;
    entry.type = std::move(draft.type);
    entry.actor_id = std::move(draft.actor_id);
    entry.actor_role = std::move(draft.actor_role);
    entry.subject = std::move(draft.subject);
    entry.request_scope = std::move(draft.request_scope);
    entry.request_body = std::move(draft.request_body);
    entry.body = std::move(draft.body);
    QUOTARY_TRY_VOID(link_subject(entry, state));
    std::string_view facts;
    for (const NewObject& object : draft.objects) {
      if (object.bytes.size() > object_bytes_max) return fail(Errc::too_large, "object_too_large", object.name + " has over 64 MB");
      const bool again = std::any_of(entry.objects.begin(), entry.objects.end(), [&](const ObjectRef& other) { return other.name == object.name; });
      if (again) return fail(Errc::invalid, "object_twice", "an entry names each of its payloads once: " + object.name);
      entry.objects.push_back({object.name, object.media_type, object.key_subject, sha256(object.bytes), object.bytes.size(), object.revision});
      if (object.key_subject.empty() && object.name == "facts") facts = object.bytes;
    }
    QUOTARY_TRY_VOID(encode_entry(entry, next_salt()));
    QUOTARY_TRY_VOID(ports_.fold->apply(entry, facts, state));
    // Only what the fold let pass is encrypted: a refused command makes no subject keys.
    std::vector<std::string> stored;
    for (NewObject& object : draft.objects) {
      if (object.key_subject.empty()) {
        stored.push_back(std::move(object.bytes));
      } else {
        QUOTARY_TRY(sealed, ports_.cipher->encrypt(object.key_subject, object_id(entry.index, object.name), object.bytes));
        stored.push_back(std::move(sealed));
      }
    }
    previous = entry.leaf;
    accepted.entries.push_back(std::move(entry));
    accepted.stored.push_back(std::move(stored));
  }
  std::move(state).merge_into(batch_state);
  return accepted;
}

std::string LedgerImpl::next_salt() {
  if (salts_.empty()) salts_ = ports_.random->bytes(salt_bytes * salts_drawn);
  std::string salt = salts_.substr(salts_.size() - salt_bytes);
  salts_.resize(salts_.size() - salt_bytes);
  return salt;
}

void LedgerImpl::commit(std::vector<Waiting> batch) {
  const auto view = head()->view;
  const StateOfView stored_state(*view);
  StateOverlay state(stored_state);
  const Timestamp clock_says = ports_.clock->now();
  const Timestamp now = std::max(clock_says, last_time_);
  std::vector<Accepted> accepted;
  // Answers that write nothing. They may rest on entries of this very batch, so they wait for it to be durable too.
  std::vector<std::pair<Waiting, std::optional<Error>>> without_entries;
  if (clock_says.unix_ms + clock_step_ms < last_time_.unix_ms) {
    if (!clock_behind_) batch.insert(batch.begin(), clock_event(clock_says, last_time_));
    clock_behind_ = true;
  } else if (clock_says >= last_time_) {
    clock_behind_ = false;
  }
  std::uint64_t next = range_.size;
  Hash prev = last_leaf_;
  for (Waiting& waiting : batch) {
    auto outcome = accept(waiting.command, state, next, prev, now);
    if (!outcome || outcome->entries.empty()) {
      without_entries.emplace_back(std::move(waiting), outcome ? std::nullopt : std::optional<Error>(std::move(outcome).error()));
      continue;
    }
    next += outcome->entries.size();
    prev = outcome->entries.back().leaf;
    outcome->done = std::move(waiting.done);
    accepted.push_back(std::move(*outcome));
  }
  const auto answer_without_entries = [&] {
    const auto now_head = head();
    for (auto& [waiting, error] : without_entries) {
      if (error) {
        waiting.done(std::move(*error));
      } else {
        waiting.done(Committed{{}, {}, now_head->checkpoint, now_head->size});
      }
    }
  };
  if (accepted.empty()) return answer_without_entries();

  Growth growth(range_);
  WriteSet writes;
  for (Accepted& command : accepted) {
    for (std::size_t i = 0; i < command.entries.size(); ++i) {
      const Entry& entry = command.entries[i];
      writes.push_back({Family::entries, index_key(entry.index), entry.canonical});
      for (std::size_t ordinal = 0; ordinal < command.stored[i].size(); ++ordinal) {
        writes.push_back({Family::objects, object_key(entry.index, ordinal), std::move(command.stored[i][ordinal])});
      }
      growth.append(entry.leaf);
    }
  }
  for (const auto& [key, value] : state.changes()) writes.push_back({Family::state, key, value});
  writes.push_back({Family::state, std::string(state_size_key), index_key(growth.after.size)});
  writes.push_back({Family::batches, index_key(growth.after.size), batch_value(growth.before.size, growth.hashes)});
  const Hash root = growth.after.root();

  const auto give_up = [&](const Error& error) {
    latch(error);
    for (Accepted& command : accepted) command.done(latched_error());
    for (auto& [waiting, refused] : without_entries) waiting.done(latched_error());
  };
  if (auto written = store_->write_synced(writes); !written) return give_up(written.error());
  // ---- durable from here on; not acknowledged before it is read back, signed and published ----
  if (auto same = check_read_back(writes, accepted, growth.before, root); !same) return give_up(same.error());
  range_ = growth.after;
  last_leaf_ = prev;
  last_time_ = now;
  if (const std::string_view counters = ports_.fold->counter_prefix(); !counters.empty()) {
    for (auto change = state.changes().lower_bound(counters); change != state.changes().end() && change->first.starts_with(counters); ++change) {
      if (change->second) count(change->first, *change->second);
    }
  }
  if (auto published = publish(range_.size, root); !published) return give_up(published.error());
  if (const std::string died = store_->background_error(); !died.empty()) {
    latch(fail(Errc::storage, "store_error", "the store's background work failed: " + died));
  }

  answer_without_entries();
  answer(accepted, growth);
}

void LedgerImpl::answer(std::vector<Accepted>& accepted, const Growth& growth) {
  const auto now = head();
  const NodeReader below = nodes_of(*now->view);
  InclusionProver prover(now->size, [&](unsigned level, std::uint64_t number) { return growth.node(level, number, below); });
  for (Accepted& command : accepted) {
    Committed committed;
    committed.checkpoint = now->checkpoint;
    committed.tree_size = now->size;
    std::optional<Error> error;
    for (const Entry& entry : command.entries) {
      auto path = prover.prove(entry.index);
      if (!path) {
        error = std::move(path).error();
        break;
      }
      committed.proofs.push_back(proof_text(entry.index, *path, entry.canonical, now->checkpoint));
    }
    committed.entries = std::move(command.entries);
    if (error) {
      command.done(std::move(*error));
    } else {
      command.done(std::move(committed));
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
