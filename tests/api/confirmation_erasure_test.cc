// A case that is erased takes its confirmations along: what was signed, what was to be, and who was asked.
#include "tests/api/confirmation_world.h"

namespace quotary::api {
namespace {

using testing::code_of;
using testing::Confirming;
using testing::li;
using testing::li_address;
using testing::text;
using testing::wu;

struct Erasing : Confirming {
  // -> what the approval answers
  json::object erase() {
    const auto asked = organisation->ask_erasure(
        Organisation::operator_principal(), "",
        R"({"case": ")" + case_id +
            R"(", "basis": "person_request", "reason_text": "客户书面要求删除其资料", "reference": "DSR-2026-9"})");
    EXPECT_TRUE(asked) << asked.error().code << " " << asked.error().detail;
    const auto done =
        organisation->decide_erasure(director, text(*asked, "id"), Organisation::Decision::approve, "", "{}");
    EXPECT_TRUE(done) << done.error().code << " " << done.error().detail;
    return done->body;
  }
};

TEST(ConfirmationErasure, WhatWasSignedIsGoneAndItsEntriesHold) {
  Erasing w;
  const auto id = w.made();
  const auto request = w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  ASSERT_TRUE(w.confirm(v));
  const auto whole = w.pdf(id, 2);
  const auto item = std::string(w.recorded().at(0).at("item").as_string());
  ASSERT_TRUE(evidence_content(w.parts(), w.rep, item, "1"));
  EXPECT_TRUE(w.erase().at("key_destroyed").as_bool());

  for (const std::uint64_t revision : {1, 2})
    EXPECT_EQ(code_of(confirmation_pdf(w.parts(), w.rep, id, revision)), "erased");
  EXPECT_EQ(code_of(evidence_content(w.parts(), w.rep, item, "1")), "erased");
  EXPECT_EQ(code_of(signed_document(w.parts(), v)), "erased");
  EXPECT_EQ(code_of(signer_summary(w.parts(), v)), "erased");
  EXPECT_EQ(code_of(w.organisation->signing_summary(w.rep, request)), "erased");
  // The facts stay, and nobody's name.
  const auto row = read_confirmation(w.parts(), w.rep, id);
  ASSERT_TRUE(row) << row.error().code;
  EXPECT_EQ(text(*row, "status"), "accepted");
  const auto asked = w.organisation->read_signature_request(w.rep, request);
  ASSERT_TRUE(asked) << asked.error().code;
  for (const json::object& each : {row->body, asked->body}) {
    const auto said = json::serialize(each);
    for (const char* word : {"陈立", "澄湖", "压装", "chen.li", "无不良"})
      EXPECT_EQ(said.find(word), std::string::npos) << word << " in " << said;
  }
  EXPECT_EQ(code_of(signer_session(w.parts(), v)), "erased");
  // Who kept the file can still have it checked.
  const auto verified = w.organisation->verify_bytes(whole);
  ASSERT_TRUE(verified);
  EXPECT_EQ(text(*verified, "match"), "exact");
  EXPECT_TRUE(read_gate_history(w.parts(), w.rep, w.case_id)->body.at("agrees").as_bool());
  w.expect_ledger_holds();
}

TEST(ConfirmationErasure, NobodySignsWhatIsErased) {
  Erasing w;
  const auto id = w.made();
  const auto request = w.asked_for(id, li);
  const auto v = w.visit(w.invited(li_address));
  w.view(v);
  const auto body = w.confirming(v);
  const auto other = w.made();
  EXPECT_TRUE(w.erase().at("key_destroyed").as_bool());
  const auto size = w.size();
  const auto sign = sign_document(w.parts(), v, "k", body);
  EXPECT_EQ(code_of(sign), "erased");
  EXPECT_EQ(code_of(signer_document(w.parts(), v)), "erased");
  EXPECT_EQ(code_of(w.ask_for(other, wu)), "erased");
  EXPECT_EQ(code_of(w.make()), "erased");
  EXPECT_EQ(w.size(), size);
  EXPECT_EQ(code_of(signer_session(w.parts(), v)), "erased");
  // The request ends as others do.
  ASSERT_TRUE(w.organisation->revoke_signature(w.rep, request, R"({"reason_text": "资料已依法删除"})"));
  w.expect_ledger_holds();
}

}  // namespace
}  // namespace quotary::api
