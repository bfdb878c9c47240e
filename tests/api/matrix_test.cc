// Walks the role matrix against the use cases: each role, from inside and outside its scope, makes each call.
#include "api/use_cases/added_signatures.h"
#include "api/use_cases/cases/board_calls.h"
#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/confirmation_calls.h"
#include "api/use_cases/cases/lead_calls.h"
#include "api/use_cases/cases/policy_calls.h"
#include "api/use_cases/cases/rendition_calls.h"
#include "tests/support/evidence_world.h"
#include "tests/support/gate_fixture.h"

#include <functional>

namespace quotary::api {
namespace {

using testing::price_error;
using testing::text;
using testing::World;

// What a call came to, as far as the matrix decides it.
enum class Came { through, role_refused, not_seen };

Came of(const Error& error) {
  if (error.code == "role_not_allowed") return Came::role_refused;
  return error.kind == Errc::not_found ? Came::not_seen : Came::through;  // other rules come after the matrix
}
template <class T>
Came of(const Result<T>& result) {
  return result ? Came::through : of(result.error());
}

bool holds(const json::array& items, const char* member, const std::string& value) {
  return std::any_of(items.begin(), items.end(),
                     [&](const auto& item) { return item.at(member).as_string() == value; });
}

const PolicyText demonstration{quotary::testing::demonstration_toml, PolicyText::Form::toml};

struct Matrix : testing::EvidenceWorld {
  std::string number, request, erasure, hold, evidence, lead, confirmation;

  Matrix() : EvidenceWorld(testing::sample_start) {
    evidence = item("eins", "other");
    number = text(*issue("k"), "number");
    request = text(*organisation->request_void(rep, number, "", price_error), "id");
    const std::string about = R"({"quote": ")" + number + R"(", "reason_text": "客户书面要求删除其资料")";
    erasure = text(*organisation->ask_erasure(director, "", about + R"(, "basis": "other"})"), "id");
    hold = text(*organisation->place_hold(director, "", about + "}"), "id");
    auto& parts = organisation->parts();
    EXPECT_TRUE(publish_policy(parts, Organisation::operator_principal(), "", demonstration));
    case_id = text(*open_case(parts, rep, "",
                              R"({"action_type": "demonstration", "policy": "demonstration", "title": "演示",
                                  "customer": {"name": "澄湖"}})"),
                   "id");
    EXPECT_TRUE(write_note(parts, rep, case_id, "decision_chain", "", "{}"));
    const std::string chosen = R"({"received_at": "2026-11-24T02:00:00.000Z", "rule": {"name": "own", "version": 1},
      "candidates": [{"person": ")" +
                               rep.id + R"(", "score": 1}], "chosen": ")" + rep.id + R"(", "reason": "own"})";
    lead = text(*record_lead(organisation->parts(), rep, "", chosen), "id");
    const auto shown = item(organisation->quote_pdf(rep, number)->bytes, "document", "", "方案.pdf");
    confirmation = text(
        *make_confirmation(parts, rep, case_id, "", R"({"deck": {"item": ")" + shown + R"(", "version": 1}})"), "id");
  }

  Came listed(const Result<Answer>& answer, const char* list, const char* member) {
    if (!answer) return of(answer);
    return holds(answer->body.at(list).as_array(), member, number) ? Came::through : Came::not_seen;
  }
};

struct CallTest {
  Call call;
  bool about_the_quote;  // it is made about the quote of `rep`, so its owner's place decides
  std::function<Came(Matrix&, const Principal&)> make;
};

const CallTest calls[] = {
    {Call::issue_quote, false,
     [](Matrix& w, const Principal& who) {
       static int key = 0;
       return of(w.organisation->issue_quote(who, "matrix-" + std::to_string(key++), World::quote()));
     }},
    {Call::preview_quote, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->preview_quote(who, World::quote())); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->read_quote(who, w.number)); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->quote_pdf(who, w.number)); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->quote_history(who, w.number)); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->quote_proof(who, w.number)); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->quote_status_proof(who, w.number)); }},
    {Call::read_quote, true,
     [](Matrix& w, const Principal& who) { return w.listed(w.organisation->list_quotes(who, {}), "items", "number"); }},
    {Call::request_void, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->request_void(who, w.number, "", price_error)); }},
    {Call::decide_void, true,  // without its comment, so that the request stays open
     [](Matrix& w, const Principal& who) {
       return of(w.organisation->decide_void(who, w.request, Organisation::Decision::reject, "", "{}"));
     }},
    {Call::withdraw_void, true,  // another's request: nobody may, after the matrix
     [](Matrix& w, const Principal& who) {
       return of(w.organisation->decide_void(who, w.request, Organisation::Decision::withdraw, "", "{}"));
     }},
    {Call::read_void, true,
     [](Matrix& w, const Principal& who) { return of(w.organisation->read_void(who, w.request)); }},
    {Call::read_void, true,
     [](Matrix& w, const Principal& who) { return w.listed(w.organisation->list_voids(who, {}), "items", "quote"); }},
    {Call::report_voids, true,
     [](Matrix& w, const Principal& who) { return w.listed(w.organisation->voids_report(who, {}), "rows", "number"); }},
    {Call::verify_log, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->verify_log(who, "{}")); }},
    {Call::read_entries, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_entries(who, 0, 1)); }},
    {Call::read_entries, false,
     [](Matrix& w, const Principal& who) {
       const auto size = static_cast<unsigned>(w.organisation->ledger_state().tree_size);
       return of(w.organisation->entry_bundle(who, TileName{true, 0, 0, size}));
     }},
    {Call::read_series, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_series(who, {})); }},
    {Call::prove_numbers, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->numbers_proof(who, "SH-QT", {})); }},
    {Call::read_people, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_people(who, {})); }},
    {Call::ask_erasure, false,  // without a legal basis, so that nothing is asked
     [](Matrix& w, const Principal& who) { return of(w.organisation->ask_erasure(who, "", "{}")); }},
    {Call::decide_erasure, false,  // without its comment, so that the request stays open
     [](Matrix& w, const Principal& who) {
       return of(w.organisation->decide_erasure(who, w.erasure, Organisation::Decision::reject, "", "{}"));
     }},
    {Call::read_erasures, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->read_erasure(who, w.erasure)); }},
    {Call::read_erasures, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->read_hold(who, w.hold)); }},
    {Call::read_erasures, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_erasures(who, {})); }},
    {Call::read_erasures, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_holds(who, {})); }},
    {Call::hold, false, [](Matrix& w, const Principal& who) { return of(w.organisation->place_hold(who, "", "{}")); }},
    {Call::hold, false,  // without its comment, so that it stands
     [](Matrix& w, const Principal& who) { return of(w.organisation->release_hold(who, w.hold, "", "{}")); }},
    {Call::request_signature, true,  // without signers, so that nobody is asked
     [](Matrix& w, const Principal& who) {
       return of(w.organisation->request_signature(who, w.number, "sign-" + who.team, "{}"));
     }},
    {Call::read_signatures, false,
     [](Matrix& w, const Principal& who) { return of(w.organisation->list_signature_requests(who, {})); }},
    {Call::request_signature, true,
     [](Matrix& w, const Principal& who) {
       return of(add_signed_copy(w.organisation->parts(), who, w.number, "no PDF"));
     }},
    {Call::sign_own, true,
     [](Matrix& w, const Principal& who) {
       return of(sign_as_seller(w.organisation->parts(), who, w.number, "k", "{}"));
     }},
    {Call::sign_own, false,
     [](Matrix& w, const Principal& who) {
       return of(make_signing_key(w.organisation->parts(), who, R"({"signing_password": "long enough"})"));
     }},
    {Call::read_policy, false,
     [](Matrix& w, const Principal& who) { return of(list_policies(w.organisation->parts(), who, {})); }},
    {Call::read_policy, false,
     [](Matrix& w, const Principal& who) {
       return of(read_policy(w.organisation->parts(), who, "demonstration", {}));
     }},
    {Call::publish_policy, false,
     [](Matrix& w, const Principal& who) { return of(publish_policy(w.organisation->parts(), who, "", {})); }},
    {Call::publish_policy, false,
     [](Matrix& w, const Principal& who) { return of(check_policy(w.organisation->parts(), who, demonstration)); }},
    {Call::open_case, false,  // without its title, so that none is opened
     [](Matrix& w, const Principal& who) { return of(open_case(w.organisation->parts(), who, "", "{}")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(read_case(w.organisation->parts(), who, w.case_id)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(read_gate(w.organisation->parts(), who, w.case_id)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(read_gate_history(w.organisation->parts(), who, w.case_id)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) {
       return of(read_case_history(w.organisation->parts(), who, w.case_id, {}));
     }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) {
       return of(read_note(w.organisation->parts(), who, w.case_id, "decision_chain", {}));
     }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) {
       const auto answer = list_cases(w.organisation->parts(), who, {});
       if (!answer) return of(answer);
       return holds(answer->body.at("items").as_array(), "id", w.case_id) ? Came::through : Came::not_seen;
     }},
    {Call::work_case, true,
     [](Matrix& w, const Principal& who) {
       return of(write_note(w.organisation->parts(), who, w.case_id, "decision_chain", "", "{}"));
     }},
    {Call::work_case, true,  // its gate is not complete, so it stays open
     [](Matrix& w, const Principal& who) { return of(close_case(w.organisation->parts(), who, w.case_id, "", "{}")); }},
    {Call::waive_requirement, true,  // without a reason, so that nothing is waived
     [](Matrix& w, const Principal& who) {
       return of(waive_requirement(w.organisation->parts(), who, w.case_id, "", "{}"));
     }},
    {Call::work_case, true,  // of no bytes, so that none comes to be
     [](Matrix& w, const Principal& who) {
       return of(begin_upload(w.parts(), who, w.case_id, {0, "", "", ""}));
     }},
    {Call::work_case, true,
     [](Matrix& w, const Principal& who) { return of(add_evidence(w.parts(), who, w.case_id, "", "{}")); }},
    {Call::work_case, true,
     [](Matrix& w, const Principal& who) { return of(add_evidence_version(w.parts(), who, w.evidence, "", "{}")); }},
    {Call::work_case, true,  // without a reason, so that it stays
     [](Matrix& w, const Principal& who) { return of(withdraw_evidence(w.parts(), who, w.evidence, "1", "", "{}")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(list_evidence(w.parts(), who, w.case_id)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(read_evidence(w.parts(), who, w.evidence)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(evidence_content(w.parts(), who, w.evidence, "1")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(evidence_proof(w.parts(), who, w.evidence, "1")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(evidence_sheet(w.parts(), who, w.evidence, "1")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(evidence_difference(w.parts(), who, w.evidence, {}, {})); }},
    {Call::work_case, true,  // of nothing that was shown, so that none is made
     [](Matrix& w, const Principal& who) { return of(make_confirmation(w.parts(), who, w.case_id, "", "{}")); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(list_confirmations(w.parts(), who, w.case_id)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(read_confirmation(w.parts(), who, w.confirmation)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(confirmation_pdf(w.parts(), who, w.confirmation, 1)); }},
    {Call::read_case, true,
     [](Matrix& w, const Principal& who) { return of(confirmation_proof(w.parts(), who, w.confirmation, 1)); }},
    {Call::request_signature, true,  // without signers, so that nobody is asked
     [](Matrix& w, const Principal& who) {
       return of(request_confirmation_signature(w.parts(), who, w.confirmation, "confirm-" + who.team, "{}"));
     }},
    {Call::record_lead, false,  // without a time of receipt, so that none is recorded
     [](Matrix& w, const Principal& who) { return of(record_lead(w.organisation->parts(), who, "", "{}")); }},
    {Call::record_lead, true,
     [](Matrix& w, const Principal& who) { return of(assign_lead(w.organisation->parts(), who, w.lead, "", "{}")); }},
    {Call::record_lead, true,  // without a channel, so that it stays untouched
     [](Matrix& w, const Principal& who) { return of(touch_lead(w.organisation->parts(), who, w.lead, "", "{}")); }},
    {Call::read_lead, true,
     [](Matrix& w, const Principal& who) { return of(read_lead(w.organisation->parts(), who, w.lead)); }},
    {Call::read_lead, true,
     [](Matrix& w, const Principal& who) {
       const auto listed = list_leads(w.organisation->parts(), who, {});
       if (!listed) return of(listed);
       return holds(listed->body.at("items").as_array(), "id", w.lead) ? Came::through : Came::not_seen;
     }},
    {Call::read_board, false,
     [](Matrix& w, const Principal& who) { return of(phi_board(w.organisation->parts(), who, {})); }},
    {Call::read_board, true,
     [](Matrix& w, const Principal& who) {
       return of(phi_board(w.organisation->parts(), who, {{w.rep.id, "", ""}, "", "", {}}));
     }},
    {Call::read_board, true,
     [](Matrix& w, const Principal& who) {
       return of(phi_board_csv(w.organisation->parts(), who, {{w.rep.id, "", ""}, "", "", {}}));
     }},
    {Call::read_board, true,
     [](Matrix& w, const Principal& who) {
       return of(overview_board(w.organisation->parts(), who, {w.rep.id, "", ""}, {}));
     }},
    {Call::read_board, true,
     [](Matrix& w, const Principal& who) { return of(onboarding_board(w.organisation->parts(), who, w.rep.id)); }},
    {Call::read_board, false,  // of no version that is, so that it is refused after the matrix
     [](Matrix& w, const Principal& who) { return of(policy_comparison(w.organisation->parts(), who, "none", 0)); }},
    {Call::administer, false,
     [](Matrix& w,
        const Principal& who) { return of(w.organisation->add_person(who, {"新人", Role::rep, "x", "x", "", ""})); }},
};

TEST(Matrix, DrivesEveryCall) {
  Matrix w;
  std::size_t walked = 0;
  for (std::size_t r = 0; r < role_count; ++r) {
    const auto role = static_cast<Role>(r);
    const Principal places[] = {
        {"peer", role, "east-1", "east"}, {"peer", role, "east-2", "east"}, {"peer", role, "west-1", "west"}};
    for (const auto& who : places) {
      for (const auto& test : calls) {
        SCOPED_TRACE(std::string(role_matrix()[static_cast<std::size_t>(test.call)].name) + " as " +
                     std::string(role_name(role)) + " of " + who.team);
        const auto came = test.make(w, who);
        ++walked;
        if (scope_of(role, test.call) == Scope::none) {
          // Who may not even see the request learns no more than that.
          const bool hidden =
              test.about_the_quote && !in_scope(who, Call::read_void, w.rep.id, "east-1", "east") &&
              (test.call == Call::decide_void || test.call == Call::withdraw_void || test.call == Call::read_void);
          EXPECT_TRUE(came == Came::role_refused || (hidden && came == Came::not_seen));
        } else if (test.about_the_quote && !in_scope(who, test.call, w.rep.id, "east-1", "east")) {
          EXPECT_EQ(came, Came::not_seen);
        } else {
          EXPECT_EQ(came, Came::through);
        }
      }
    }
  }
  EXPECT_EQ(walked, role_count * 3 * std::size(calls));
  // Voiding an accepted quote has no row here: no call accepts quotes yet; roles_test holds its cells.
  for (std::size_t c = 0; c < call_count; ++c) {
    const auto call = static_cast<Call>(c);
    EXPECT_TRUE(call == Call::decide_void_accepted ||
                std::any_of(std::begin(calls), std::end(calls), [&](const auto& test) { return test.call == call; }))
        << role_matrix()[c].name;
  }
}

}  // namespace
}  // namespace quotary::api
