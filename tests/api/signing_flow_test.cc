// What follows from a signature: who is told of it, what each may have then, and what the document says of it. With the
// real signing service.
#include "tests/api/signing_elsewhere.h"
#include "tests/api/signing_world.h"

#include "api/use_cases/added_signatures.h"
#include "api/use_cases/signature_rules.h"
#include "pdfgen/text_outlines.h"

#include <set>

namespace quotary::api {
namespace {

using testing::code_of;
using testing::Elsewhere;
using testing::li;
using testing::Message;
using testing::Signing;
using testing::text;
using testing::wu;

constexpr const char* li_address = "chen.li@chenghu.example";
constexpr const char* wu_address = "+8613800138000";
constexpr const char* buyer = "苏州澄湖新能源科技股份有限公司";

std::string in_message(const Message& message, std::string_view member) {
  return std::string(message.content.at(member).as_string());
}

std::string newest_pdf(Signing& w, std::uint64_t revision) {
  const auto pdf = w.organisation->quote_pdf(w.rep, w.number, revision);
  EXPECT_TRUE(pdf) << pdf.error().code;
  return pdf ? pdf->bytes : std::string();
}

void sign_now(Signing& w, const SignerVisit& v) {
  w.view(v);
  const auto done = w.sign(v);
  ASSERT_TRUE(done) << done.error().code << " " << done.error().detail;
}

TEST(SigningFlow, AllSignersAndWhoAskedGetTheDocumentWithAllSignatures) {
  Signing w({"link"});
  const auto id = w.asked(std::string(li) + "," + wu);
  const auto a = w.visit(w.invited(li_address)), b = w.visit(w.invited(wu_address));
  sign_now(w, a);
  // Until all have signed, each has what their own signature made.
  EXPECT_EQ(signed_document(w.parts(), a)->bytes, newest_pdf(w, 2));
  EXPECT_FALSE(w.session(a).at("result").at("completed").as_bool());
  EXPECT_EQ(code_of(signed_document(w.parts(), b)), "not_signed");
  (void)w.delivery->wait_for("signed", w.rep.id);
  sign_now(w, b);
  const auto whole = newest_pdf(w, 3);
  const auto hash = sha256(whole).hex();
  for (const auto& [v, address] : {std::pair(a, li_address), std::pair(b, wu_address)}) {
    const auto told = w.delivery->wait_for("completed", address);
    EXPECT_EQ(in_message(told, "link"), "https://quotes.example.com/sign/" + v.token);
    EXPECT_EQ(in_message(told, "document"), in_message(told, "link") + "/signed");
    EXPECT_EQ(in_message(told, "summary"), in_message(told, "link") + "/summary");
    EXPECT_EQ(in_message(told, "document_sha256"), hash);
    const auto document = signed_document(w.parts(), v);
    ASSERT_TRUE(document) << document.error().code;
    EXPECT_EQ(document->bytes, whole);
    EXPECT_EQ(document->sha256, hash);
    EXPECT_TRUE(signer_summary(w.parts(), v));
    const auto session = w.session(v);
    EXPECT_TRUE(session.at("result").at("completed").as_bool());
    EXPECT_EQ(session.at("result").at("document").at("sha256").as_string(), hash);
  }
  const auto told = w.delivery->wait_for("completed", w.rep.id);
  EXPECT_EQ(told.channel, "person");
  EXPECT_EQ(in_message(told, "document"), "https://quotes.example.com/v1/quotes/" + w.number + "/pdf?revision=3");
  EXPECT_EQ(in_message(told, "summary"), "https://quotes.example.com/v1/signature-requests/" + id + "/summary");
  EXPECT_FALSE(told.content.contains("link"));  // who has it could sign as the customer
  (void)w.delivery->wait_for("signed", wu_address);
  EXPECT_EQ(w.delivery->count("completed"), 3u);
  EXPECT_EQ(w.delivery->count("signed"), 4u);  // each signer of their own, and who asked of both
  std::set<std::string> ids;
  for (const Message& each : w.delivery->kept()) EXPECT_TRUE(ids.insert(each.id).second) << each.kind << " " << each.id;
  w.expect_ledger_holds();
}

TEST(SigningFlow, WhatIsToldAgainAfterACrashIsTheSameMessage) {
  Signing w({"link"});
  (void)w.asked(li);
  const auto v = w.visit(w.invited(li_address));
  const auto before = w.organisation->ledger_state().tree_size;
  sign_now(w, v);
  const std::pair<const char*, std::string> told[] = {
      {"signed", li_address}, {"signed", w.rep.id}, {"completed", li_address}, {"completed", w.rep.id}};
  for (const auto& [kind, address] : told) (void)w.delivery->wait_for(kind, address);
  // As a crash leaves it: sent, and not remembered.
  w.organisation.reset();
  ASSERT_TRUE(write_file_durably(*posix_file_system(), w.config.data_directory + "/notices.position",
                                 std::to_string(before) + "\n"));
  w.reopen();
  for (const auto& [kind, address] : told) {
    const auto first = w.delivery->wait_for(kind, address), again = w.delivery->wait_for(kind, address, 2);
    EXPECT_EQ(first.id, again.id);
    EXPECT_EQ(first.content, again.content) << kind;
  }
}

TEST(SigningFlow, TheOwnerIsToldOfASignatureThatNoRequestAskedFor) {
  Signing w({"link"});
  const Elsewhere elsewhere(w, buyer);
  w.config.signer_roots_file = elsewhere.roots_file();
  w.reopen();
  const auto copy = elsewhere.sign(w.parts(), newest_pdf(w, 1), "Customer1");
  const auto brought = add_signed_copy(w.parts(), w.manager, w.number, copy);
  ASSERT_TRUE(brought) << brought.error().code << " " << brought.error().detail;
  auto told = w.delivery->wait_for("added", w.rep.id);
  EXPECT_EQ(told.channel, "person");
  EXPECT_EQ(in_message(told, "number"), w.number);
  EXPECT_EQ(in_message(told, "source"), "upload");
  EXPECT_EQ(in_message(told, "assurance"), "buyer");
  EXPECT_TRUE(told.content.at("accepts").as_bool());
  EXPECT_EQ(in_message(told, "by"), "王经理");
  EXPECT_EQ(in_message(told, "document_sha256"), sha256(copy).hex());
  EXPECT_EQ(in_message(told, "document"), "https://quotes.example.com/v1/quotes/" + w.number + "/pdf?revision=2");
  // The same bytes again are no news.
  ASSERT_TRUE(add_signed_copy(w.parts(), w.manager, w.number, copy)->replayed);

  const std::string password = R"({"signing_password": "correct horse battery"})";
  ASSERT_TRUE(make_signing_key(w.parts(), w.rep, password));
  const auto own = sign_as_seller(w.parts(), w.rep, w.number, "own", password);
  ASSERT_TRUE(own) << own.error().code << " " << own.error().detail;
  told = w.delivery->wait_for("added", w.rep.id, 2);
  EXPECT_EQ(in_message(told, "source"), "own_key");
  EXPECT_EQ(in_message(told, "by"), "李雷");
  EXPECT_EQ(told.content.at("fields"), json::value(json::array{"Rep"}));
  EXPECT_FALSE(told.content.at("accepts").as_bool());
  EXPECT_EQ(w.delivery->count("added"), 2u);
}

// Behind the seller's own signature, the link leads to that revision: it has the signatures of both.
TEST(SigningFlow, BehindTheLinkStandsTheNewestRevisionOnceAllHaveSigned) {
  Signing w({"link"});
  (void)w.asked(li);
  const auto v = w.visit(w.invited(li_address));
  sign_now(w, v);
  const std::string password = R"({"signing_password": "correct horse battery"})";
  ASSERT_TRUE(make_signing_key(w.parts(), w.rep, password));
  ASSERT_TRUE(sign_as_seller(w.parts(), w.rep, w.number, "own", password));
  EXPECT_EQ(signed_document(w.parts(), v)->bytes, newest_pdf(w, 3));
  EXPECT_EQ(w.session(v).at("result").at("document").at("revision").to_number<int>(), 3);
}

constexpr const char* li_with_role =
    R"({"name": "陈立", "role": "采购总监", "organisation": "苏州澄湖新能源科技股份有限公司", "email": "chen.li@chenghu.example"})";

TEST(SigningFlow, ARoleIsKeptWithTheNameAndNowhereElse) {
  Signing w({"link"});
  const auto id = w.asked(li_with_role);
  const auto v = w.visit(w.invited(li_address));
  EXPECT_EQ(w.session(v).at("signer").at("own_role").as_string(), "采购总监");
  sign_now(w, v);
  const auto read = w.organisation->read_signature_request(w.rep, id);
  EXPECT_EQ(read->body.at("signers").at(0).at("role").as_string(), "采购总监");
  const auto index = w.session(v).at("result").at("entry_index").to_number<std::uint64_t>();
  const auto entry = w.parts().ledger->entry(index);
  const auto evidence = parse_json(*w.parts().payload(*entry, "evidence"))->as_object();
  EXPECT_EQ(evidence.at("signer").at("role").as_string(), "采购总监");
  EXPECT_EQ(w.canonical_entries().find("采购总监"), std::string::npos);
  // Without one there is no such member.
  w.number = text(*w.issue("second"), "number");
  const auto without = w.organisation->read_signature_request(w.rep, w.asked(li));
  EXPECT_FALSE(without->body.at("signers").at(0).as_object().contains("role"));
  w.number = text(*w.issue("third"), "number");
  std::string long_role;
  for (int i = 0; i < 81; ++i) long_role += "总";
  const auto refused = [&](const std::string& role) {
    const auto answer = w.ask(R"({"name": "A", "email": "a@b", "role": )" + role + "}");
    EXPECT_FALSE(answer);
    return answer || answer.error().problems.empty()
               ? std::string()
               : answer.error().problems[0].code + " " + answer.error().problems[0].pointer;
  };
  EXPECT_EQ(refused("\"" + long_role + "\""), "bad_role /signers/0/role");
  EXPECT_EQ(refused("7"), "bad_type /signers/0/role");
  EXPECT_EQ(refused(R"("\ud83d\ude80")"), "character_not_printable /signers/0/role");  // no face has it
  EXPECT_TRUE(w.ask(R"({"name": "A", "email": "a@b", "role": ")" + long_role.substr(3) + "\"}"));
}

// How often a drawing moves, draws a line, a curve, and closes: what tells one line of outlines from any other.
struct Steps {
  std::array<std::size_t, 4> of_each{};
  bool operator==(const Steps&) const = default;
};

// The filled paths of the appearance that a revision brought, lowest first.
std::vector<Steps> printed_in(std::string_view revision) {
  const auto form = revision.find("/Resources << >>");
  const auto begin = revision.find("stream\n", form) + 7, end = revision.find("\nendstream", begin);
  EXPECT_TRUE(form != std::string_view::npos && end != std::string_view::npos);
  std::vector<Steps> out;
  Steps steps;
  std::string_view content = revision.substr(begin, end - begin);
  while (!content.empty()) {
    const auto length = std::min(content.find('\n'), content.size() - 1) + 1;
    const auto line = content.substr(0, length);
    content.remove_prefix(length);
    constexpr std::string_view kinds = "mlch";
    const auto last = line.find_last_not_of(" \n");
    if (last == std::string_view::npos) continue;
    const auto kind = kinds.find(line[last]);
    if (kind != std::string_view::npos && (last == 0 || line[last - 1] == ' ')) ++steps.of_each[kind];
    if (line == "f\n") out.push_back(steps);
    if (line == "f\n" || line == "S\n") steps = {};
  }
  return out;
}

Steps outlined(Signing& w, const std::string& line) {
  constexpr std::size_t characters_max = 400;
  const auto outlines = pdfgen::text_outlines(*w.parts().fonts, line, characters_max);
  EXPECT_TRUE(outlines) << outlines.error().detail;
  Steps out;
  for (const auto& step : outlines->steps) ++out.of_each[static_cast<std::size_t>(step.kind)];
  return out;
}

TEST(SigningFlow, TheFieldSaysForWhomWhenHowAndByWhichFactors) {
  const std::string drawn = "Z  手写签名 drawn，由签署服务记录 recorded by the signing service";
  const std::string li_named = "陈立 (苏州澄湖新能源科技股份有限公司)";
  const auto printed = [&](Signing& w, const char* who, bool coded) {
    (void)w.asked(who);
    const auto token = w.invited(li_address);
    sign_now(w, coded ? w.prove(token, li_address) : Signing::visit(token));
    return printed_in(newest_pdf(w, 2).substr(newest_pdf(w, 1).size()));
  };
  {
    Signing w;
    const auto when = format_rfc3339(w.clock->now()).substr(0, 19);
    EXPECT_EQ(printed(w, li_with_role, true),
              (std::vector<Steps>{outlined(w, "签署链接 Link，验证码 One-time code c***@chenghu.example"),
                                  outlined(w, when + drawn), outlined(w, li_named + "，采购总监")}));
  }
  {
    Signing w({"link"});
    std::string role;
    for (int i = 0; i < 60; ++i) role += "总";
    const auto who = R"({"name": "陈立", "role": ")" + role +
                     R"(", "organisation": "苏州澄湖新能源科技股份有限公司", "email": "chen.li@chenghu.example"})";
    const auto when = format_rfc3339(w.clock->now()).substr(0, 19);
    // No room for such a role: it is in the evidence alone.
    EXPECT_EQ(printed(w, who.c_str(), false),
              (std::vector<Steps>{outlined(w, "签署链接 Link"), outlined(w, when + drawn), outlined(w, li_named)}));
  }
}

// The most that a request and a page can ask for, in the densest character: it is cut in the field, and signed.
TEST(SigningFlow, TheLongestAndDensestNamesAreSignedAllTheSame) {
  const auto of = [](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += "龘";
    return out;
  };
  const std::string address = "c@" + std::string(240, 'e');
  const std::string who = R"({"name": ")" + of(signer_name_characters_max) + R"(", "role": ")" +
                          of(signer_role_characters_max) + R"(", "organisation": ")" +
                          of(signer_organisation_characters_max) + R"(", "email": ")" + address + R"("})";
  std::string strokes;
  for (std::size_t i = 0; i < strokes_max; ++i) {
    strokes += strokes.empty() ? "[" : ",[";
    for (std::size_t k = 0; k < stroke_points_max / strokes_max; ++k)
      strokes += (k > 0 ? ",[" : "[") + std::to_string(i * 50) + "," + std::to_string(k * 499) + "]";
    strokes += "]";
  }
  const std::pair<std::string, std::string> ways[] = {
      {"drawn", R"("method": "drawn", "strokes": [)" + strokes + "]"},
      {"typed", R"("method": "typed", "typed_name": ")" + of(typed_name_characters_max) + R"(")"}};
  Signing w;
  for (std::size_t i = 0; i < std::size(ways); ++i) {
    const auto& [way, how] = ways[i];
    w.number = text(*w.issue(way), "number");
    (void)w.asked(who);
    const auto v = w.prove(w.invited(address, i + 1), address, i + 1);
    w.view(v);
    const auto done = sign_document(w.parts(), v, way, w.signing(v, how));
    ASSERT_TRUE(done) << way << " " << done.error().code << " " << done.error().detail;
  }
  w.expect_ledger_holds();
}

// Nothing that an address may hold stops who signs at the end.
TEST(SigningFlow, AnAddressBeyondAsciiIsMaskedByWholeCharacters) {
  Signing w;
  (void)w.asked(R"({"name": "陈立", "email": "é陈@例子🚀.example"})");
  const std::string address = "é陈@例子🚀.example";
  const auto token = w.invited(address);
  EXPECT_EQ(w.session(w.visit(token)).at("factors").at(1).at("address").as_string(), "é***@例子🚀.example");
  const auto v = w.prove(token, address);
  sign_now(w, v);
  EXPECT_EQ(w.quote_status(), "accepted");
  EXPECT_TRUE(w.organisation->list_signature_requests(w.rep, {}));
}

}  // namespace
}  // namespace quotary::api
