#include "api/signature/consent.h"

#include "api/signature/config.h"
#include "ledger/base/hash.h"
#include "ledger/base/json.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace quotary::signature {
namespace {

// The newest is last. A version that was released is never edited: its hash stands in entries.
constexpr Consent versions[] = {
    {"consent-2026-1",
     "我确认：我就是被邀请签署的人，或已获授权代表所示单位签署。\n\n"
     "依据《中华人民共和国电子签名法》第三条，我同意就本报价单使用电子签名和数据电文，并知悉不得仅因其采用电子形式而否定其法律效力。\n\n"
     "我已在本页阅读完整的报价单。我的签名针对所显示的这一份文件（以其 SHA-256 值为准）；文件如有任何改动，须重新阅读并签署。\n\n"
     "我知悉：签署时将记录我的姓名、手写笔迹或键入的姓名、身份验证方式（如短信或邮件验证码）及时间、IP 地址和浏览器信息，作为签署证据保存；"
     "文件中的数字签名由签发方的签署服务代为加盖，用以记录我的签署行为，并非以我个人的电子签名认证证书作出。"
     "是否构成该法第十三条所称的可靠的电子签名，取决于具体情况，本页不作保证。\n\n"
     "我也可以谢绝签署，或联系发送人改用纸质方式。签署后可随时下载已签署的文件。",
     "I confirm that I am the person who was invited to sign, or that I am authorised to sign for the organisation "
     "shown.\n\n"
     "I agree to use electronic records and an electronic signature for this quotation. I understand that they are "
     "not denied legal effect solely because they are electronic.\n\n"
     "I have read the whole quotation on this page. My signature is for exactly the document shown, as identified by "
     "its SHA-256; if it changes in any way it must be read and signed again.\n\n"
     "I understand that my name, my drawn strokes or typed name, how and when I proved who I am (such as a code sent "
     "by e-mail or text message), my IP address and browser are recorded and kept as evidence of signing. The digital "
     "signature inside the document is made by the issuer's signing service to record what I did; it is not made with "
     "a certificate of my own. Whether it meets a particular legal standard depends on the circumstances, and this "
     "page does not promise that it does.\n\n"
     "I may decline instead, or ask the sender for paper. I can download the signed document afterwards. To read and "
     "keep it I need a browser and a program that shows PDF files."},
};

// Of confirmations, by the same rule.
constexpr Consent confirmation_versions[] = {
    {"confirmation-consent-2026-1",
     "我确认：我就是被邀请签署的人，或已获授权代表所示单位签署。\n\n"
     "依据《中华人民共和国电子签名法》第三条，我同意就本试用确认书使用电子签名和数据电文，并知悉不得仅因其采用电子形式而否定其法律效力。\n\n"
     "我已在本页阅读完整的试用确认书，其中所载内容与我方所见一致。我的签名针对所显示的这一份文件（以其 SHA-256 值为准），"
     "并只针对其中列明版本的展示材料；文件如有任何改动，须重新阅读并签署。\n\n"
     "我知悉：签署时将记录我的姓名、手写笔迹或键入的姓名、身份验证方式（如短信或邮件验证码）及时间、IP 地址和浏览器信息，作为签署证据保存；"
     "已签署的文件将作为该次展示的证据留存。文件中的数字签名由出具方的签署服务代为加盖，用以记录我的签署行为，并非以我个人的电子签名认证证书作出。"
     "是否构成该法第十三条所称的可靠的电子签名，取决于具体情况，本页不作保证。\n\n"
     "我也可以谢绝签署，或联系发送人改用纸质方式。签署后可随时下载已签署的文件。",
     "I confirm that I am the person who was invited to sign, or that I am authorised to sign for the organisation "
     "shown.\n\n"
     "I agree to use electronic records and an electronic signature for this trial confirmation. I understand that "
     "they are not denied legal effect solely because they are electronic.\n\n"
     "I have read the whole confirmation on this page, and what it says is what we saw. My signature is for exactly "
     "the document shown, as identified by its SHA-256, and for the versions that it names alone; if it changes in any "
     "way it must be read and signed again.\n\n"
     "I understand that my name, my drawn strokes or typed name, how and when I proved who I am (such as a code sent "
     "by e-mail or text message), my IP address and browser are recorded and kept as evidence of signing, and that the "
     "signed document is kept as evidence of the demonstration. The digital signature inside the document is made by "
     "the issuer's signing service to record what I did; it is not made with a certificate of my own. Whether it meets "
     "a particular legal standard depends on the circumstances, and this page does not promise that it does.\n\n"
     "I may decline instead, or ask the sender for paper. I can download the signed document afterwards. To read and "
     "keep it I need a browser and a program that shows PDF files."},
};

constexpr std::string_view factors[] = {"link", "code", "passkey"};

}  // namespace

std::string Consent::canonical() const {
  auto text = canonical_json(json::object{{"id", id}, {"texts", json::object{{"zh-CN", chinese}, {"en", english}}}});
  QUOTARY_CHECK(text.has_value());
  return std::move(*text);
}

std::string Consent::sha256() const { return quotary::sha256(canonical()).hex(); }

const Consent& newest_consent() { return versions[std::size(versions) - 1]; }

const Consent& newest_confirmation_consent() { return confirmation_versions[std::size(confirmation_versions) - 1]; }

const Consent* find_consent(std::string_view id) {
  for (const std::span<const Consent> list :
       {std::span<const Consent>(versions), std::span<const Consent>(confirmation_versions)}) {
    const auto found = std::find_if(list.begin(), list.end(), [&](const Consent& each) { return each.id == id; });
    if (found != list.end()) return &*found;
  }
  return nullptr;
}

bool is_factor(std::string_view name) {
  return std::find(std::begin(factors), std::end(factors), name) != std::end(factors);
}

Result<std::vector<std::string>> parse_factors(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto name = text.substr(0, comma);
    if (!is_factor(name) || std::find(out.begin(), out.end(), name) != out.end())
      return fail(Errc::invalid, "bad_factors", "factors are link, code and passkey, each once, separated by commas");
    out.emplace_back(name);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (std::find(out.begin(), out.end(), "link") == out.end())
    return fail(Errc::invalid, "bad_factors", "link is always among the factors");
  return out;
}

}  // namespace quotary::signature
