// An organisation that asks customers to sign: the real ledger, the real courier and a delivery that keeps what it is
// given.
#pragma once

#include "api/signature/consent.h"
#include "api/use_cases/signer_calls.h"
#include "tests/api/fixture.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace quotary::api::testing {

using signature::Message;

inline constexpr auto patience = std::chrono::seconds(30);  // only a test that fails waits so long

class KeepingDelivery final : public signature::Delivery {
 public:
  Result<void> deliver(const Message& message) override {
    const std::lock_guard lock(mutex_);
    ++attempts_;
    changed_.notify_all();
    if (failing_) return fail(Errc::unavailable, "unreachable", "the hook is away");
    kept_.push_back(message);
    return {};
  }
  void fail_from_now(bool failing) {
    const std::lock_guard lock(mutex_);
    failing_ = failing;
  }
  // The n-th of that kind to that address, from 1.
  Message wait_for(const std::string& kind, const std::string& address, std::size_t n = 1) {
    std::unique_lock lock(mutex_);
    Message out;
    const bool came = changed_.wait_for(lock, patience, [&] {
      std::size_t seen = 0;
      for (const Message& each : kept_)
        if (each.kind == kind && each.address == address && ++seen == n) out = each;
      return seen >= n;
    });
    EXPECT_TRUE(came) << "no " << kind << " to " << address;
    return out;
  }
  void wait_for_attempts(std::size_t attempts) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, patience, [&] { return attempts_ >= attempts; }));
  }
  std::size_t count(const std::string& kind) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(
        std::count_if(kept_.begin(), kept_.end(), [&](const Message& each) { return each.kind == kind; }));
  }
  std::vector<Message> kept() const {
    const std::lock_guard lock(mutex_);
    return kept_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Message> kept_;
  std::size_t attempts_ = 0;
  bool failing_ = false;
};

inline constexpr const char* li =
    R"({"name": "陈立", "organisation": "苏州澄湖新能源科技股份有限公司", "email": "chen.li@chenghu.example"})";
inline constexpr const char* wu = R"({"name": "Wu Fang", "phone": "+8613800138000", "language": "en"})";

struct Signing : World {
  std::shared_ptr<KeepingDelivery> delivery = std::make_shared<KeepingDelivery>();
  std::string number;
  int keys = 0;

  // `sign_document` empty: by the signing service, as a server does it.
  explicit Signing(std::vector<std::string> factors = {"link", "code"}, signature::SignDocument sign_document = {}) {
    config.signature.delivery = delivery;
    config.signature.factors = std::move(factors);
    config.signature.sign_document = std::move(sign_document);
    config.signature.pace.poll = std::chrono::milliseconds(5);
    config.signature.pace.retry_first = std::chrono::milliseconds(1);
    reopen();
    number = text(*issue("first"), "number");
  }

  Result<Answer> ask(const std::string& signers, const std::string& more = "") {
    return organisation->request_signature(rep, number, "ask-" + std::to_string(++keys),
                                           R"({"signers": [)" + signers + "]" + more + "}");
  }
  std::string asked(const std::string& signers, const std::string& more = "") {
    const auto answer = ask(signers, more);
    EXPECT_TRUE(answer) << answer.error().code << " " << answer.error().detail;
    return answer ? text(*answer, "id") : "";
  }
  static std::string token_in(const Message& message) {
    const auto link = std::string(message.content.at("link").as_string());
    const std::string front = "https://quotes.example.com/sign/";
    EXPECT_TRUE(link.starts_with(front));
    EXPECT_EQ(link.size(), front.size() + 43);
    return link.substr(front.size());
  }
  // Once it is in the ledger that it was sent, so that nothing is appended behind the test's back.
  std::string invited(const std::string& address, std::size_t n = 1) {
    const auto token = token_in(delivery->wait_for("invitation", address, n));
    const auto until = std::chrono::steady_clock::now() + patience;
    for (auto state = organisation->delivery(); state.waiting + state.failing > 0; state = organisation->delivery()) {
      EXPECT_LT(std::chrono::steady_clock::now(), until);
      if (std::chrono::steady_clock::now() >= until) break;
      std::this_thread::yield();
    }
    return token;
  }
  static SignerVisit visit(const std::string& token, const std::string& proof = "") {
    return {token, proof, "203.0.113.7", "Browser/1"};
  }
  Organisation::Parts& parts() { return organisation->parts(); }
  json::object session(const SignerVisit& v) {
    const auto answer = signer_session(parts(), v);
    EXPECT_TRUE(answer) << answer.error().code;
    return answer ? answer->body : json::object();
  }
  std::string state(const SignerVisit& v) { return std::string(session(v).at("state").as_string()); }
  std::string shown(const SignerVisit& v) { return std::string(session(v).at("document").at("sha256").as_string()); }
  void view(const SignerVisit& v) {
    const auto answer = signer_viewed(parts(), v, R"({"document_sha256": ")" + shown(v) + R"("})");
    ASSERT_TRUE(answer) << answer.error().code;
  }
  // Has a code sent and enters it.
  SignerVisit prove(const std::string& token, const std::string& address, std::size_t n = 1) {
    EXPECT_TRUE(send_signer_code(parts(), visit(token)));
    const auto code = std::string(delivery->wait_for("code", address, n).content.at("code").as_string());
    const auto checked = check_signer_code(parts(), visit(token), R"({"code": ")" + code + R"("})");
    EXPECT_TRUE(checked) << checked.error().code;
    return visit(token, checked ? checked->proof : "");
  }
  std::string signing(const SignerVisit& v,
                      const std::string& how = R"("method": "drawn", "strokes": [[[120, 400], [130, 410]], [[1, 2]]])",
                      const std::string& accepted = "true") {
    const auto& consent = signature::newest_consent();
    return R"({"document_sha256": ")" + shown(v) + R"(", "consent": {"id": ")" + std::string(consent.id) +
           R"(", "sha256": ")" + consent.sha256() + R"(", "locale": "zh-CN", "accepted": )" + accepted + "}, " + how +
           "}";
  }
  Result<Answer> sign(const SignerVisit& v, const std::string& key = "page-1") {
    return sign_document(parts(), v, key, signing(v));
  }
  std::string quote_status() { return text(*organisation->read_quote(rep, number), "status"); }
  std::string canonical_entries() {
    std::string out;
    const auto listed = organisation->list_entries(auditor, 0, 1'000);
    EXPECT_TRUE(listed);
    for (const auto& each : listed->body.at("items").as_array()) out += each.at("canonical").as_string();
    return out;
  }
  void expect_ledger_holds() {
    const auto report = organisation->verify_log(auditor, "{}");
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report->body.at("ok").as_bool()) << json::serialize(report->body.at("problems"));
  }
};

}  // namespace quotary::api::testing
