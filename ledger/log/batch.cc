// How commands become one batch: each is judged against the state so far, and what passes is chained.
#include "ledger/log/batch.h"

#include "ledger/log/entry.h"

#include <algorithm>
#include <bit>

namespace quotary {

namespace {

constexpr std::size_t salt_bytes = 16, salts_drawn = 256;
constexpr std::size_t object_bytes_max = 64u << 20;
// A batch that has as many takes no further command; what waits is the next. The engine cannot hold 4 GB in one, and
// several copies of a batch are in memory while it is written.
constexpr std::size_t batch_bytes_max = 32u << 20;
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

Result<Hash> LedgerImpl::Growth::node(unsigned level, std::uint64_t number, const NodeReader& below) const {
  const std::uint64_t leaf = ((number + 1) << level) - 1;
  if (leaf >= before.size) return BatchView{before.size, after.size, hashes}.at(leaf, level);
  const bool peak = (before.size >> level & 1) != 0 && number == (before.size >> level) - 1;
  if (!peak) return below(level, number);
  return before.peaks[static_cast<std::size_t>(std::popcount(level < 63 ? before.size >> (level + 1) : 0))];
}

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

// Makes a batch of the first commands, and answers the others; all its entries have one time.
std::span<LedgerImpl::Waiting> LedgerImpl::accept_some(std::span<Waiting> taken, Batch& batch) {
  const Timestamp clock_says = ports_.clock->now();
  const Timestamp last = batch.now;
  batch.now = std::max(clock_says, last);
  if (clock_says.unix_ms + clock_step_ms < last.unix_ms) {
    // The first own entry of a log that succeeds another is the one that says so.
    const bool told = clock_behind_ || options_.opening == LedgerOptions::Opening::succeeding;
    if (!told) accept_one(clock_event(clock_says, last), batch);
    clock_behind_ = true;
  } else if (clock_says >= last) {
    clock_behind_ = false;
  }
  batch.answers.reserve(taken.size() + 1);
  batch.writes.reserve(2 * taken.size() + 8);
  do {
    accept_one(std::move(taken.front()), batch);
    taken = taken.subspan(1);
  } while (!taken.empty() && batch.bytes < batch_bytes_max && !batch.ended);
  return taken;
}

void LedgerImpl::accept_one(Waiting waiting, Batch& batch) {
  auto outcome = accept(waiting.command, batch.state, batch.growth.after.size, batch.last_leaf, batch.now);
  if (!outcome) return batch.answers.push_back({std::move(waiting.done), {}, std::move(outcome).error(), {}});
  batch.ended = outcome->ends_batch;
  batch.answers.push_back({std::move(waiting.done), std::move(outcome->entries), std::nullopt, {}});
  const std::vector<Entry>& entries = batch.answers.back().entries;  // they stay where they are when the answer moves
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    batch.writes.push_back({Family::entries, index_key(entry.index), entry.canonical});
    batch.bytes += entry.canonical.size();
    for (std::size_t ordinal = 0; ordinal < outcome->stored[i].size(); ++ordinal) {
      batch.kept.push_back(std::move(outcome->stored[i][ordinal]));
      batch.bytes += batch.kept.back().size();
      batch.writes.push_back({Family::objects, object_key(entry.index, ordinal), batch.kept.back()});
    }
    batch.growth.append(entry.leaf);
    batch.last_leaf = entry.leaf;
  }
}

Result<LedgerImpl::Accepted> LedgerImpl::accept(const Command& command, StateOverlay& batch_state, std::uint64_t first,
                                                const Hash& prev, Timestamp now) {
  QUOTARY_TRY(drafts, call(command, batch_state, now));
  StateOverlay state(static_cast<const StateReader&>(batch_state));
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
    if (draft.placed_body) {
      QUOTARY_TRY(placed, draft.placed_body(entry.index, entry.prev));
      draft.body = std::move(placed);
    }
    entry.body = std::move(draft.body);
    accepted.ends_batch = draft.ends_batch;
    QUOTARY_TRY_VOID(link_subject(entry, state));
    std::string_view facts;
    for (const NewObject& object : draft.objects) {
      if (object.bytes.size() > object_bytes_max)
        return fail(Errc::too_large, "object_too_large", object.name + " has over 64 MB");
      entry.objects.push_back({object.name, object.media_type, object.key_subject, sha256(object.bytes),
                               object.bytes.size(), object.revision});
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
        QUOTARY_TRY(sealed,
                    ports_.cipher->encrypt(object.key_subject, object_id(entry.index, object.name), object.bytes));
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

}  // namespace quotary
