#include "api/use_cases/evidence_laws.h"

namespace quotary::api {
namespace {

constexpr LegalPoint document_points[] = {
    {"第五条（一）", "Article 5 (1)", "文件以 PDF/A-3 保存，内容可直接阅读，并可随时按编号调取每一修订。",
     "The document is kept as PDF/A-3; it can be read as it is, and each revision can be had at any time by its number."},
    {"第五条（二）", "Article 5 (2)",
     "自签发时起，文件每一修订的 SHA-256 与长度均登记在仅可追加的账本中，并附包含证明；后一修订以前一修订的全部字节开头。任何改动都会使 SHA-256 不符。",
     "From its issue on, the SHA-256 and length of every revision stand in an append-only ledger, with proofs of inclusion; "
     "each revision begins with all bytes of the one before. Any change gives another SHA-256."},
    {"第六条（一）、（二）", "Article 6 (1), (2)", "所存文件与签发、发送、签署时的文件逐字节相同。",
     "What is kept is, byte for byte, what was issued, sent and signed."},
    {"第六条（三）", "Article 6 (3)",
     "账本条目载明签发人、所邀请签署人（地址加密保存，证据中以掩码显示）以及签发、发送、阅读和签署的时间。时间取自服务器时钟；附有可信时间戳的，以时间戳为准。",
     "Entries tell who issued it, which signers were invited (addresses are kept encrypted and shown masked), and when it was "
     "issued, sent, read and signed. Times are of the server's clock; where a trusted time-stamp is enclosed, that one counts."},
    {"第八条（一）", "Article 8 (1)",
     "签发、签署与登记在同一次持久写入中完成；写入后回读并逐字节比对，然后才对账本签名。",
     "Issue, signature and entry are one durable write, read back and compared byte for byte before the ledger signs it."},
    {"第八条（二）", "Article 8 (2)",
     "条目以哈希链与默克尔树相连，检查点以 Ed25519 签名；有见证人共同签名的，账本保管人单方不能改写。没有见证、也没有外存的早期检查点时，持有全部密钥的保管人改写历史不能仅凭本证据发现。",
     "Entries are linked by a hash chain and a Merkle tree under checkpoints signed with Ed25519; where witnesses cosigned, the "
     "keeper alone cannot rewrite them. Without witnesses or an earlier checkpoint kept elsewhere, a rewriting by the keeper "
     "with all keys could not be seen from this evidence alone."},
    {"第八条（三）", "Article 8 (3)", "鉴别签署人所用的方法见各签名部分，其可靠程度以该方法为限。",
     "How signers were identified is told with each signature, and is as reliable as that method."},
};

constexpr LegalPoint detectable[] = {
    {"第十三条（三）、（四）", "Article 13 (3), (4)",
     "签署后对签名或文件的任何改动均可发现：签名覆盖文件全部字节，文件的 SHA-256 又登记在账本中。",
     "Any later change to the signature or the document is detectable: the signature covers all bytes of the document, and "
     "its SHA-256 stands in the ledger."},
};
constexpr LegalPoint chinese_recorded[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "不作主张。PDF 中的签名以签发方签署服务的密钥制作，用以记录签署行为；签署人凭发送至其地址的链接（及所示验证码）证明身份，签名制作数据并非其专有。",
     "Not claimed. The signature in the PDF is made with the key of the issuer's signing service, to record the act; the "
     "signer proved who they are by a link (and, where told, a code) sent to their address, and held no signature creation "
     "data of their own."},
    detectable[0]};
constexpr LegalPoint chinese_passkey[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "签署人以其设备中的通行密钥对本次签署（文件、同意文本、笔迹与会话）作出确认，可离线核验；该密钥由其设备保管并须验证本人。通行密钥属于谁，取决于创建时的身份验证。PDF 中的签名仍以签署服务的密钥制作。",
     "The signer confirmed exactly this signing (document, consent, ink and session) with a passkey in their device, which can "
     "be verified offline; the device keeps that key and verified its user. Whose passkey it is follows from what was proven "
     "when it was made. The signature in the PDF is still made with the signing service's key."},
    detectable[0]};
constexpr LegalPoint chinese_buyer[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "签名以签署人证书对应的私钥制作，证书可追溯至组织信任的根，且载明买方名称。私钥由谁保管与控制，以发证机构的规则和保管方式为限；证书于签署时是否被吊销，以所附吊销数据为准，未附者未经核对。",
     "The signature is made with the private key of the signer's certificate, which leads to a root that the organisation "
     "trusts and names the buyer. Who keeps and controls the key is as sure as the authority's rules and the way it is kept. "
     "Whether it was revoked at signing follows from the revocation data enclosed; without any it was not checked."},
    detectable[0]};
constexpr LegalPoint chinese_trusted[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "签名以受信任证书对应的私钥制作，但证书未载明买方名称：本证据不表明签署人有权代表买方。",
     "The signature is made with the key of a trusted certificate that does not name the buyer: this evidence does not show "
     "that its holder may act for the buyer."},
    detectable[0]};
constexpr LegalPoint chinese_unknown[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "不作主张。证书不能追溯至任何受信任的根，任何人都可制作此类证书。",
     "Not claimed. The certificate leads to no root that is trusted; anybody can make such a certificate."},
    detectable[0]};
constexpr LegalPoint chinese_seller[] = {
    {"第十三条（一）、（二）", "Article 13 (1), (2)",
     "签名以卖方人员本人的密钥制作；密钥由服务器加密保管，口令仅本人掌握，服务器不保存口令。服务器的保管人若在使用时截取口令，本证据不能发现。",
     "The signature is made with the seller's own key, which the server keeps encrypted under a password that only they know "
     "and the server does not keep. That the server's keeper took the password as it was used could not be seen from this "
     "evidence."},
    detectable[0]};

constexpr LegalPoint european_simple[] = {
    {"第 3(10)、25(1) 条", "Articles 3 (10), 25 (1)",
     "电子签名。不主张第 26 条的先进电子签名：(a) 至 (c) 项未能证明，(d) 项（改动可发现）成立。",
     "An electronic signature. An advanced one (article 26) is not claimed: (a) to (c) are not shown; (d), that later changes "
     "are detectable, is."}};
constexpr LegalPoint european_passkey[] = {
    {"第 26 条 (a)、(b)", "Article 26 (a), (b)", "以创建通行密钥时的身份验证（链接与验证码）为限。",
     "As far as what was proven when the passkey was made (link and code)."},
    {"第 26 条 (c)", "Article 26 (c)", "通行密钥在签署人设备中，且设备验证了使用者；PDF 中的签名由签署服务代为制作。",
     "The passkey is in the signer's device, which verified its user; the signature in the PDF is made by the signing service."},
    {"第 26 条 (d)", "Article 26 (d)", "成立。", "Shown."}};
constexpr LegalPoint european_certificate[] = {
    {"第 26 条 (a) 至 (d)", "Article 26 (a) to (d)",
     "(d) 项成立；(a) 至 (c) 项以发证机构的规则为限。是否为合格证书及合格签名设备未经审查，故不主张合格电子签名。",
     "(d) is shown; (a) to (c) as far as the authority's rules go. Whether certificate and device are qualified ones was not "
     "examined, so no qualified signature is claimed."}};

constexpr LegalPoint american_points[] = {
    {"第 7001(a) 条", "15 U.S.C. 7001 (a)", "合同与签名为电子形式，不因此否定其效力。",
     "Contract and signatures are electronic, and not denied effect for that alone."},
    {"第 7006(5) 条", "15 U.S.C. 7006 (5)",
     "每项签名与文件相关联，并由签署人在阅读文件、接受同意文本之后作出；同意文本及其哈希附后。在别处签署的副本，其签署意图以文件本身为据。",
     "Each signature is attached to the document and was made after reading it and accepting the consent text, which is "
     "enclosed with its hash. Of a copy that was signed elsewhere, intent follows from the document itself."},
    {"第 7001(c) 条", "15 U.S.C. 7001 (c)", "不主张已作出面向消费者的披露；本流程面向企业。",
     "That disclosures to consumers were made is not claimed: the procedure is between businesses."},
    {"第 7001(d) 条", "15 U.S.C. 7001 (d)", "所存文件准确反映合同内容，可供有权人日后查阅与准确复制。",
     "What is kept reflects the contract accurately, and can be had and reproduced later by who is entitled to it."},
};

}  // namespace

std::span<const LegalPoint> points_on_the_document() { return document_points; }

std::span<const LegalPoint> points_on_chinese_signature(SigningKind kind) {
  switch (kind) {
    case SigningKind::recorded: return chinese_recorded;
    case SigningKind::passkey: return chinese_passkey;
    case SigningKind::buyer: return chinese_buyer;
    case SigningKind::trusted: return chinese_trusted;
    case SigningKind::unknown: return chinese_unknown;
    case SigningKind::seller_key: return chinese_seller;
  }
  return {};
}

std::span<const LegalPoint> points_on_european_signature(SigningKind kind) {
  switch (kind) {
    case SigningKind::passkey: return european_passkey;
    case SigningKind::buyer:
    case SigningKind::trusted: return european_certificate;
    case SigningKind::recorded:
    case SigningKind::unknown:
    case SigningKind::seller_key: return european_simple;
  }
  return {};
}

std::span<const LegalPoint> points_on_american_record() { return american_points; }

}  // namespace quotary::api
