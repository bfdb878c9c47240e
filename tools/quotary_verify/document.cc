#include "tools/quotary_verify/document.h"

#include "ledger/log/checkpoint.h"
#include "ledger/records/entry_status.h"
#include "signing/carried_proof.h"
#include "signing/validation_json.h"
#include "tools/quotary_verify/document_word.h"

namespace quotary::offline {

namespace {

// A file as it reads: a PDF's seal and proof, what was signed and changed since, and how far the document goes that the
// proof is of.
struct Document : signing::SealedDocument {
  signing::DocumentValidation validation;
  std::optional<signing::DocumentLevels> levels;  // of an intact one
  std::size_t front = 0;
};

// The narrow reading, of a sealed document with its proof and nothing else, names what is wrong with an update best;
// the wide one knows signatures and what else may follow.
Result<Document> read_document(std::string_view file, const DocumentEvidence& evidence) {
  QUOTARY_TRY(sealed, signing::check_sealed_document(file, evidence.trust_anchors_pem));
  Document out{{std::move(sealed)}, {}, {}, file.size()};
  QUOTARY_TRY(validation,
              signing::validate_document(file, {evidence.trust_anchors_pem, evidence.time_roots_pem}, evidence.now));
  out.validation = std::move(validation);
  if (out.validation.intact) {
    out.added.reset();
    signing::LevelQuestion question;
    question.trust_anchors_pem = evidence.trust_anchors_pem;
    question.time_roots_pem = evidence.time_roots_pem;
    question.now = evidence.now;
    if (auto levels = signing::judge_levels(file, question)) out.levels = std::move(*levels);
  }
  if (out.proof) {
    out.front = out.sealed;
  } else if (auto last = signing::proof_at_end(out.validation)) {
    const auto& carrier = out.validation.signatures.back();
    out.proof = signing::CarriedProof{std::move(last->text), carrier.signer, carrier.certificate_sha256, last->claimed};
    out.front = last->begin;
  }
  return out;
}

constexpr std::string_view pdf_type = "application/pdf";
const std::string seal_field = "Seal";

const ObjectRef* object_with(const Entry& entry, const Hash& hash) {
  for (const ObjectRef& object : entry.objects) {
    if (object.sha256 == hash) return &object;
  }
  return nullptr;
}

void tell_entry(Verdict& verdict, const CheckedProof& proof, const CheckpointVerifier& log_key) {
  const Entry& entry = proof.entry;
  verdict.facts["origin"] = proof.origin;
  verdict.facts["index"] = entry.index;
  verdict.facts["type"] = entry.type;
  verdict.facts["subject"] = entry.subject;
  verdict.facts["time"] = format_rfc3339(entry.time);
  verdict.facts["tree_size"] = proof.tree_size;
  verdict.facts["root"] = proof.root.hex();
  verdict.tell("账本", "ledger", proof.origin);
  if (const auto lost = log_key.lost_from(proof.origin); lost && *lost <= proof.entry.index)
    verdict.tell("注意", "note",
                 "该账本后来失去了这条记录，由 " + log_key.name() + " 接续 the log lost this entry later, and " +
                     log_key.name() + " goes on for it");
  verdict.tell(
      "条目", "entry",
      "#" + std::to_string(entry.index) + " " + entry.type + " " + entry.subject + ", " + format_rfc3339(entry.time));
  verdict.tell("检查点", "checkpoint", std::to_string(proof.tree_size) + " 条 entries, 根 root " + proof.root.hex());
}

// How far a signature will be verifiable later, and the time that is proved of it.
std::string words_of_level(const std::optional<signing::DocumentLevels>& levels, const std::string& field) {
  const auto* found = levels ? signing::level_of(*levels, field) : nullptr;
  if (!found) return {};
  std::string out = ", " + std::string(signing::seal_level_name(found->level));
  if (found->best) out += ", 证明时间 proved time " + format_rfc3339(found->best->time);
  if (!found->chain.certificates.empty())
    out += ", 吊销 revocation: " +
           std::string(signing::revocation_state_name(found->chain.certificates.front().revocation.state));
  if (found->fault) out += ", " + found->fault->code + ": " + found->fault->detail;
  return out;
}

void tell_seal(Verdict& verdict, const Result<Document>& document) {
  if (!document) {
    verdict.facts["seal"] = json::object{{"valid", false}, {"reason", document.error().code}};
    return;
  }
  const signing::SealFinding& seal = document->seal;
  // A seal says nothing about what was added behind it, unless that is its proof.
  const bool valid = seal.valid && !document->added;
  json::object facts{{"valid", valid},
                     {"signer", seal.signer},
                     {"claimed_time", seal.claimed_time},
                     {"certificate_sha256", seal.certificate_sha256},
                     {"trusted", seal.trusted}};
  if (!valid) facts["reason"] = document->added ? document->added->detail : seal.reason;
  verdict.facts["seal"] = std::move(facts);
  verdict.tell("印章", "seal",
               std::string(valid ? "有效 valid" : "无效 not valid") +
                   (seal.signer.empty() ? "" : ": " + seal.signer + ", " + seal.claimed_time) +
                   words_of_level(document->levels, seal_field));
}

std::string_view words_of_kind(signing::SignatureKind kind) {
  switch (kind) {
    case signing::SignatureKind::seal: return "盖章 seal";
    case signing::SignatureKind::approval: return "签名 signature";
    case signing::SignatureKind::document_timestamp: return "时间戳 time-stamp";
    case signing::SignatureKind::ledger_proof: return "账本证明 ledger proof";
  }
  return {};
}

// Every signature behind the seal, and what a revision changed that it may not.
void tell_updates(Verdict& verdict, const Document& document) {
  const signing::DocumentValidation& validation = document.validation;
  for (const auto& each : validation.signatures) {
    if (each.kind == signing::SignatureKind::seal) continue;
    verdict.tell("修订", "revision",
                 std::to_string(each.revision + 1) + ": " + std::string(words_of_kind(each.kind)) + " " + each.field +
                     (each.sound ? ", 有效 valid: " + each.signer + ", " + each.claimed_time +
                                       words_of_level(document.levels, each.field)
                                 : ", 无效 not valid: " + each.reason));
  }
  for (std::size_t i = 0; i < validation.revisions.size(); ++i) {
    const auto& each = validation.revisions[i];
    if (!each.allowed) verdict.tell("不允许的改动", "not allowed", std::to_string(i + 1) + ": " + each.reason);
  }
  verdict.facts["findings"] = signing::json_of(validation, document.levels ? &*document.levels : nullptr);
}

// What the file says about itself before any proof is looked at.
void tell_file(Verdict& verdict, std::string_view file, const Result<Document>& document) {
  const std::string hash = sha256(file).hex();
  verdict.facts["sha256"] = hash;
  verdict.facts["size"] = file.size();
  verdict.tell("文件", "file", std::to_string(file.size()) + " 字节 bytes, SHA-256 " + hash);
  tell_seal(verdict, document);
  if (document) tell_updates(verdict, *document);
  const bool carries = document && document->proof;
  verdict.facts["proof_embedded"] = carries;
  if (!carries) return;
  const std::string_view sealed = file.substr(0, document->front);
  const std::string sealed_hash = sha256(sealed).hex();
  verdict.facts["sealed"] = json::object{{"sha256", sealed_hash}, {"size", sealed.size()}};
  verdict.tell("盖章原件", "sealed original",
               "前 the first " + std::to_string(sealed.size()) + " 字节 bytes, SHA-256 " + sealed_hash);
  if (document->front == document->sealed)
    verdict.tell("盖章之后", "after the seal", "只附加了账本证明 the ledger proof and nothing else");
  if (document->proof->certificate_sha256 != document->seal.certificate_sha256) {
    verdict.facts["proof_added_by"] =
        json::object{{"signer", document->proof->signer}, {"certificate_sha256", document->proof->certificate_sha256}};
    verdict.tell(
        "证明附加者", "proof added by",
        document->proof->signer +
            " (同名的另一张证书，未核对签发者 another certificate of that name; who issued it was not checked)");
  }
}

// The entry of a later revision names the whole document by its body; its payload is the revision alone.
bool names_document(const Entry& entry, const Hash& hash) {
  const auto* named = entry.body.if_contains("document_sha256");
  return entry.body.contains("base_sha256") && named && named->is_string() && named->get_string() == hash.hex();
}

// The file is none of the entry's payloads: what is known about why.
Error not_the_document(Verdict& verdict, std::string_view file, const Result<Document>& document, const Entry& entry,
                       bool proof_was_given) {
  for (const auto& prefix : signing::prefix_hashes(file)) {
    if (object_with(entry, prefix.sha256) && prefix.size < file.size()) verdict.facts["known_prefix"] = prefix.size;
  }
  if (document && document->added && verdict.facts.contains("known_prefix")) return *document->added;
  if (document && document->validation.intact && verdict.facts.contains("known_prefix"))
    return fail(Errc::invalid, "revision_not_proved",
                "the proof is of the first " + json::serialize(verdict.facts.at("known_prefix")) +
                    " bytes; what was signed since needs the proof of its own revision");
  if (!proof_was_given)
    return fail(
        Errc::invalid, "proof_of_another_document",
        "the SHA-256 of the sealed bytes is not among those that entry " + std::to_string(entry.index) + " names");
  return fail(Errc::invalid, "document_altered",
              "the file's SHA-256 is not among those that entry " + std::to_string(entry.index) + " names");
}

// What the proofs that the ledger signed show.
struct Shown {
  std::string subject;     // of the entry; empty: no proof speaks of anything
  std::string media_type;  // of the file, where it is the entry's
};

// Holds one proof against the file's document bytes; true when it holds.
bool hold_proof(Verdict& verdict, std::string_view file, const Result<Document>& document, std::string_view proof,
                bool given, const CheckpointVerifier& log_key, Shown& shown) {
  const auto checked = check_proof(proof, log_key);
  if (!checked) return verdict.refuse(checked.error()), false;
  tell_entry(verdict, *checked, log_key);
  shown.subject = checked->entry.subject;
  const std::string_view bytes = document ? file.substr(0, document->front) : file;
  const Hash hash = sha256(bytes);
  const ObjectRef* object = object_with(checked->entry, hash);
  const bool later = !object && names_document(checked->entry, hash);
  if (!object && !later) return verdict.refuse(not_the_document(verdict, file, document, checked->entry, given)), false;
  if (document && document->proof && !given) {
    const auto time = signing::check_claimed_time(document->proof->time, checked->entry.time);
    if (!time) return verdict.refuse(time.error()), false;
  }
  if (later) {
    verdict.facts["object"] = "document_sha256";
    verdict.facts["revision"] = checked->entry.body.at("revision");
    shown.media_type = pdf_type;
    return true;
  }
  verdict.facts["object"] = object->name;
  verdict.facts["revision"] = object->revision;
  shown.media_type = object->media_type;
  return true;
}

void conclude_without_proof(Verdict& verdict, const Result<Document>& document) {
  if (!document)
    return document.error().code == "file_too_large" ? verdict.leave_unchecked(document.error())
                                                     : verdict.refuse(document.error());
  if (!document->seal.valid) return verdict.refuse(fail(Errc::invalid, "seal_invalid", document->seal.reason));
  if (document->added) return verdict.refuse(*document->added);
  verdict.leave_unchecked(fail(Errc::not_found, "no_proof", "the file carries no ledger proof and none was given"));
}

// Holds every proof that there is against the file, and the seal where the file is a PDF of the entry.
void hold(Verdict& verdict, std::string_view file, const Result<Document>& document, const DocumentEvidence& evidence,
          const CheckpointVerifier& log_key, Shown& shown) {
  const bool carries = document && document->proof;
  if (!evidence.proof && !carries) return conclude_without_proof(verdict, document);
  if (carries && !hold_proof(verdict, file, document, document->proof->text, false, log_key, shown)) return;
  if (evidence.proof) {
    if (carries)
      verdict.lines.clear(), tell_file(verdict, file, document);  // the entry is told once, from the given proof
    if (!hold_proof(verdict, file, document, *evidence.proof, true, log_key, shown)) return;
  }
  if (shown.media_type != pdf_type) return;
  if (!document) return verdict.refuse(fail(Errc::invalid, "seal_invalid", document.error().detail));
  if (!document->seal.valid) return verdict.refuse(fail(Errc::invalid, "seal_invalid", document->seal.reason));
  if (!evidence.trust_anchors_pem.empty() && !document->seal.trusted)
    verdict.refuse(fail(Errc::invalid, "seal_not_trusted",
                        "the certificate of " + document->seal.signer + " leads to none of the given ones"));
}

signing::LedgerKnowledge knowledge_of(const Verdict& verdict, std::string_view file, const Shown& shown) {
  if (shown.media_type == pdf_type) return signing::LedgerKnowledge::whole;
  if (verdict.facts.contains("known_prefix")) return signing::LedgerKnowledge::prefix;
  const auto claimed = signing::claimed_identity(file);
  const bool of_the_proof = claimed && shown.subject == std::string(records::quote_subject_prefix) + claimed->number;
  return of_the_proof ? signing::LedgerKnowledge::claimed : signing::LedgerKnowledge::none;
}

}  // namespace

DocumentVerdict judge_document(std::string_view file, const DocumentEvidence& evidence,
                               const CheckpointVerifier& log_key) {
  DocumentVerdict verdict;
  verdict.chinese = "文件未被改动，并已记入账本。";
  verdict.english = "The file is unchanged, and it is in the ledger.";
  const auto document = read_document(file, evidence);
  tell_file(verdict, file, document);
  Shown shown;
  hold(verdict, file, document, evidence, log_key, shown);
  if (!document && document.error().code == "file_too_large") return verdict;
  if (verdict.holds()) verdict.proof = evidence.proof ? *evidence.proof : document->proof->text;
  std::optional<signing::CurrentStatus> status;
  if (verdict.holds() && evidence.status) status = hold_status(verdict, *evidence.status, shown.subject, log_key);
  // The word is about PDFs: what the ledger holds of another type has none.
  if (shown.media_type.empty() || shown.media_type == pdf_type)
    tell_word(verdict, document ? signing::finding_of(document->validation) : signing::DocumentFinding::unreadable,
              knowledge_of(verdict, file, shown), status);
  return verdict;
}

Verdict judge_proof(std::string_view proof, const CheckpointVerifier& log_key) {
  Verdict verdict;
  const auto checked = check_proof(proof, log_key);
  if (!checked) return verdict.refuse(checked.error()), verdict;
  tell_entry(verdict, *checked, log_key);
  json::array objects;
  for (const ObjectRef& object : checked->entry.objects) {
    objects.push_back(json::object{{"name", object.name},
                                   {"media_type", object.media_type},
                                   {"sha256", object.sha256.hex()},
                                   {"size", object.size},
                                   {"revision", object.revision}});
    verdict.tell("载荷", "payload",
                 object.name + ", " + object.media_type + ", " + std::to_string(object.size) + " 字节 bytes, SHA-256 " +
                     object.sha256.hex());
  }
  verdict.facts["objects"] = std::move(objects);
  verdict.chinese = "该条目已记入账本，并由账本公钥签名。载荷文件请用 document 命令核对。";
  verdict.english =
      "The entry is in the ledger, under a checkpoint that the key signed. Check a payload with `document`.";
  return verdict;
}

Verdict judge_checkpoint(std::string_view note, const CheckpointVerifier& log_key) {
  Verdict verdict;
  const auto checkpoint = open_checkpoint(note, log_key);
  if (!checkpoint) return verdict.refuse(checkpoint.error()), verdict;
  verdict.facts = {{"origin", checkpoint->origin}, {"tree_size", checkpoint->size}, {"root", checkpoint->root.hex()}};
  verdict.tell("账本", "ledger", checkpoint->origin);
  verdict.tell("检查点", "checkpoint",
               std::to_string(checkpoint->size) + " 条 entries, 根 root " + checkpoint->root.hex());
  verdict.chinese = "检查点由账本公钥签名。";
  verdict.english = "The key signed this checkpoint.";
  return verdict;
}

}  // namespace quotary::offline
