// A Signing world with a case whose deck is in the ledger, and short calls about its confirmations.
#pragma once

#include "api/use_cases/cases/case_calls.h"
#include "api/use_cases/cases/confirmation_calls.h"
#include "api/use_cases/cases/evidence_calls.h"
#include "api/use_cases/cases/evidence_store.h"
#include "api/use_cases/cases/policy_calls.h"
#include "tests/api/signing_world.h"
#include "tests/support/case_fixture.h"

namespace quotary::api::testing {

inline constexpr const char* li_address = "chen.li@chenghu.example";
inline constexpr const char* wu_address = "+8613800138000";

struct Confirming : Signing {
  std::string case_id;

  explicit Confirming(std::vector<std::string> factors = {"link"}) : Signing(std::move(factors)) {
    case_id = quotary::testing::open_case(*organisation, rep);
    deck(1);
  }

  std::uint64_t size() const { return organisation->ledger_state().tree_size; }

  // An item's next version as it stands in the ledger, without anybody who looks at it. A deck has its content.
  void add_item(const std::string& item, const std::string& kind, std::uint64_t version, const json::object& facts) {
    const auto subject = case_subject(case_id);
    Draft draft = draft_by(rep, records::evidence_added_type, subject);
    draft.body = {{"case", case_id},
                  {"item", item},
                  {"kind", kind},
                  {"version", version},
                  {"content", sha256(item + std::to_string(version)).hex()},
                  {"size", 1'000}};
    draft.objects = {facts_object(facts),
                     {"about", "application/json", R"({"title":"伺服压装机方案","version_label":"v1"})", subject, 1}};
    if (kind == "deck") put_content(draft, "deck " + std::to_string(version), subject);
    const auto done = append_one(*parts().ledger, draft);
    EXPECT_TRUE(done) << done.error().code << " " << done.error().detail;
  }
  void put_content(Draft& draft, const std::string& content, const std::string& key_subject) {
    blobs::Uploads& uploads = **parts().evidence->uploads();
    blobs::NewUpload coming;
    coming.owner = rep.id;
    coming.key_subject = key_subject;
    coming.size_bytes = content.size();
    const auto upload = uploads.create(coming, parts().now());
    ASSERT_TRUE(upload) << upload.error().detail;
    ASSERT_TRUE(uploads.append(*upload, 0, content));
    const auto finished = uploads.finish(*upload);
    ASSERT_TRUE(finished) << finished.error().detail;
    ASSERT_TRUE(uploads.drop(*upload));
    draft.body["content"] = finished->hashes.commitment.hex();
    draft.body["size"] = content.size();
    draft.body["blob"] = finished->reference.id;
    draft.objects.push_back(
        {"reference", "application/json", blobs::reference_text(finished->reference), key_subject, 1});
  }
  std::string content_of(const std::string& item, std::uint64_t version) {
    const auto found = parts().read<std::optional<records::ItemRecord>>(
        [&](const StateReader& state) { return records::find_item(state, case_id, item); });
    EXPECT_TRUE(found && *found);
    return (*found)->versions.at(version - 1).content;
  }
  void deck(std::uint64_t version) {
    json::object facts{{"version_label", true}};
    if (version > 1) facts["change_note"] = true;
    add_item("deck-1", "deck", version, facts);
  }

  static std::string body(const std::string& more = R"(, "result_text": "压装 200 件，无不良")",
                          const std::string& deck = R"({"item": "deck-1", "version": 1})") {
    return R"({"deck": )" + deck + more + "}";
  }
  Result<Answer> make(const std::string& text = body(), const std::string& key = "") {
    return make_confirmation(parts(), rep, case_id, key, text);
  }
  std::string made() {
    const auto answer = make();
    EXPECT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
    return answer ? text(*answer, "id") : "";
  }
  Result<Answer> ask_for(const std::string& confirmation, const std::string& signers, const std::string& more = "") {
    return request_confirmation_signature(parts(), rep, confirmation, "confirm-" + std::to_string(++keys),
                                          R"({"signers": [)" + signers + "]" + more + "}");
  }
  std::string asked_for(const std::string& confirmation, const std::string& signers, const std::string& more = "") {
    const auto answer = ask_for(confirmation, signers, more);
    EXPECT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
    return answer ? text(*answer, "id") : "";
  }
  // With the consent text that the session shows.
  std::string confirming(const SignerVisit& v, const std::string& more = "") {
    const auto shown_now = session(v);
    auto consent = shown_now.at("consent").as_object();
    consent.erase("texts");
    consent["locale"] = "zh-CN";
    consent["accepted"] = true;
    return R"({"document_sha256": ")" + shown(v) + R"(", "consent": )" + json::serialize(consent) +
           R"(, "method": "typed", "typed_name": "陈立")" + more + "}";
  }
  Result<Answer> confirm(const SignerVisit& v, const std::string& key = "page-1") {
    view(v);
    return sign_document(parts(), v, key, confirming(v));
  }
  json::object confirmation(const std::string& id) {
    const auto read = read_confirmation(parts(), rep, id);
    EXPECT_TRUE(read) << read.error().code << " " << read.error().detail;
    return read ? read->body : json::object();
  }
  std::string pdf(const std::string& id, std::uint64_t revision) {
    const auto bytes = confirmation_pdf(parts(), rep, id, revision);
    EXPECT_TRUE(bytes) << bytes.error().code;
    return bytes ? bytes->bytes : std::string();
  }
  // The case's items of the kind confirmation, each with its current version.
  json::array recorded() {
    json::array out;
    const auto listed = parts().read<std::vector<records::ItemRecord>>(
        [&](const StateReader& state) { return records::find_items(state, case_id); });
    EXPECT_TRUE(listed);
    for (const auto& each : *listed) {
      if (each.kind != gates::EvidenceKind::confirmation) continue;
      const auto row = read_evidence(parts(), rep, each.id);
      EXPECT_TRUE(row) << row.error().code << " " << row.error().detail;
      if (row) out.push_back(row->body);
    }
    return out;
  }
  json::object requirement() {
    const auto gate = read_gate(parts(), rep, case_id);
    EXPECT_TRUE(gate);
    for (const auto& each : gate->body.at("requirements").as_array())
      if (each.at("id").as_string() == "trial_confirmation") return each.as_object();
    return {};
  }
  std::string standing() { return std::string(requirement().at("state").as_string()); }
};

}  // namespace quotary::api::testing
