// The calls' and tags' names in Chinese, beside the English ones of the endpoint tables.
#include "api/handlers/endpoint.h"

namespace quotary::api {
namespace {

struct Summary {
  std::string_view method, pattern, chinese;
};

constexpr Summary summaries[] = {
    {"POST", "/v1/quotes", "签发报价单：编号、盖章 PDF 与账本记录在一次持久写入中完成"},
    {"GET", "/v1/quotes", "列出权限范围内的报价单，新的在前"},
    {"POST", "/v1/quotes:preview", "生成草稿 PDF，不写入任何内容"},
    {"GET", "/v1/quotes/{number}", "读取报价单、其规范形式与当前状态"},
    {"GET", "/v1/quotes/{number}/pdf",
     "盖章 PDF，字节永远不变；proof=embedded 时另附一个修订，内含其账本证明，可离线核对"},
    {"GET", "/v1/quotes/{number}/difference", "与其所修订的报价单或另一份报价单在字段与金额上的差异"},
    {"GET", "/v1/quotes/{number}/history", "与该报价单有关的全部记录，旧的在前"},
    {"GET", "/v1/quotes/{number}/proof", "签发记录的 .tlog-proof 证明"},
    {"GET", "/v1/quotes/{number}/status-proof",
     "状态证明：关于该报价单的全部记录，并证明截至最新一条 index.root 再无其他，供 quotary-verify status 核对"},
    {"GET", "/v1/series/{name}/numbers-proof",
     "编号证明：证明某系列某一期的每个编号都只签发过一次，并说明各自的状态，供 quotary-verify numbers 核对"},
    {"POST", "/v1/quotes/{number}/void-requests", "申请作废报价单"},
    {"GET", "/v1/void-requests", "列出作废申请，新的在前"},
    {"GET", "/v1/void-requests/{id}", "读取作废申请"},
    {"POST", "/v1/void-requests/{id}/approve", "批准作废；盖章的作废凭证同时生成"},
    {"POST", "/v1/void-requests/{id}/reject", "驳回作废申请，须附说明"},
    {"POST", "/v1/void-requests/{id}/withdraw", "撤回自己的作废申请"},
    {"GET", "/v1/void-requests/{id}/certificate", "盖章的作废凭证"},
    {"GET", "/v1/reports/voids", "作废记录与合计，JSON 或 CSV"},
    {"POST", "/v1/quotes/{number}/signature-requests", "请一至三位客户签署报价单，各自收到专用链接"},
    {"GET", "/v1/signature-requests", "列出签署请求，新的在前；地址已遮蔽"},
    {"GET", "/v1/signature-requests/{id}", "读取签署请求及其送达情况"},
    {"POST", "/v1/signature-requests/{id}/revoke", "撤销签署请求，其链接不能再用于签署"},
    {"POST", "/v1/signature-requests/{id}/signers/{signer}/remind", "提醒签署人，每小时至多一次"},
    {"POST", "/v1/signature-requests/{id}/signers/{signer}/renew-link", "给签署人发送新链接，旧链接随即失效"},
    {"GET", "/sign/{token}", "签署人的链接所打开的页面"},
    {"GET", "/sign/{token}/session", "签署人被请求签署的内容与进度"},
    {"GET", "/sign/{token}/document", "将要签署的文件"},
    {"POST", "/sign/{token}/viewed", "签署人已读完文件"},
    {"POST", "/sign/{token}/code", "向签署人发送验证码"},
    {"POST", "/sign/{token}/code/check", "输入验证码；验证结果只留在此浏览器"},
    {"GET", "/sign/{token}/summary", "签署证据摘要（盖章 PDF）"},
    {"GET", "/v1/signature-requests/{id}/summary", "签署证据摘要（盖章 PDF）"},
    {"POST", "/sign/{token}/passkey/new", "供浏览器创建签署人通行密钥的参数"},
    {"POST", "/sign/{token}/passkey", "登记浏览器创建的通行密钥"},
    {"POST", "/sign/{token}/passkey/challenge", "通行密钥须对一次签署确认的内容"},
    {"POST", "/sign/{token}/sign", "签署所阅读的这一份文件"},
    {"POST", "/sign/{token}/decline", "谢绝签署，并说明理由"},
    {"GET", "/sign/{token}/signed", "带有该签署人签名的文件"},
    {"POST", "/v1/policies", "发布策略的下一版本，TOML 或 JSON"},
    {"POST", "/v1/policies:check", "检查策略文本，并试算其名下未结案卷将如何；不写入"},
    {"GET", "/v1/policies", "列出策略及其最新版本，按名称"},
    {"GET", "/v1/policies/{name}", "读取策略的一个版本（规范形式）"},
    {"POST", "/v1/cases", "按策略的最新版本开立案卷"},
    {"GET", "/v1/cases", "列出案卷，新的在前"},
    {"GET", "/v1/cases/{id}", "读取案卷及其门禁状态"},
    {"GET", "/v1/cases/{id}/gate", "案卷的策略要求什么、还缺什么、如何补全"},
    {"GET", "/v1/cases/{id}/gate/history", "仅由账本记录逐条重算的门禁状态，以及与现存状态是否一致"},
    {"GET", "/v1/cases/{id}/history", "案卷经历的事项"},
    {"POST", "/v1/cases/{id}/notes/{note}", "填写记录的下一版本；不完整的也留存，并列出问题"},
    {"GET", "/v1/cases/{id}/notes/{note}", "读取记录的一个版本"},
    {"POST", "/v1/cases/{id}/waivers", "由策略所许角色豁免他人案卷的一项要求"},
    {"POST", "/v1/cases/{id}/close", "结案；策略的门禁未齐备时不得结案"},
    {"POST", "/v1/leads", "登记线索，以及按哪条规则分配给谁"},
    {"GET", "/v1/leads", "列出线索，新的在前"},
    {"GET", "/v1/leads/{id}", "读取线索、响应时效，以及每次分配的候选与依据"},
    {"POST", "/v1/leads/{id}/assignments", "把线索改派给他人"},
    {"POST", "/v1/leads/{id}/first-touch", "登记线索的首次响应"},
    {"GET", "/v1/boards/phi", "某月的过程健康指数（PHI），按个人、团队、区域或全组织，JSON 或 CSV"},
    {"GET", "/v1/boards/overview", "阶段分布、等待最久的案卷与线索、近七日趋势、策略使用与成效"},
    {"GET", "/v1/boards/onboarding", "某人入职前 30 天开启的案卷在此期间的完成率"},
    {"GET", "/v1/boards/policies/{name}/comparison", "策略新版本发布前后各 30 天的完成率对比"},
    {"POST", "/v1/erasures", "申请依法删除：某报价单的买方、某位人员、某个案卷，或某条线索"},
    {"GET", "/v1/erasures", "列出删除申请，新的在前"},
    {"GET", "/v1/erasures/{id}", "读取删除申请，以及批准后将不可再读的报价单或证据"},
    {"POST", "/v1/erasures/{id}/approve", "由另一人批准；密钥随即销毁，内容不可恢复，编号、事实与证明保留"},
    {"POST", "/v1/erasures/{id}/reject", "驳回删除申请，须附说明"},
    {"POST", "/v1/erasures/{id}/withdraw", "撤回自己的删除申请"},
    {"POST", "/v1/legal-holds", "设置法律保全：存续期间不得删除"},
    {"GET", "/v1/legal-holds", "列出法律保全，新的在前"},
    {"GET", "/v1/legal-holds/{id}", "读取法律保全"},
    {"POST", "/v1/legal-holds/{id}/release", "解除法律保全，须附说明"},
    {"POST", "/v1/quotes/{number}/signed-copies", "接收用签署人自己的证书在别处签署的文件，作为下一修订"},
    {"POST", "/v1/quotes/{number}/signature", "用本人密钥签署自己的报价单，须输入签名口令"},
    {"GET", "/v1/signing-key", "读取本人的签名密钥"},
    {"POST", "/v1/signing-key", "创建本人的签名密钥，取代原有的"},
    {"POST", "/v1/signing-key/revoke", "停用本人的签名密钥"},
    {"POST", "/sign/{token}/signed-copy", "交回用自己的证书在别处签署的文件"},
    {"GET", "/v1/quotes/{number}/evidence",
     "供法庭使用的全部证据（tar 归档）：各修订、记录、证明、签名、证书、文本、时间与盖章摘要"},
    {"POST", "/v1/quotes/{number}/signed-scans", "留存纸质签署件的扫描（PDF、JPEG 或 PNG）；不构成接受"},
    {"GET", "/v1/quotes/{number}/signed-scans/{index}", "按记录序号读取纸质签署件的扫描"},
    {"OPTIONS", "/v1/uploads", "本服务器支持的 tus 协议：1.0.0，创建、终止、过期，以及文件大小上限"},
    {"POST", "/v1/cases/{id}/uploads", "为案卷开始一次可断点续传的上传（tus 创建）"},
    {"HEAD", "/v1/uploads/{upload}", "本人的上传进行到哪一字节（tus）"},
    {"PATCH", "/v1/uploads/{upload}", "从 Upload-Offset 起继续发送字节（tus）；中断前已到达的保留"},
    {"DELETE", "/v1/uploads/{upload}", "放弃本人的上传（tus 终止）"},
    {"POST", "/v1/cases/{id}/evidence", "把上传的文件登记为新证据的第一版：先检查文件，再结合申报内容确定"},
    {"GET", "/v1/cases/{id}/evidence", "案卷的全部证据及各自的当前版本"},
    {"POST", "/v1/evidence/{item}/versions", "把上传的文件登记为证据的下一版，须说明改动"},
    {"GET", "/v1/evidence/{item}", "一项证据的全部版本：疑点、文件自身显示的内容与链接"},
    {"GET", "/v1/evidence/{item}/difference", "演示文稿或文档两个版本之间的逐页差异"},
    {"GET", "/v1/evidence/{item}/versions/{version}/content", "原样下载上传的文件，支持单段 Range"},
    {"GET", "/v1/evidence/{item}/versions/{version}/proof", "登记该版本的记录的 .tlog-proof 证明"},
    {"GET", "/v1/evidence/{item}/versions/{version}/sheet", "一个版本的盖章页：照片的存证页，或演示文稿、文件的封面页"},
    {"POST", "/v1/evidence/{item}/versions/{version}/withdraw", "撤回一个版本，须说明理由；该版本仍然保留并可读取"},
    {"POST", "/v1/cases/{id}/confirmations", "制作并盖章试用确认书，只针对所展示的那一个版本"},
    {"GET", "/v1/cases/{id}/confirmations", "案卷的试用确认书，先制作的在前"},
    {"GET", "/v1/confirmations/{id}", "读取试用确认书及其结果"},
    {"GET", "/v1/confirmations/{id}/pdf", "盖章的 PDF；之后的修订带有客户签名"},
    {"GET", "/v1/confirmations/{id}/proof", "带来该修订的记录的 .tlog-proof 证明"},
    {"POST", "/v1/confirmations/{id}/signature-requests", "请一至三位客户人员签署试用确认书，各发一条链接"},
    {"POST", "/v1/verify", "按文件字节核验"},
    {"GET", "/v1/verify/sha256/{hex}", "按文件的 SHA-256 核验"},
    {"GET", "/v1/verify/{number}", "按编号与校验码核验"},
    {"GET", "/v/{number}", "二维码指向的页面"},
    {"GET", "/log/checkpoint", "最新的检查点；配置了见证策略时为最新的达到法定见证数的检查点"},
    {"GET", "/log/vkey", "账本的验证密钥"},
    {"GET", "/log/succession", "账本公钥的更换记录"},
    {"GET", "/log/tile/{path*}", "哈希瓦片；entries/ 下为记录包，仅供审计"},
    {"GET", "/v1/log/proofs/inclusion", "证明记录 index 在大小为 size 的树中"},
    {"GET", "/v1/log/proofs/consistency", "证明大小为 to 的树延续了大小为 from 的树"},
    {"GET", "/v1/log/witnesses", "签名到哪一条、由谁见证到哪一条、自何时起"},
    {"GET", "/v1/log/long-term", "文件的长期证明：各自达到的级别，以及到某日将无法证明的文件"},
    {"GET", "/v1/log/time", "可信时间：最新的时间戳及其所覆盖的检查点，以及尚待时间戳的部分"},
    {"GET", "/v1/log/entries", "按顺序读取规范记录，仅供审计"},
    {"POST", "/v1/log/verify", "检查账本：链、树、内容与编号"},
    {"GET", "/v1/log/verifications/{id}", "一次账本检查的状态：进行中、完成或失败"},
    {"GET", "/v1/log/verifications/{id}/report", "一次账本检查的盖章报告"},
    {"POST", "/v1/sessions", "用账号与密码登录；令牌有效八小时"},
    {"DELETE", "/v1/sessions/current", "退出登录，令牌随即失效"},
    {"POST", "/v1/people", "添加人员"},
    {"POST", "/v1/people/{id}/tokens", "签发令牌，只显示一次"},
    {"GET", "/v1/series/{name}/periods",
     "列出某系列已封存的月度和年度：首末编号、份数、金额合计与作废情况，各附账本条目序号"},
    {"POST", "/v1/series", "添加编号系列"},
    {"GET", "/v1/people", "列出人员，按添加先后"},
    {"GET", "/v1/series", "列出编号系列及其最后一个编号"},
    {"GET", "/", "本服务器的简介"},
    {"GET", "/docs", "本页"},
    {"GET", "/healthz", "进程是否存活"},
    {"GET", "/readyz", "账本可写且印章可用"},
    {"GET", "/openapi.json", "接口的机器可读说明"},
    {"GET", "/assets/{name}", "页面所载入的脚本与样式"},
};

struct Tag {
  std::string_view english, chinese;
};

constexpr Tag tags[] = {
    {"quotes", "报价单"},    {"voids", "作废"},          {"reports", "报表"},  {"signatures", "签署"},
    {"signing", "客户签署"}, {"erasures", "依法删除"},   {"verify", "核验"},   {"log", "账本"},
    {"sessions", "登录"},    {"administration", "管理"}, {"policies", "策略"}, {"cases", "案卷"},
    {"evidence", "证据"}, {"confirmations", "试用确认书"},    {"leads", "线索"},          {"boards", "看板"},   {"site", "站点"}};

}  // namespace

std::string_view chinese_summary(std::string_view method, std::string_view pattern) {
  for (const auto& row : summaries)
    if (row.method == method && row.pattern == pattern) return row.chinese;
  return {};
}

std::string_view chinese_tag(std::string_view tag) {
  for (const auto& row : tags)
    if (row.english == tag) return row.chinese;
  return {};
}

}  // namespace quotary::api
