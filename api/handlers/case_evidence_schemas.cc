#include "api/handlers/endpoint.h"

namespace quotary::api {

std::string_view case_evidence_schemas() {
  return R"json({
"Upload": {"type": "object", "required": ["upload", "case", "size", "url", "expires_at"], "properties": {
  "upload": {"type": "string"}, "case": {"type": "string"}, "size": {"type": "integer"}, "file_name": {"type": "string"},
  "url": {"type": "string"}, "expires_at": {"type": "string", "format": "date-time"}}},
"EvidencePosition": {"type": "object", "required": ["latitude", "longitude"], "properties": {
  "latitude": {"type": "string", "description": "Decimal degrees."}, "longitude": {"type": "string"},
  "accuracy_m": {"type": "integer", "minimum": 0, "maximum": 100000}}},
"EvidenceTarget": {"type": "object", "required": ["item", "version"], "properties": {
  "item": {"type": "string"}, "version": {"type": "integer", "minimum": 1}}},
"EvidenceSigner": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string", "maxLength": 100},
  "role": {"type": "string", "maxLength": 100}, "organisation": {"type": "string", "maxLength": 100}}},
"EvidenceBody": {"type": "object", "required": ["upload", "kind", "title"], "properties": {
  "upload": {"type": "string", "description": "A whole upload of the caller's for this case; it becomes one version."},
  "kind": {"enum": ["photo", "deck", "document", "confirmation", "other"], "description": "422 kind_mismatch for a file that cannot be one."},
  "requirement": {"type": "string", "description": "Of the case's policy; without, it stands for every one of its kind."},
  "title": {"type": "string", "maxLength": 200}, "version_label": {"type": "string", "maxLength": 40},
  "change_note": {"type": "string", "maxLength": 2000},
  "captured_at": {"type": "string", "format": "date-time", "description": "Stands only where the file shows no time."},
  "position": {"$ref": "#/components/schemas/EvidencePosition"}, "target": {"$ref": "#/components/schemas/EvidenceTarget"},
  "signature": {"enum": ["wet_scan"], "description": "Of a confirmation: the scan of a paper that was signed by hand."},
  "signer": {"$ref": "#/components/schemas/EvidenceSigner"},
  "sha256": {"type": "string", "description": "What the file must have; else 422 hash_differs."}}},
"EvidenceVersionBody": {"type": "object", "required": ["upload", "title", "change_note"], "properties": {
  "upload": {"type": "string"}, "title": {"type": "string", "maxLength": 200}, "version_label": {"type": "string", "maxLength": 40},
  "change_note": {"type": "string", "maxLength": 2000},
  "parent": {"type": "integer", "minimum": 1, "description": "The version that this was made from; 409 parent_not_current when another stands by now."},
  "captured_at": {"type": "string", "format": "date-time"}, "position": {"$ref": "#/components/schemas/EvidencePosition"},
  "target": {"$ref": "#/components/schemas/EvidenceTarget"}, "signature": {"enum": ["wet_scan"]},
  "signer": {"$ref": "#/components/schemas/EvidenceSigner"}, "sha256": {"type": "string"}}},
"EvidencePerson": {"type": "object", "required": ["id", "name"], "properties": {"id": {"type": "string"}, "name": {"type": "string"}}},
"EvidencePlace": {"type": "object", "required": ["case", "item", "version"], "properties": {"case": {"type": "string"},
  "item": {"type": "string"}, "version": {"type": "integer"}}},
"EvidenceVersion": {"type": "object", "required": ["version", "received_at", "size", "flags", "added_by", "entry_index", "links"], "properties": {
  "version": {"type": "integer"}, "received_at": {"type": "string", "format": "date-time"}, "size": {"type": "integer"},
  "title": {"type": "string"}, "file_name": {"type": "string"},
  "sha256": {"type": "string", "description": "Of the file."},
  "commitment": {"type": "object", "required": ["sha256", "nonce"], "properties": {"sha256": {"type": "string"}, "nonce": {"type": "string"}},
    "description": "What the entry holds: SHA-256(nonce || file)."},
  "media_type": {"type": "string", "description": "By its bytes."}, "declared_media_type": {"type": "string"},
  "version_label": {"type": "string"}, "version_label_source": {"enum": ["declared", "file_name"]}, "change_note": {"type": "string"},
  "captured_at": {"type": "string", "format": "date-time"}, "captured_at_source": {"enum": ["exif", "gps", "declared", "signing", "none"],
    "description": "What a file or a person says; never proof."},
  "position": {"type": "object", "properties": {"latitude": {"type": "string"}, "longitude": {"type": "string"}, "accuracy_cm": {"type": "integer"}}},
  "position_source": {"enum": ["exif", "declared", "none"]},
  "flags": {"type": "array", "items": {"type": "string"}, "description": "Doubts."},
  "duplicate_of": {"$ref": "#/components/schemas/EvidencePlace"}, "near_duplicate_of": {"$ref": "#/components/schemas/EvidencePlace"},
  "parent": {"type": "integer"}, "target": {"$ref": "#/components/schemas/EvidenceTarget"},
  "signature": {"type": "object", "required": ["grade"], "properties": {"grade": {"enum": ["wet_scan", "recorded", "passkey", "certificate"]},
    "assurance_zh": {"type": "string"}, "assurance_en": {"type": "string"}}},
  "signer": {"$ref": "#/components/schemas/EvidenceSigner"},
  "signers": {"type": "array", "description": "Who signed a confirmation behind links.", "items": {"$ref": "#/components/schemas/EvidenceSigner"}},
  "inspection": {"type": "object", "description": "What the file shows by itself."},
  "withdrawn": {"type": "object", "required": ["at", "by", "reason"], "properties": {"at": {"type": "string", "format": "date-time"},
    "by": {"$ref": "#/components/schemas/EvidencePerson"}, "reason": {"type": "string"}}},
  "erased": {"type": "boolean"}, "added_by": {"$ref": "#/components/schemas/EvidencePerson"}, "entry_index": {"type": "integer"},
  "links": {"type": "object", "required": ["content", "proof"], "properties": {"content": {"type": "string"}, "proof": {"type": "string"}}}}},
"EvidenceAdded": {"type": "object", "required": ["item", "case", "kind", "version", "ledger"], "properties": {
  "item": {"type": "string"}, "case": {"type": "string"}, "kind": {"type": "string"}, "requirement": {"type": "string"},
  "version": {"$ref": "#/components/schemas/EvidenceVersion"}, "ledger": {"$ref": "#/components/schemas/LedgerPlace"}}},
"EvidenceRow": {"type": "object", "required": ["item", "case", "kind", "versions_count", "url"], "properties": {
  "item": {"type": "string"}, "case": {"type": "string"}, "kind": {"type": "string"}, "requirement": {"type": "string"},
  "versions_count": {"type": "integer"}, "current_version": {"type": "integer", "description": "The newest that is not withdrawn."},
  "url": {"type": "string"}, "version": {"$ref": "#/components/schemas/EvidenceVersion"}}},
"EvidenceList": {"type": "object", "required": ["case", "items"], "properties": {"case": {"type": "string"},
  "items": {"type": "array", "items": {"$ref": "#/components/schemas/EvidenceRow"}}}},
"EvidenceItem": {"type": "object", "required": ["item", "case", "kind", "versions_count", "versions", "url"], "properties": {
  "item": {"type": "string"}, "case": {"type": "string"}, "kind": {"type": "string"}, "requirement": {"type": "string"},
  "versions_count": {"type": "integer"}, "current_version": {"type": "integer"}, "url": {"type": "string"},
  "versions": {"type": "array", "items": {"$ref": "#/components/schemas/EvidenceVersion"}}}},
"EvidenceDifference": {"type": "object", "required": ["item", "from", "to", "comparable"], "properties": {
  "item": {"type": "string"}, "from": {"type": "integer"}, "to": {"type": "integer"}, "comparable": {"type": "boolean"},
  "added": {"type": "array", "items": {"type": "integer"}}, "removed": {"type": "array", "items": {"type": "integer"}},
  "moved": {"type": "array", "items": {"type": "object"}}, "changed": {"type": "array", "items": {"type": "object"}},
  "text_cut": {"type": "boolean"}}},
"EvidenceWithdrawal": {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string", "minLength": 2, "maxLength": 2000}}},
"EvidenceWithdrawn": {"type": "object", "required": ["item", "case", "version", "status", "ledger"], "properties": {
  "item": {"type": "string"}, "case": {"type": "string"}, "version": {"type": "integer"}, "status": {"enum": ["withdrawn"]},
  "ledger": {"$ref": "#/components/schemas/LedgerPlace"}}}
})json";
}

}  // namespace quotary::api
