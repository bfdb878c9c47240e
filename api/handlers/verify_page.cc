#include "api/handlers/endpoint.h"
#include "api/use_cases/in_words.h"
#include "ledger/base/html.h"
#include "ledger/records/fields.h"

namespace quotary::api {
namespace {

using records::object_of;
using records::text_of;

struct Words {
  std::string_view status, colour, sign, chinese, english, meaning, meaning_english;
};

constexpr Words words[] = {
    {"valid", "good", "✓", "有效", "Valid", "由签发方签发，登记在不可篡改的账本中，目前有效。",
     "Issued by the seller, recorded in the ledger, and in force."},
    {"accepted", "good", "✓", "已接受", "Accepted", "客户已接受本报价单。", "The customer accepted this quote."},
    {"voided", "bad", "✕", "已作废", "Voided", "本报价单已作废，请勿再使用。",
     "This quote was voided. Do not rely on it."},
    {"superseded", "warn", "!", "已被取代", "Superseded", "本报价单已被新的报价单取代，请使用新的一份。",
     "A newer quote replaces this one. Use that."},
    {"declined", "warn", "!", "已谢绝", "Declined", "客户已谢绝本报价单。", "The customer declined this quote."},
    {"expired", "warn", "!", "已过期", "Expired", "本报价单的有效期已过，如仍需要请联系签发方。",
     "Its period of validity has passed. Ask the issuer if you still need it."},
};

constexpr Words unknown_words{"",
                              "bad",
                              "?",
                              "查无此单",
                              "Not found",
                              "编号与核验码不匹配任何报价单。请核对后重试，或联系签发方。",
                              "Number and code do not match any quote. Check them, or ask the issuer."};

constexpr std::string_view script = R"js(
const file=document.getElementById('file'),out=document.getElementById('out'),number=file.dataset.number;
const status={valid:['good','有效 Valid'],accepted:['good','已接受 Accepted'],voided:['bad','已作废 Voided'],superseded:['warn','已被取代 Superseded'],
declined:['warn','已谢绝 Declined'],expired:['warn','已过期 Expired']};
function say(colour,chinese,english){out.className='finding '+colour;out.textContent='';
line(chinese);line(english,'en')}
function line(text,kind=''){const p=document.createElement('p');p.textContent=text;p.className=kind;out.append(p)}
const kinds={seal:'盖章 Seal',approval:'签名 Signature',document_timestamp:'时间戳 Time-stamp',ledger_proof:'账本证明 Ledger proof'};
function list(found){if(!found)return;
for(const s of found.signatures){const who=(/CN=((?:\\.|[^,\\])+)/.exec(s.signer||'')||[,s.signer||''])[1].replace(/\\(.)/g,'$1');
const how=!s.sound?'✕ 无效 does not hold':s.trusted?'✓':'? 证书不是本签发方的 not a certificate of this issuer';
const level=s.level&&s.level!=='none'?s.level:'';
line([kinds[s.kind],who,(s.claimed_time||'').replace('T',' ').replace(/\.\d+Z$|Z$/,' UTC'),level,how].filter(Boolean).join(' · '),'en')}
for(const r of found.revisions)if(!r.allowed){line('第 '+r.revision+' 版改动 changed in revision '+r.revision+': '+
(r.changes.slice(0,8).map(c=>c.what).join('; ')||r.reason||''),'en')}
if(found.reason)line(found.reason,'en')}
file.addEventListener('change',async()=>{const bytes=file.files[0];if(!bytes)return;
if(bytes.size>67108864)return say('bad','文件超过 64 MB。','The file has over 64 MB.');
say('','正在核验…','Checking…');
try{const reply=await fetch('/v1/verify',{method:'POST',headers:{'Content-Type':'application/pdf'},body:bytes,cache:'no-store'});
if(reply.status===429)return say('warn','核验太频繁，请稍后再试。','Too many checks; try again later.');
if(!reply.ok)throw 0;const found=await reply.json();
const name=found.number||(found.confirmation?'试用确认书 trial confirmation '+found.confirmation:'');
if(found.match==='exact'){const [colour,text]=status[found.status]||['warn',found.status];
const other=number&&found.number!==number;
const whole=found.proof_embedded?['就是签发的文件，并附带其账本证明：','The issued document, with its ledger proof added and nothing else. ']:['与签发的文件逐字节一致：','Identical to the issued document. '];
say(other?'warn':colour,whole[0]+name+(other?'（不是本页的报价单）':''),whole[1]+(other?'It is not the quote of this page. ':'')+text)}
else if(found.verdict==='signed_prefix_with_unknown_update')say('warn','文件以签发的 '+name+' 开头，其后有账本没有记录的签名或附加内容，请向签发方核实。','It begins with the issued document; what was added is not in the ledger. Ask the issuer.');
else if(found.match==='altered')say('bad','文件已被改动，与签发的 '+name+' 不一致，请勿使用。','The file was altered. Do not rely on it.');
else if(found.verdict==='unreadable')say('bad','不是签发的文件：无法识别为带印章的 PDF。','Not an issued document: no sealed PDF can be read.');
else say('bad','不是本签发方签发的文件，或已被改动。','Not a document of this issuer, or altered.');
list(found.findings)}
catch(e){say('warn','暂时无法核验，请检查网络后重试。','Could not be checked now; try again.')}
finally{file.value=''}});
)js";

const Words& words_of(std::string_view status) {
  for (const auto& row : words)
    if (row.status == status) return row;
  return unknown_words;
}

// "2026-11-24 10:03:04 +08:00", or as it came where the zone is not known.
std::string local_time(const OrganisationProfile& profile, const std::string& time) {
  const auto zone = TimeZone::find(profile.time_zone);
  const auto parsed = parse_rfc3339(time);
  return zone && parsed ? zone->format_local(*parsed) : time;
}

std::string pair(std::string_view chinese, std::string_view english) {
  return "<p>" + std::string(chinese) + "</p><p class=\"en\" lang=\"en\">" + std::string(english) + "</p>";
}

std::string facts(const OrganisationProfile& profile, const json::object& answer) {
  const auto voided = object_of(answer, "voided");
  const auto ledger = object_of(answer, "ledger");
  std::string out = "<section class=\"card\"><dl>\n";
  out += fact("报价编号", "Quotation No.", text_of(answer, "number"));
  out += fact("签发方", "Issuer", text_of(answer, "issuer"));
  out += fact("取代它的报价单", "Superseded by", text_of(answer, "superseded_by"));
  out += fact("作废时间", "Voided", local_time(profile, text_of(voided, "time")));
  out += fact("作废原因", "Reason", in_words(void_reasons, text_of(voided, "reason_code")));
  out += fact("接受时间", "Accepted", local_time(profile, text_of(object_of(answer, "accepted"), "time")));
  out += fact("签发时间", "Issued", local_time(profile, text_of(answer, "issued_at")));
  out += fact("有效期至", "Valid to", text_of(answer, "valid_end"));
  out += fact("签章级别", "Seal level", text_of(answer, "seal_level"));
  out += fact("账本条目", "Ledger entry",
              "#" + std::to_string(records::number_of(ledger, "index")) + " / " +
                  std::to_string(records::number_of(ledger, "tree_size")));
  return out + "</dl></section>\n";
}

}  // namespace

std::string_view page_script() { return script; }

std::string verify_page(const OrganisationProfile& profile, const json::object& answer) {
  const Words& w = words_of(text_of(answer, "status"));
  const bool known = answer.contains("number");
  std::string out = begin_page(std::string(w.chinese) + " · 报价单核验 Quote verification");
  out += "<header><b>" + escape_html(profile.name) +
         "</b><br><span class=\"en\">报价单核验 <span lang=\"en\">Quote verification</span></span></header>\n";
  out += "<section class=\"card status " + std::string(w.colour) + "\"><div class=\"sign\" aria-hidden=\"true\">" +
         std::string(w.sign) + "</div><h1>" + std::string(w.chinese) + " <span lang=\"en\">" + std::string(w.english) +
         "</span></h1>" + pair(w.meaning, w.meaning_english) + "</section>\n";
  if (known && !answer.contains("voided") && answer.contains("void_requested")) {
    out += "<section class=\"card finding warn\">" +
           pair("签发方正在审批对本报价单的作废申请。", "A request to void this quote awaits the issuer's decision.") +
           "</section>\n";
  }
  if (known) out += facts(profile, answer);
  out +=
      "<section class=\"card\"><h2>核验您手中的文件 <span lang=\"en\">Check your file</span></h2>" +
      pair(
          known
              ? "以上只说明编号与核验码登记的状态。选择您收到的 PDF，可核验它是否与签发的文件逐字节一致；文件只用于核验，不会保存。"
              : "选择您收到的 PDF，可核验它是否为签发的文件；文件只用于核验，不会保存。",
          "Choose the PDF that you received to compare it with the issued one byte by byte. It is not kept.") +
      "<input id=\"file\" type=\"file\" accept=\"application/pdf,.pdf\" aria-label=\"PDF\"" +
      (known ? " data-number=\"" + escape_html(text_of(answer, "number")) + "\"" : std::string()) +
      "><div id=\"out\" role=\"status\"></div><noscript>" +
      pair("核验文件需要启用 JavaScript。", "Checking a file needs JavaScript.") + "</noscript></section>\n";
  return out + "<script>" + std::string(script) + "</script></main></body></html>\n";
}

}  // namespace quotary::api
