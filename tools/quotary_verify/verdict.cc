#include "tools/quotary_verify/verdict.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace quotary::offline {

namespace {

constexpr Words all_words[] = {
    {"document_altered", "这不是账本所记录的那份文件：内容被改动、增加或删减过，或者是另一份文件。",
     "This is not the file that the ledger records: it was changed, added to or cut, or it is another document."},
    {"revision_not_proved", "证明只涵盖盖章的原件；其后的签名须用该修订自己的证明核对。",
     "The proof is of the sealed original alone; what was signed since needs the proof of its own revision."},
    {"too_few_witnesses", "证明有效，但联署该检查点的见证人少于策略的要求。",
     "The proof holds, but fewer witnesses than the policy asks for cosigned its checkpoint."},
    {"export_damaged", "导出不成立：有文件或记录缺失、多余或被改动，见上面列出的问题。",
     "The export does not hold: files or entries are missing, surplus or were changed; see the problems above."},
    {"records_refused",
     "导出与账本签名的内容一致，但账本写入了不该写入的记录，见上面列出的问题。请保留这份导出，它就是证据。",
     "The export is what the log's key signed, but the log says what it must not; see the problems above. Keep the "
     "export: it is the evidence."},
    {"four_eyes", "作废不成立：申请人和决定人是同一个人。",
     "The void does not hold: who asked for it also decided on it."},
    {"actor_unknown", "作废不成立：申请人或批准人不是账本登记的人员。",
     "The void does not hold: who asked for it or approved it is no person that the ledger added."},
    {"quote_unknown", "这份导出里没有这张报价单。", "There is no such quote in this export."},
    {"case_unknown", "这份导出里没有这个案卷。", "There is no such case in this export."},
    {"series_unknown", "这份导出里没有这个系列。", "There is no such series in this export."},
    {"period_unknown", "这份导出里该系列没有这一期。", "The series has no such period in this export."},
    {"facts_withheld", "这份导出未附事实，编号、作废、封期与案卷未能核对：请索取 --payloads facts 或 all 的导出。",
     "The export holds no facts, so numbers, voids, period seals and cases could not be checked: ask for one with --payloads "
     "facts or all."},
    {"too_many_entries", "关于这张报价单的记录过多，未予核对。", "There are too many entries about the quote."},
    {"too_many_periods", "该系列的期数过多：请用 --period 指定一期。",
     "The series has too many periods: name one with --period."},
    {"no_scratch", "没有可用的临时文件夹：请检查 TMPDIR 所指的位置。",
     "There is no temporary folder to work in: see to the place that TMPDIR names."},
    {"scratch_failed", "临时文件夹无法使用，可能已满。", "The temporary folder cannot be used; it may be full."},
    {"no_export", "给出的位置没有导出文件夹。", "There is no export folder at the place that you gave."},
    {"export_version", "这份导出的格式比本程序新。", "The export's format is newer than this program."},
    {"bytes_added", "文件开头是盖章的原件，但后面被追加了内容，追加的部分不受印章保护。",
     "The file begins with the sealed original, but something was appended that the seal does not cover."},
    {"revision_added", "文件在盖章之后又被修改过。", "The document was changed after it was sealed."},
    {"ledger_proof_twice", "文件带有不止一份账本证明；真实的文件只带一份。",
     "The file carries more than one ledger proof; a genuine one carries one."},
    {"ledger_proof_and_more", "在附加账本证明的同时，文件的其他部分也被改动。",
     "Along with the ledger proof, something else was added to the document or changed in it."},
    {"ledger_proof_too_large", "文件所带的账本证明超出规定大小，不是真实的证明。",
     "The ledger proof that the file carries is larger than a genuine one can be."},
    {"ledger_proof_signature", "附加账本证明的签名已损坏或被改动。",
     "The signature that attaches the ledger proof is damaged or was changed."},
    {"ledger_proof_time", "附加账本证明的签名所写的时间，不是账本条目的时间。",
     "The signature that attaches the ledger proof does not name the time of the ledger's entry."},
    {"ledger_proof_signer", "附加账本证明的不是盖章的一方。",
     "The ledger proof was attached by someone other than who sealed the document."},
    {"proof_of_another_document", "所带的证明属于另一份文件，不能证明这一份。",
     "The proof is that of another document and proves nothing about this one."},
    {"seal_invalid", "印章不成立：盖章的内容被改动过，或者不是有效的印章。",
     "The seal does not hold: what it covers was changed, or it is no valid seal."},
    {"seal_not_trusted", "印章的证书不能追溯到您给出的可信证书。",
     "The seal's certificate does not lead to the certificates that you trust."},
    {"not_our_profile", "这不是一份完整的、由 Quotary 签发的 PDF：可能被截断，或被其他软件另存过。",
     "This is no whole PDF as Quotary issues it: it was cut short, saved anew by other software, or comes from "
     "elsewhere."},
    {"note_signature", "账本的签名不成立：不是用您给出的账本公钥签的，或者证明被改动过。",
     "The ledger's signature does not hold: it was not made with the key that you gave, or the proof was changed."},
    {"retired_key", "签名的是已停用的账本公钥，而检查点的规模超出了它停用时的账本：不可信。",
     "The key that signed this had retired before the ledger was that large: it is not to be believed."},
    {"rotation", "公钥更换记录不成立：某次更换缺少新旧任一公钥的签名，或者是为别处所作。",
     "The succession of keys does not hold: a change was not signed by both keys, or was made for another place."},
    {"bad_archive", "这不是 quotary export 写成的归档文件，或已损坏。",
     "This is no archive as `quotary export` writes it, or it is damaged."},
    {"revoked_key", "该公钥已被吊销，其签名不再可信；请以可信途径取得账本的现用公钥。",
     "The key was revoked, and what it signed is believed no more: take the log's newest key by a way that you trust."},
    {"other_succession", "公钥更换记录不含您给出的公钥。", "The key that you gave is none of this succession."},
    {"bad_succession", "给出的文件不是账本公钥的更换记录。", "The file that you gave is no succession of keys."},
    {"unknown_algorithm", "更换记录中有本程序不认识的签名算法：请用更新的程序。",
     "A key in the succession is of an algorithm that this program does not know: take a newer one."},
    {"origin", "证明来自另一个账本。", "The proof comes from another ledger."},
    {"inclusion", "证明与账本签名的内容不符：账本里没有这一条，或者证明被改动过。",
     "The proof does not lead to what the ledger signed: it holds no such entry, or the proof was changed."},
    {"index", "证明自相矛盾：它指的不是所附的那一条。",
     "The proof contradicts itself: it points at another entry than the one in it."},
    {"bad_entry", "证明所附的账本条目不合格式。", "The entry in the proof is not as a ledger writes it."},
    {"bad_proof", "证明不合格式，可能已损坏。", "The proof is not of the right form; it may be damaged."},
    {"bad_note", "检查点不合格式，可能已损坏。", "The checkpoint is not of the right form; it may be damaged."},
    {"bad_checkpoint", "检查点不合格式，可能已损坏。", "The checkpoint is not of the right form; it may be damaged."},
    {"bad_status_proof", "状态证明不合格式，可能已损坏。",
     "The status proof is not of the right form; it may be damaged."},
    {"index_proof", "状态证明与账本提交的索引不符：属于另一张报价单，或者被改动过。",
     "The status proof does not lead to the index that the ledger committed to: it is another quote's, or was changed."},
    {"bad_index_root", "状态证明所附的索引记录不成立。",
     "The index entry in the status proof is none that a ledger writes."},
    {"status_incomplete", "状态证明不完整：关于这张报价单的记录有缺失，可能隐去了作废。",
     "The status proof is not complete: entries about the quote are missing, perhaps one that voids it."},
    {"bad_history", "关于这张报价单的记录不是一张报价单应有的经过。",
     "The entries about the quote are not how a quote can have come to be."},
    {"not_a_quote", "这份状态证明不是关于报价单的。", "The status proof is not about a quote."},
    {"index_version", "账本的索引格式比本程序新。", "The ledger's index is of a newer form than this program knows."},
    {"unknown_entry_type", "关于这张报价单有本程序不认识的记录类型，请用新版程序核对。",
     "There is an entry about the quote of a type that this program does not know; check with a newer one."},
    {"bad_token", "时间戳不合格式，可能已损坏。", "The time-stamp is not of the right form; it may be damaged."},
    {"token_digest", "时间戳用的不是 SHA-256，不是本账本的时间戳。",
     "The time-stamp is not over SHA-256, so it is none of this ledger's."},
    {"token_imprint", "时间戳属于另一个检查点，或者检查点被改动过。",
     "The time-stamp is that of another checkpoint, or the checkpoint was changed."},
    {"token_signature", "时间戳机构的签名不成立：时间戳被改动过，或者不是真的。",
     "The authority's signature does not hold: the time-stamp was changed, or is not genuine."},
    {"token_purpose", "签名的证书不是专用于时间戳的。", "The signer's certificate is not one for time-stamps alone."},
    {"token_algorithm", "时间戳使用了不允许的算法或密钥长度。",
     "The time-stamp uses an algorithm or a key size that is not allowed."},
    {"token_untrusted", "时间戳机构的证书在当时不能追溯到您给出的根证书，或当时不在有效期内。",
     "At that time the authority's certificate did not lead to the roots that you gave, or was not valid."},
    {"history_rewritten",
     "账本的历史被改写：与以前保存的、同一公钥签名的检查点不是同一段历史。请保留两份文件，它们就是证据。",
     "The log's history was rewritten: it is not the one of the checkpoint that was kept from before, and the same key "
     "signed both. Keep the two files: they are the evidence."},
    {"consistency", "所给的证明不能说明账本只有追加。请重新索取；若账本给不出成立的证明，说明历史已被改写。",
     "The proof does not show that the log only grew. Ask for it again; a log that cannot give one that holds has "
     "rewritten its history."},
    {"earlier_too_late", "作为较早检查点给出的那一份其实更新，无法比较。",
     "What was given as the earlier checkpoint covers more entries, so there is nothing to compare."},
    {"no_consistency_proof", "两个检查点大小不同，还需要账本给出的一致性证明（--consistency）。",
     "The two checkpoints are of different sizes, so it takes the log's consistency proof (--consistency)."},
    {"bad_consistency_proof", "所给文件不是这两个大小之间的一致性证明。",
     "The file given is no consistency proof between these two sizes."},
    {"number_missing", "编号有空缺：证明里缺少某个编号的记录。", "A number is missing from the series."},
    {"number_twice", "同一位置有两个编号，或本应没有的编号已经存在。",
     "A place of the series has two numbers, or there is a number where none must be."},
    {"number_of_another", "有编号属于别的系列、别的期或别的位置。", "A number is of another series, period or place."},
    {"period_differs", "账本里结束该期的记录与这些编号不符。",
     "The entry that ended the period does not fit these numbers."},
    {"series_unproven", "证明里没有设立该系列的记录。", "The entry that added the series is not in the proof."},
    {"bad_numbers_proof", "不是合格式的编号证明，可能已损坏。", "This is no numbers proof; it may be damaged."},
    {"numbers_gap", "给出的文件合起来不完整：有编号不在任何一份之中。",
     "The files given do not hold all numbers between them."},
    {"numbers_open", "没有文件证明紧随最后一个编号之后的编号尚未签发。",
     "None of the files shows that the place behind the last one is free."},
    {"tokens_unjudged", "导出本身成立，但其中有时间戳无法用您给出的根证书判断：请一并给出其他时间戳机构的根证书。",
     "The export itself holds, but there are time-stamps in it that the roots you gave cannot judge: give the other "
     "authorities' roots as well, in the same file."},
    {"bad_roots", "给出的根证书文件不是完整的 PEM 证书。",
     "The file of roots that you gave does not hold PEM certificates, or one of them cannot be read."},
    {"bad_certificates", "给出的证书文件不是完整的 PEM 证书。",
     "The file of certificates that you gave does not hold PEM certificates, or one of them cannot be read."},
    {"status_of_another_quote", "给出的状态证明属于另一张报价单。", "The status proof is that of another quote."},
    {"no_proof", "印章成立，但没有证据表明文件已记入账本：请用 --proof 给出证明文件，或向签发方索取带证明的 PDF。",
     "The seal holds, but nothing here proves that the document is in the ledger: give its .tlog-proof with --proof, "
     "or ask the issuer for the PDF that carries its proof."},
    {"bad_vkey", "给出的账本公钥不合格式。", "The key that you gave is not a ledger's verification key."},
    {"file_too_large", "文件过大，未予核对。", "The file is too large to be checked."},
};

constexpr Words refused{"", "核对不成立。", "It does not hold."};
constexpr Words unchecked{"", "缺少核对所需的材料。", "What it takes to check is missing."};

}  // namespace

const Words& words_of(const Verdict& verdict) {
  const auto* found = std::find_if(std::begin(all_words), std::end(all_words),
                                   [&](const Words& words) { return words.code == verdict.code; });
  if (found != std::end(all_words)) return *found;
  return verdict.exit_code == exit_unchecked ? unchecked : refused;
}

int print(const Verdict& verdict, bool as_json) {
  if (as_json) {
    json::object out;
    out["ok"] = verdict.exit_code == exit_unchecked ? json::value(nullptr) : json::value(verdict.holds());
    for (const auto& [name, value] : verdict.facts) out[name] = value;
    if (!verdict.code.empty()) out["code"] = verdict.code, out["detail"] = verdict.detail;
    std::printf("%s\n", json::serialize(out).c_str());
    return verdict.exit_code;
  }
  for (const auto& [chinese, english, value] : verdict.lines) {
    std::printf("%.*s %.*s: %s\n", static_cast<int>(chinese.size()), chinese.data(), static_cast<int>(english.size()),
                english.data(), value.c_str());
  }
  if (verdict.holds()) {
    std::printf("结论 result: 成立 / holds\n  %s\n  %s\n", verdict.chinese.c_str(), verdict.english.c_str());
    return exit_holds;
  }
  const Words& words = words_of(verdict);
  const bool open = verdict.exit_code == exit_unchecked;
  // What could not be checked is no finding, so it stands apart from findings.
  std::fprintf(open ? stderr : stdout, "结论 result: %s\n  %.*s\n  %.*s\n  (%s: %s)\n",
               open ? "未能核对 / could not be checked" : "不成立 / does not hold",
               static_cast<int>(words.chinese.size()), words.chinese.data(), static_cast<int>(words.english.size()),
               words.english.data(), verdict.code.c_str(), verdict.detail.c_str());
  return verdict.exit_code;
}

}  // namespace quotary::offline
