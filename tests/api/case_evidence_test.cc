// Evidence from its upload to what is read of it.
#include "api/use_cases/cases/evidence_store.h"
#include "ledger/records/keys.h"
#include "tests/support/evidence_files.h"
#include "tests/support/evidence_world.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <thread>

namespace quotary::api {
namespace {

using testing::code_of;
using ::testing::Contains;
using testing::EvidenceWorld;
using testing::flags_of;
using ::testing::Not;
using testing::pointer_of;
using testing::text;

std::string photo(unsigned seed = 1) {
  return quotary::testing::with_metadata(quotary::testing::jpeg_of(quotary::testing::spots(640, 480, seed)),
                                         quotary::testing::phone_metadata());
}
std::string deck(const std::vector<std::string>& titles) {
  std::vector<quotary::testing::Slide> slides;
  std::uint32_t id = 256;
  for (const auto& title : titles) slides.push_back({id++, {title}, ""});
  return quotary::testing::deck_of(slides);
}
const std::string wet_scan = R"(, "signature": "wet_scan", "signer": {"name": "陈立", "role": "采购经理"})";
constexpr std::int64_t day_ms = 86'400'000;

std::vector<std::string> blobs_in(const EvidenceWorld& w) {
  std::vector<std::string> out;
  for (const auto& each : std::filesystem::recursive_directory_iterator(w.config.data_directory + "/blobs"))
    if (each.is_regular_file()) out.push_back(each.path().filename());
  return out;
}
std::size_t uploads_in(const EvidenceWorld& w) {
  const auto names = w.config.files ? w.config.files->list(w.config.data_directory + "/uploads")
                                    : posix_file_system()->list(w.config.data_directory + "/uploads");
  return names->size();
}

TEST(CaseEvidence, APhotoSaysWhenAndWhereByItself) {
  EvidenceWorld w;
  const std::string bytes = photo();
  const auto added = w.add(w.upload(bytes, "C:\\DCIM\\IMG_1.jpg", "image/jpeg"), "photo",
                           R"(, "requirement": "site_photo", "captured_at": "2026-06-29T00:00:00Z",
                                "position": {"latitude": "0", "longitude": "0"}, "sha256": ")" +
                               sha256(bytes).hex() + "\"");
  ASSERT_TRUE(added) << added.error().detail;
  EXPECT_EQ(added->status, 201);
  const auto& version = added->body.at("version").as_object();
  EXPECT_EQ(version.at("captured_at"), "2026-06-30T01:05:00.000Z");
  EXPECT_EQ(version.at("captured_at_source"), "exif");
  EXPECT_EQ(version.at("position_source"), "exif");
  EXPECT_EQ(version.at("position").at("latitude"), "31.298333");
  EXPECT_EQ(version.at("file_name"), "IMG_1.jpg");
  EXPECT_EQ(version.at("media_type"), "image/jpeg");
  EXPECT_TRUE(flags_of(*added).empty());
  EXPECT_EQ(version.at("commitment").at("sha256").as_string(),
            sha256(*from_hex(version.at("commitment").at("nonce").as_string()) + bytes).hex());
  EXPECT_EQ(w.content_of(text(*added, "item")), bytes);
  EXPECT_EQ(uploads_in(w), 0u);  // it was dropped
  // The entry names nothing that a person or place could be found by.
  const auto entry = w.parts().ledger->entry(version.at("entry_index").to_number<std::uint64_t>());
  EXPECT_EQ(entry->canonical.find("IMG_1"), std::string::npos);
  EXPECT_EQ(entry->canonical.find(sha256(bytes).hex()), std::string::npos);
}

TEST(CaseEvidence, WhatIsDeclaredStandsWhereTheFileIsSilent) {
  EvidenceWorld w;
  const json::value site{{"latitude", "31.298000"}, {"longitude", "120.585000"}, {"name", "苏州工厂"}};
  const auto id = quotary::testing::open_case(*w.organisation, w.rep, site);
  const std::string bare = quotary::testing::jpeg_of(quotary::testing::spots(640, 480, 7));
  const auto add = [&](const std::string& latitude, const std::string& time) {
    return w.add(w.upload(bare, "a.jpg", "", id), "photo",
                 R"(, "captured_at": ")" + time + R"(", "position": {"latitude": ")" + latitude +
                     R"(", "longitude": "120.585", "accuracy_m": 20})",
                 "", id);
  };
  const auto there = add("31.298", "2026-06-30T01:30:00Z");
  ASSERT_TRUE(there) << there.error().detail;
  EXPECT_EQ(there->body.at("version").at("captured_at_source"), "declared");
  EXPECT_EQ(there->body.at("version").at("position_source"), "declared");
  EXPECT_EQ(there->body.at("version").at("position").at("accuracy_cm"), 2'000);
  EXPECT_THAT(flags_of(*there), Not(Contains("geo_far_from_site")));
  EXPECT_THAT(flags_of(*there), Contains("exif_missing"));
  const auto elsewhere = add("32.298", "2026-06-30T01:45:00Z");
  EXPECT_THAT(flags_of(*elsewhere), Contains("geo_far_from_site"));
  EXPECT_THAT(flags_of(*elsewhere), Contains("future_time"));
  // The file's own place is held against the site by who reads it.
  const json::value far{{"latitude", "30.1"}, {"longitude", "120.585"}};
  const auto far_case = quotary::testing::open_case(*w.organisation, w.rep, far);
  const auto shown = w.add(w.upload(photo(9), "b.jpg", "", far_case), "photo", "", "", far_case);
  EXPECT_THAT(flags_of(*shown), Contains("geo_far_from_site"));
}

TEST(CaseEvidence, BadInputIsNamed) {
  EvidenceWorld w;
  const std::string content = "%PDF-1.4 not much of one";
  const auto upload = w.upload(content, "x.bin");
  const auto refused = [&](const std::string& kind, const std::string& more, const std::string& code,
                           const std::string& pointer) {
    SCOPED_TRACE(code);
    const auto size = w.tree_size();
    const auto answer = w.add(upload, kind, more);
    EXPECT_EQ(code_of(answer), code);
    EXPECT_EQ(pointer_of(answer), pointer);
    EXPECT_EQ(w.tree_size(), size);
  };
  refused("film", "", "unknown_kind", "/kind");
  refused("other", R"(, "requirement": "nothing")", "requirement_unknown", "/requirement");
  refused("other", R"(, "requirement": "deck")", "requirement_unknown", "/requirement");
  refused("other", R"(, "sha256": "00")", "bad_sha256", "/sha256");
  refused("other", R"(, "sha256": ")" + std::string(64, '0') + "\"", "hash_differs", "/sha256");
  refused("other", R"(, "captured_at": "yesterday")", "bad_time", "/captured_at");
  refused("other", R"(, "position": {"latitude": "91", "longitude": "0"})", "bad_position", "/position");
  refused("other", R"(, "target": {"item": "nothing", "version": 1})", "target_unknown", "/target");
  refused("other", R"(, "target": {"item": "nothing", "version": 0})", "bad_version", "/target/version");
  refused("other", R"(, "parent": 1)", "unknown_member", "/parent");
  refused("other", wet_scan, "bad_signature", "/signature");
  refused("confirmation", R"(, "signature": "passkey", "signer": {"name": "x"})", "bad_signature", "/signature");
  refused("confirmation", R"(, "signature": "wet_scan")", "required", "/signer");
  refused("photo", "", "kind_mismatch", "/kind");
  EXPECT_EQ(pointer_of(w.add(std::string(32, '0'), "other")), "/upload");
  EXPECT_EQ(code_of(w.add(std::string(32, '0'), "other")), "upload_unknown");
  EXPECT_EQ(code_of(w.add("..", "other")), "bad_token");
  const auto other_case = quotary::testing::open_case(*w.organisation, w.rep);
  EXPECT_EQ(code_of(w.add(upload, "other", "", "", other_case)), "upload_unknown");
  // After all of that it can still become a version.
  EXPECT_TRUE(w.add(upload, "other"));
}

TEST(CaseEvidence, UploadsAreTheirOwnersAlone) {
  EvidenceWorld w;
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep, w.case_id, {0, "", "", ""})), "upload_empty");
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep, w.case_id, {{}, "", "", ""})), "upload_length_missing");
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep, w.case_id, {blobs::blob_bytes_max + 1, "", "", ""})),
            "upload_too_large");
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep2, w.case_id, {1, "", "", ""})), "case_not_found");
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.auditor, w.case_id, {1, "", "", ""})), "role_not_allowed");
  const auto begun = begin_upload(w.parts(), w.rep, w.case_id, {10, "a", "", ""});
  ASSERT_TRUE(begun);
  for (const auto* other : {&w.rep2, &w.manager, &w.director}) {
    EXPECT_EQ(code_of(find_upload(w.parts(), *other, begun->id)), "upload_unknown");
    EXPECT_EQ(code_of(drop_upload(w.parts(), *other, begun->id)), "upload_unknown");
  }
  // The manager may add to the case, and not by another's upload.
  EXPECT_EQ(code_of(add_evidence(w.parts(), w.manager, w.case_id, "", EvidenceWorld::body(begun->id, "other"))),
            "upload_unknown");
  EXPECT_EQ(code_of(w.add(begun->id, "other")), "upload_incomplete");
  EXPECT_EQ(*take_bytes(w.parts(), begun->id, 0, "12345"), 5u);
  EXPECT_EQ(code_of(take_bytes(w.parts(), begun->id, 0, "12345")), "offset_differs");
  EXPECT_EQ(code_of(take_bytes(w.parts(), begun->id, 5, "1234567890")), "upload_too_large");
  EXPECT_EQ(code_of(w.add(begun->id, "other")), "upload_incomplete");
  EXPECT_TRUE(drop_upload(w.parts(), w.rep, begun->id));
  EXPECT_EQ(code_of(find_upload(w.parts(), w.rep, begun->id)), "upload_unknown");
  for (std::size_t i = 0; i < w.config.uploads.open_uploads_per_owner_max; ++i)
    ASSERT_TRUE(begin_upload(w.parts(), w.rep, w.case_id, {10, "a", "", ""}));
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep, w.case_id, {10, "a", "", ""})), "too_many_uploads");
  w.pass(8 * day_ms);
  const auto page = find_upload(w.parts(), w.rep, begun->id);
  EXPECT_FALSE(page);
}

TEST(CaseEvidence, AnUploadBecomesOneVersionHoweverOftenItIsSent) {
  EvidenceWorld w;
  const auto upload = w.upload("一次");
  const auto first = w.add(upload, "other", "", "key-1");
  ASSERT_TRUE(first) << first.error().detail;
  const auto size = w.tree_size();
  const auto again = w.add(upload, "other", "", "key-1");
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(json::serialize(again->body), json::serialize(first->body));
  const auto without_key = w.add(upload, "other");
  ASSERT_TRUE(without_key);
  EXPECT_TRUE(without_key->replayed);
  EXPECT_EQ(without_key->body.at("item"), first->body.at("item"));
  EXPECT_EQ(code_of(w.add(upload, "photo", "", "key-1")), "idempotency_key_reused");
  EXPECT_EQ(code_of(w.add_version_to(text(*first, "item"), upload)), "upload_used");
  EXPECT_EQ(code_of(add_evidence(w.parts(), w.manager, w.case_id, "", EvidenceWorld::body(upload, "other"))),
            "upload_unknown");
  EXPECT_EQ(w.tree_size(), size);
  EXPECT_EQ(blobs_in(w).size(), 1u);
}

TEST(CaseEvidence, TwoAtOnceForOneUploadAreOne) {
  EvidenceWorld w;
  const auto upload = w.upload("einmal");
  std::vector<Result<Answer>> came(4, Result<Answer>(fail(Errc::internal, "", "")));
  std::vector<std::thread> threads;
  for (auto& each : came) threads.emplace_back([&] { each = w.add(upload, "other"); });
  for (auto& each : threads) each.join();
  std::set<std::string> items;
  for (const auto& each : came) {
    ASSERT_TRUE(each) << each.error().code;
    items.insert(text(*each, "item"));
  }
  EXPECT_EQ(items.size(), 1u);
}

TEST(CaseEvidence, TheLoserOfTwoNextVersionsIsTold) {
  EvidenceWorld w;
  const auto item = w.item(deck({"封面"}), "deck", "", "方案_v1.pptx");
  const auto one = w.upload(deck({"封面", "报价"}), "方案_v2.pptx"), other = w.upload(deck({"封面", "交期"}));
  const auto made_from = R"(, "parent": 1)";
  ASSERT_TRUE(w.add_version_to(item, one, made_from));
  EXPECT_EQ(code_of(w.add_version_to(item, other, made_from)), "parent_not_current");
  EXPECT_EQ(code_of(w.add_version_to(item, other, R"(, "parent": 3)")), "parent_unknown");
  ASSERT_TRUE(w.add_version_to(item, other, R"(, "parent": 2)"));
  EXPECT_EQ(code_of(add_evidence_version(w.parts(), w.rep, item, "", EvidenceWorld::body(w.upload("x"), ""))),
            "change_note_missing");
  // At once, without saying from what: each is the next, and one of them wins.
  std::vector<std::string> uploads;
  for (int i = 0; i < 4; ++i) uploads.push_back(w.upload(deck({"封面", std::to_string(i)})));
  std::atomic<int> won{0}, taken{0};
  std::vector<std::thread> threads;
  for (const auto& upload : uploads)
    threads.emplace_back([&] {
      const auto added = w.add_version_to(item, upload);
      if (added) ++won;
      if (code_of(added) == "version_taken") ++taken;
    });
  for (auto& each : threads) each.join();
  EXPECT_GE(won, 1);
  EXPECT_EQ(won + taken, 4);
  const auto read = read_evidence(w.parts(), w.rep, item);
  EXPECT_EQ(read->body.at("versions_count"), 3 + won);
}

TEST(CaseEvidence, VersionsAndWhatDiffersBetweenThem) {
  EvidenceWorld w;
  const auto item = w.item(deck({"封面", "方案"}), "deck", R"(, "requirement": "deck")", "方案_v1.0.pptx");
  ASSERT_TRUE(w.add_version_to(item, w.upload(deck({"封面", "方案二", "报价"}), "方案_v1.1.pptx")));
  const auto read = read_evidence(w.parts(), w.manager, item);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->body.at("requirement"), "deck");
  EXPECT_EQ(read->body.at("current_version"), 2);
  const auto& second = read->body.at("versions").as_array()[1].as_object();
  EXPECT_EQ(second.at("version_label"), "v1.1");
  EXPECT_EQ(second.at("version_label_source"), "file_name");
  EXPECT_EQ(second.at("change_note"), "改了报价页");
  const auto difference = evidence_difference(w.parts(), w.rep, item, {}, {});
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->body.at("added"), json::array{3});
  EXPECT_EQ(difference->body.at("changed").as_array().size(), 1u);
  EXPECT_EQ(code_of(evidence_difference(w.parts(), w.rep, item, 1, 9)), "version_not_found");
  EXPECT_EQ(code_of(read_evidence(w.parts(), w.rep2, item)), "evidence_not_found");
  EXPECT_EQ(code_of(read_evidence(w.parts(), w.rep, "nothing")), "evidence_not_found");
  const auto list = list_evidence(w.parts(), w.finance, w.case_id);
  EXPECT_EQ(list->body.at("items").as_array()[0].at("version").at("version"), 2);
}

TEST(CaseEvidence, AWithdrawnVersionStaysAndCounts) {
  EvidenceWorld w;
  const auto item = w.item("eins", "other");
  const auto withdraw = [&](const std::string& version, const std::string& body, const std::string& key = "") {
    return withdraw_evidence(w.parts(), w.rep, item, version, key, body);
  };
  EXPECT_EQ(pointer_of(withdraw("1", "{}")), "/reason");
  EXPECT_EQ(code_of(withdraw("2", R"({"reason": "传错了文件"})")), "version_not_found");
  EXPECT_EQ(code_of(withdraw_evidence(w.parts(), w.auditor, item, "1", "", "{}")), "role_not_allowed");
  ASSERT_TRUE(withdraw("1", R"({"reason": "传错了文件"})", "w"));
  EXPECT_TRUE(withdraw("1", R"({"reason": "传错了文件"})", "w")->replayed);
  EXPECT_EQ(code_of(withdraw("1", R"({"reason": "传错了文件"})")), "already_withdrawn");
  const auto read = read_evidence(w.parts(), w.rep, item);
  EXPECT_FALSE(read->body.contains("current_version"));
  EXPECT_EQ(read->body.at("versions").as_array()[0].at("withdrawn").at("reason"), "传错了文件");
  EXPECT_EQ(w.content_of(item), "eins");
}

TEST(CaseEvidence, AStaleTargetIsRecordedAndTheGateSaysSo) {
  EvidenceWorld w;
  const auto decks = w.item(deck({"封面"}), "deck", "", "v1.pptx");
  ASSERT_TRUE(w.add_version_to(decks, w.upload(deck({"封面", "二"}), "v2.pptx")));
  const auto confirmation = w.add(w.upload(quotary::testing::pdf_of({"试用确认"}), "ok.pdf"), "confirmation",
                                  wet_scan + R"(, "target": {"item": ")" + decks + R"(", "version": 1})");
  ASSERT_TRUE(confirmation) << confirmation.error().detail;
  const auto& signature = confirmation->body.at("version").at("signature").as_object();
  EXPECT_EQ(signature.at("grade"), "wet_scan");
  EXPECT_TRUE(signature.contains("assurance_zh"));
  EXPECT_EQ(confirmation->body.at("version").at("signer").at("name"), "陈立");
  const auto gate = w.parts().read<gates::GateState>(
      [&](const StateReader& state) { return records::gate_of(state, **records::find_case(state, w.case_id)); });
  const auto& standing = gate->requirements[2];
  EXPECT_EQ(standing.id, "trial_confirmation");
  EXPECT_THAT(standing.reasons, Contains("stale_target"));
  EXPECT_THAT(standing.reasons, Contains("signature_too_weak"));
}

TEST(CaseEvidence, TheSameAndTheSimilarElsewhereAreDoubts) {
  EvidenceWorld w;
  const auto other = quotary::testing::open_case(*w.organisation, w.rep2);
  const auto picture = quotary::testing::spots(640, 480, 3);
  const auto bytes = quotary::testing::jpeg_of(picture, 90);
  const auto upload = w.upload(bytes, "a.jpg", "", other, &w.rep2);
  const auto theirs = add_evidence(w.parts(), w.rep2, other, "", EvidenceWorld::body(upload, "photo"));
  ASSERT_TRUE(theirs);
  const auto same = w.add(w.upload(bytes, "b.jpg"), "photo");
  EXPECT_THAT(flags_of(*same), Contains("duplicate_of"));
  EXPECT_THAT(flags_of(*same), Contains("near_duplicate_of"));
  // Whose it is, only who may read that case is told.
  EXPECT_FALSE(same->body.at("version").as_object().contains("duplicate_of"));
  const auto item = text(*same, "item");
  const auto seen = read_evidence(w.parts(), w.director, item)->body.at("versions").as_array()[0].as_object();
  EXPECT_EQ(seen.at("duplicate_of").at("case").as_string(), other);
  EXPECT_EQ(seen.at("near_duplicate_of").at("item").as_string(), text(*theirs, "item"));
  EXPECT_EQ(flags_of(*theirs), std::vector<std::string>{"exif_missing"});
  // Smaller and recompressed: other bytes, and still it looks so; also once the hashes were gathered anew.
  w.reopen();
  const auto copy = w.add(w.upload(quotary::testing::jpeg_of(picture, 50), "c.jpg"), "photo");
  EXPECT_THAT(flags_of(*copy), Not(Contains("duplicate_of")));
  EXPECT_THAT(flags_of(*copy), Contains("near_duplicate_of"));
  const auto unlike = w.add(w.upload(photo(77), "d.jpg"), "photo");
  EXPECT_TRUE(flags_of(*unlike).empty());
  // Again for the same item is no doubt.
  const auto own = w.add_version_to(text(*unlike, "item"), w.upload(photo(77), "d.jpg"));
  EXPECT_TRUE(flags_of(*own).empty());
  // Nothing that a picture could be compared by stands in what is public.
  const auto entry = w.parts().ledger->entry(copy->body.at("version").at("entry_index").to_number<std::uint64_t>());
  EXPECT_EQ(entry->canonical.find("picture"), std::string::npos);
}

TEST(CaseEvidence, HostileFilesAreLookedAtOutsideAndKept) {
  EvidenceWorld w;
  auto bomb = quotary::testing::deck_files({{256, {"封面"}, ""}});
  bomb["ppt/slides/slide1.xml"] = std::string(80u << 20, ' ');
  const std::string zipped = quotary::testing::zip_of(bomb);
  const auto flagged = w.add(w.upload(zipped, "bomb.pptx"), "other");
  ASSERT_TRUE(flagged) << flagged.error().detail;
  EXPECT_THAT(flags_of(*flagged), Contains("over_limits"));
  const std::string program = std::string("MZ") + std::string(500, '\0');
  EXPECT_EQ(code_of(w.add(w.upload(program, "setup.exe"), "deck")), "kind_mismatch");
  EXPECT_THAT(flags_of(*w.add(w.upload(program, "setup.exe"), "other")), Contains("executable"));
  EXPECT_EQ(code_of(w.add(w.upload(quotary::testing::pdf_of({"x"}), "order.pdf.exe"), "document")), "kind_mismatch");
  const auto page = w.add(w.upload("<html><script>alert(1)</script>", "a.jpg", "image/jpeg"), "other");
  EXPECT_THAT(flags_of(*page), Contains("mime_mismatch"));
  const auto script =
      w.add(w.upload(quotary::testing::pdf_of({"x"}, "/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "a.pdf"),
            "document");
  ASSERT_TRUE(script) << script.error().detail;
  EXPECT_THAT(flags_of(*script), Contains("script"));
  const auto locked = w.add(w.upload(quotary::testing::zip_of(quotary::testing::deck_files({{256, {"a"}, ""}}), "pw"),
                                     "locked.pptx", "application/zip"),
                            "deck");
  EXPECT_TRUE(locked) << locked.error().detail;
  EXPECT_THAT(flags_of(*locked), Contains("encrypted"));
}

TEST(CaseEvidence, WithoutAProgramThatLooksNothingIsTakenAndTheUploadIsKept) {
  EvidenceWorld w;
  EXPECT_TRUE(w.organisation->evidence_can_be_taken());
  const auto program = w.config.inspecting.program;
  w.config.inspecting.program = {w.folder.file("gone")};
  w.reopen();
  EXPECT_FALSE(w.organisation->evidence_can_be_taken());
  const auto upload = w.upload("später");
  const auto size = w.tree_size();
  EXPECT_EQ(code_of(w.add(upload, "other")), "inspecting_unavailable");
  EXPECT_EQ(w.tree_size(), size);
  w.config.inspecting.program = program;
  w.reopen();
  EXPECT_TRUE(w.add(upload, "other"));
}

TEST(CaseEvidence, AClosedCaseTakesNothingMore) {
  EvidenceWorld w;
  auto free = quotary::testing::demonstration();
  free.name = "free";
  free.gates.clear();
  const auto id = quotary::testing::open_case(*w.organisation, w.rep, nullptr, free);
  const auto added = w.add(w.upload("x", "x", "", id), "other", "", "", id);
  ASSERT_TRUE(added) << added.error().detail;
  const auto upload = w.upload("y", "y", "", id);
  Draft draft = draft_by(w.rep, records::case_closed_type, case_subject(id));
  draft.body = {{"case", id}};
  ASSERT_TRUE(append_one(*w.parts().ledger, draft));
  const auto size = w.tree_size();
  EXPECT_EQ(code_of(w.add(upload, "other", "", "", id)), "case_is_closed");
  EXPECT_EQ(code_of(w.add_version_to(text(*added, "item"), upload)), "case_is_closed");
  EXPECT_EQ(code_of(begin_upload(w.parts(), w.rep, id, {1, "z", "", ""})), "case_is_closed");
  EXPECT_EQ(code_of(withdraw_evidence(w.parts(), w.rep, text(*added, "item"), "1", "", R"({"reason": "传错了"})")),
            "case_is_closed");
  EXPECT_EQ(w.tree_size(), size);
  EXPECT_EQ(w.content_of(text(*added, "item")), "x");
}

// A crash between the blob and the entry, and one between the entry and the upload's end.
TEST(CaseEvidence, WhatACrashLeavesIsGoneOnWithOrSweptAway) {
  EvidenceWorld w;
  const auto kept = w.upload("wird eine Fassung"), left = w.upload("wird keine");
  auto uploads = w.parts().evidence->uploads();
  ASSERT_TRUE((*uploads)->finish(left));
  ASSERT_TRUE((*uploads)->finish(kept));
  // The upload's own file comes back as if the process had ended before it was dropped.
  const std::string sidecar = w.config.data_directory + "/uploads/" + kept + ".upload";
  std::filesystem::copy_file(sidecar, w.folder.file("sidecar"));
  const auto added = w.add(kept, "other");
  ASSERT_TRUE(added) << added.error().detail;
  std::filesystem::copy_file(w.folder.file("sidecar"), sidecar);
  w.reopen();
  EXPECT_EQ(w.content_of(text(*added, "item")), "wird eine Fassung");
  const auto size = w.tree_size();
  const auto again = w.add(kept, "other");
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(w.tree_size(), size);
  EXPECT_EQ(blobs_in(w).size(), 2u);
  // Nobody goes on with the other: past its age the upload goes, past the grace period its content.
  w.pass(w.config.uploads.age_ms_max + w.config.uploads.orphan_grace_ms + day_ms);
  ASSERT_TRUE(w.organisation->run_due_events());
  w.pass(orphans_every_ms);
  ASSERT_TRUE(w.organisation->run_due_events());
  EXPECT_EQ(blobs_in(w), std::vector<std::string>{kept});
  EXPECT_EQ(uploads_in(w), 0u);
  EXPECT_EQ(w.content_of(text(*added, "item")), "wird eine Fassung");
}

TEST(CaseEvidence, TheStateIsWhatTheEntriesGive) {
  EvidenceWorld w;
  const auto item = w.item("eins", "other");
  ASSERT_TRUE(w.add_version_to(item, w.upload("zwei")));
  ASSERT_TRUE(withdraw_evidence(w.parts(), w.rep, item, "2", "", R"({"reason": "传错了文件"})"));
  const auto report = w.organisation->verify_log(w.auditor, R"({"mode": "full"})");
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->body.at("problems").as_array().size(), 0u) << json::serialize(report->body);
}

TEST(CaseEvidence, ReadsOfAuditorsAreRecorded) {
  EvidenceWorld w;
  const auto item = w.item("eins", "other");
  const auto before = w.parts().access->records_total();
  ASSERT_TRUE(list_evidence(w.parts(), w.auditor, w.case_id));
  ASSERT_TRUE(read_evidence(w.parts(), w.auditor, item));
  ASSERT_TRUE(evidence_content(w.parts(), w.auditor, item, "1"));
  EXPECT_EQ(w.parts().access->records_total(), before + 3);
}

TEST(VersionLabel, IsFoundInTheNameOfAFile) {
  EXPECT_EQ(version_label_in("方案_v2.3.pptx"), "v2.3");
  EXPECT_EQ(version_label_in("deck V10 final.pdf"), "V10");
  EXPECT_EQ(version_label_in("rev1 (v1) v2.pptx"), "v2");
  EXPECT_EQ(version_label_in("mov2.mp4"), "");
  EXPECT_EQ(version_label_in("v.pptx"), "");
}

}  // namespace
}  // namespace quotary::api
