#include "signing/carried_proof.h"

#include "signing/cms.h"
#include "signing/incremental_update.h"

#include <algorithm>

namespace quotary::signing {

namespace {

// A certified document and its seal.
constexpr std::size_t sealed_revisions = 2;
constexpr std::size_t name_bytes_max = 64;  // of a field's name that is repeated in an error

Error added(const char* code, const std::string& what) { return fail(Errc::invalid, code, what); }

// In words, for who has to find it in a viewer.
std::string name_of(const PdfObject& object) {
  const std::string number = " (object " + std::to_string(object.number) + ")";
  const PdfValue* type = object.value.find("Type");
  const PdfValue* name = object.value.find("T");
  if (name && name->is(PdfValue::Kind::string)) {
    const bool printable =
        name->text.size() <= name_bytes_max &&
        std::all_of(name->text.begin(), name->text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    return printable ? "the field " + name->text + number : "a field" + number;
  }
  if (type && type->is_name("Page")) return "a page" + number;
  if (type && type->is_name("Catalog")) return "the catalog" + number;
  if (type && type->is_name("Annot")) return "an annotation" + number;
  if (object.value.find("Fields")) return "the form" + number;
  return "object " + std::to_string(object.number);
}

std::string_view text_of(const PdfFile& file, const PdfObject& object) {
  return file.bytes().substr(object.begin, object.end - object.begin);
}

// The same but for ByteRange, which changes with whatever else is there.
bool same_signature(const PdfFile& file, const PdfObject& found, const PdfFile& ours, const PdfObject& expected) {
  const PdfValue* range = found.value.find("ByteRange");
  const PdfValue* own = expected.value.find("ByteRange");
  if (!range || !own) return false;
  return file.bytes().substr(found.begin, range->begin - found.begin) ==
             ours.bytes().substr(expected.begin, own->begin - expected.begin) &&
         file.bytes().substr(range->end, found.end - range->end) ==
             ours.bytes().substr(own->end, expected.end - own->end);
}

// What the file's last revision has that ours would not have, or has differently. `signature` is looked at last.
std::string difference(const PdfFile& file, const PdfFile& ours, std::uint32_t signature) {
  const PdfRevision& own = ours.revisions().back();
  const PdfRevision& found = file.revisions().back();
  for (const auto& [number, offset] : found.offsets) {
    if (number == signature) continue;
    const auto object = file.object(number);
    if (!object) return "its object " + std::to_string(number) + " cannot be read";
    if (!own.offsets.contains(number)) return "it adds or changes " + name_of(*object);
    const auto expected = ours.object(number);
    if (!expected || text_of(file, *object) != text_of(ours, *expected))
      return name_of(*object) + " is not as an update with a proof alone leaves it";
  }
  for (const auto& [number, offset] : own.offsets) {
    if (!found.offsets.contains(number)) return "object " + std::to_string(number) + " of the update is missing";
  }
  const auto carrier = file.object(signature), expected = ours.object(signature);
  if (!carrier || !expected || !same_signature(file, *carrier, ours, *expected))
    return "the signature that carries it is written differently (object " + std::to_string(signature) + ")";
  return "bytes stand between its objects, or in its table or trailer, that do not belong there";
}

// The only field LedgerProof of the file's newest form.
Result<PdfObject> carrying_field(const PdfFile& file) {
  const auto catalog = file.object(*file.trailer().reference("Root"));
  const auto fields = catalog ? form_fields(file, catalog->value) : Result<std::vector<FormField>>(catalog.error());
  if (!fields) return added("ledger_proof_and_more", "the document's form was changed: " + fields.error().detail);
  const FormField* found = nullptr;
  for (const FormField& field : *fields) {
    if (field.object.value.find("T")->text != ledger_proof_field) continue;
    if (found) return added("ledger_proof_twice", "the document has more than one field LedgerProof");
    found = &field;
  }
  if (!found) return added("revision_added", "a revision was added to the sealed document, and none with its proof");
  return found->object;
}

struct Carrier {
  std::string cms;
  Timestamp time;  // of /M
};

// What the field's signature holds that does not follow from the sealed bytes.
Result<Carrier> carrier_of(const PdfFile& file, const PdfObject& field) {
  const auto number = field.value.reference("V");
  if (!number) return added("ledger_proof_signature", "the field LedgerProof is not signed");
  const auto signature = file.object(*number);
  const PdfValue* contents = signature ? signature->value.find("Contents") : nullptr;
  if (!contents || !contents->is(PdfValue::Kind::string))
    return added("ledger_proof_signature", "the signature of the field LedgerProof has no Contents");
  const std::size_t size = der_size(contents->text);
  if (size == 0) return added("ledger_proof_signature", "Contents of the field LedgerProof holds no DER value");
  if (size > contents_bytes) {
    return added("ledger_proof_too_large", "the signature with the proof has " + std::to_string(size) +
                                               " bytes; at most " + std::to_string(contents_bytes) + " are read");
  }
  const PdfValue* claimed = signature->value.find("M");
  const auto time = claimed && claimed->is(PdfValue::Kind::string) ? parse_pdf_date(claimed->text) : std::nullopt;
  if (!time) return added("ledger_proof_time", "the signature of the field LedgerProof names no time of our form");
  return Carrier{contents->text.substr(0, size), *time};
}

Result<CarriedProof> carried_proof(std::string_view pdf, std::size_t sealed) {
  const auto file = PdfFile::read(pdf);
  if (!file)
    return added("bytes_added",
                 std::to_string(pdf.size() - sealed) +
                     " bytes follow the sealed document that are no whole revision: " + file.error().detail);
  for (std::size_t i = sealed_revisions; i < file->revisions().size(); ++i) {
    const auto& freed = file->revisions()[i].freed;
    if (!freed.empty())
      return added("ledger_proof_and_more", "object " + std::to_string(*freed.begin()) + " is deleted");
  }
  QUOTARY_TRY(field, carrying_field(*file));
  if (file->revisions().size() < sealed_revisions + 1)
    return added("ledger_proof_and_more", "the update's table passes over the seal");
  if (file->revisions().size() > sealed_revisions + 1) {
    return added("ledger_proof_and_more", std::to_string(file->revisions().size() - sealed_revisions) +
                                              " revisions follow the sealed document; its proof is one");
  }
  QUOTARY_TRY(carrier, carrier_of(*file, field));
  // What else such an update may hold follows from the sealed bytes: it is written again and compared, so that nothing
  // can hide in an object, between two of them or in a table, whichever way a viewer reads them.
  QUOTARY_TRY(ours, prepare_ledger_proof(pdf.substr(0, sealed), carrier.time));
  QUOTARY_TRY_VOID(put_signature(ours, carrier.cms));
  if (ours.pdf != pdf) {
    QUOTARY_TRY(expected, PdfFile::read(ours.pdf));
    return added("ledger_proof_and_more", "the update with the proof does more than carry it: " +
                                              difference(*file, expected, *field.value.reference("V")));
  }
  std::string content = ours.pdf.substr(0, ours.gap_begin);
  content += std::string_view(ours.pdf).substr(ours.gap_end);
  auto checked = verify_carrier_cms(carrier.cms, content);
  if (!checked) return added("ledger_proof_signature", checked.error().detail);
  if (checked->carried.size() > carried_proof_bytes_max) {
    return added("ledger_proof_too_large", "the proof has " + std::to_string(checked->carried.size()) +
                                               " bytes; at most " + std::to_string(carried_proof_bytes_max) +
                                               " are read");
  }
  return CarriedProof{std::move(checked->carried), certificate_subject(checked->signer.get()),
                      sha256(certificate_der(checked->signer.get())).hex(), carrier.time};
}

}  // namespace

Result<SealedDocument> check_sealed_document(std::string_view pdf, std::string_view trust_anchors_pem) {
  SealedDocument out;
  QUOTARY_TRY(seal, check_sealed_front(pdf, trust_anchors_pem));
  out.seal = std::move(seal);
  out.sealed = out.seal.covered;
  if (out.sealed == 0 || out.sealed == pdf.size()) return out;
  auto carried = carried_proof(pdf, out.sealed);
  if (!carried) {
    out.added = std::move(carried).error();
    return out;
  }
  // A certificate that was renewed keeps its name. Anyone could add a genuine proof under a name of their own, which
  // viewers would then show as that of a signer; under the seal's own name only with a certificate that is told apart.
  if (carried->certificate_sha256 != out.seal.certificate_sha256 && carried->signer != out.seal.signer) {
    out.added =
        added("ledger_proof_signer", "the proof was added by " + carried->signer + ", who did not seal the document");
    return out;
  }
  out.proof = std::move(*carried);
  return out;
}

Result<void> check_claimed_time(Timestamp claimed, Timestamp entry) {
  if (pdf_date(claimed) == pdf_date(entry)) return {};
  return added("ledger_proof_time", "the signature with the proof claims " + format_rfc3339(claimed) +
                                        ", but the entry that it proves is of " + format_rfc3339(entry));
}

}  // namespace quotary::signing
