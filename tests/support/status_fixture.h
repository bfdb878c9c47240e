// A ledger of two quotes, of which one is voided, with an index.root before and one after; and proofs from it. Always
// the same bytes.
#pragma once

#include "ledger/log/make_status_proof.h"
#include "ledger/log/visit_entries.h"
#include "tests/support/log_fixture.h"

namespace quotary::testing {

class StatusFixture : public LogFixture {
 protected:
  static constexpr const char* number = "SHQT2026-000001";
  static constexpr const char* other_number = "SHQT2026-000002";

  static Draft issued(const std::string& of) {
    Draft draft;
    draft.type = "quote.issued";
    draft.actor_id = "person-1";
    draft.actor_role = "rep";
    draft.subject = "quote:" + of;
    draft.body = {{"number", of}, {"issued_at", "2026-11-24T02:03:04.500Z"}};
    draft.objects.push_back({"pdf", "application/pdf", document(of), "customer:1", 1});
    return draft;
  }
  static std::string document(const std::string& of) { return "%PDF of " + of; }
  [[nodiscard]] Draft about_void(const std::string& type, const std::string& of) const {
    Draft draft;
    draft.type = type;
    draft.actor_id = type == "void.requested" ? "person-1" : approver;
    draft.actor_role = type == "void.requested" ? "rep" : "manager";
    draft.subject = "quote:" + of;
    draft.body = {{"request", "r1"}, {"number", of}, {"reason_code", "price_error"}};
    return draft;
  }

  void append(Draft draft) {
    clock->set(Timestamp{clock->now().unix_ms + 1000});
    ASSERT_TRUE(ledger->append(one(std::move(draft))));
  }
  // What a worker would append now; `said_of` answers from it.
  void append_root() {
    SubjectChanges changes;
    const std::uint64_t size = ledger->state().tree_size;
    ASSERT_TRUE(visit_entries(*ledger, 0, size, [&](const EntryView& entry) {
      changes.add(entry);
      return true;
    }));
    index = SubjectIndex(changes.records());
    root = {size, ledger->state().root, index.root(), index.subjects()};
    append(index_root_draft(root));
    root_entry = ledger->entry(ledger->state().tree_size - 1).value();
  }
  IndexRoots::Said said_of(const std::string& subject) const {
    const Hash subject_key = subject_hash(subject);
    return {root_entry, root, index.find(subject_key).value(), index.prove(subject_key)};
  }
  StatusProof proof_of(const std::string& of) const {
    const std::string subject = "quote:" + of;
    return make_status_proof(*ledger, subject, said_of(subject), ledger->checkpoint()).value();
  }

  // Entries 0: organisation, 1 and 2: the quotes, 3: index.root.
  void make_issued() {
    ledger = Ledger::create(options, ports, draft("organisation.created", "organisation")).value();
    append(issued(number));
    append(issued(other_number));
    append_root();
  }
  // And 4: void.requested, 5: void.approved, 6: index.root.
  void make_voided() {
    make_issued();
    append(about_void("void.requested", number));
    append(about_void("void.approved", number));
    append_root();
  }

  std::string approver = "person-2";
  std::unique_ptr<Ledger> ledger;
  SubjectIndex index;
  IndexRoot root;
  Entry root_entry;
};

}  // namespace quotary::testing
