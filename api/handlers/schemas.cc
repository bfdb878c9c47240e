#include "api/handlers/endpoint.h"

namespace quotary::api {

std::string_view openapi_schemas() {
  return R"json({
"Problem": {"type": "object", "required": ["title", "status", "code"], "properties": {
  "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"},
  "detail": {"type": "string"}, "instance": {"type": "string"},
  "errors": {"type": "array", "items": {"type": "object", "properties": {
    "pointer": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}}}}}},
"Decimal": {"type": "string", "pattern": "^-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,13})?$"},
"Amount": {"type": "object", "required": ["amount"], "properties": {"amount": {"$ref": "#/components/schemas/Decimal"}, "reason": {"type": "string"}}},
"Party": {"type": "object", "required": ["name"], "properties": {
  "name": {"type": "string"}, "name_en": {"type": "string"}, "legal_id": {"type": "string"}, "tax_id": {"type": "string"},
  "address": {"type": "object", "properties": {"lines": {"type": "array", "items": {"type": "string"}}, "city": {"type": "string"},
    "region": {"type": "string"}, "postal_code": {"type": "string"}, "country": {"type": "string"}}},
  "contact": {"type": "object", "properties": {"name": {"type": "string"}, "email": {"type": "string"}, "phone": {"type": "string"}}},
  "bank": {"type": "object", "properties": {"bank_name": {"type": "string"}, "account_name": {"type": "string"},
    "account_number": {"type": "string"}, "swift": {"type": "string"}}}}},
"Line": {"type": "object", "required": ["item", "quantity", "unit", "unit_price", "tax"], "properties": {
  "item": {"type": "object", "required": ["name"], "properties": {"seller_id": {"type": "string"}, "name": {"type": "string"},
    "specification": {"type": "string"}, "class_code": {"type": "string"}}},
  "quantity": {"$ref": "#/components/schemas/Decimal"},
  "unit": {"type": "object", "required": ["code"], "properties": {"code": {"type": "string"}, "name": {"type": "string"}}},
  "unit_price": {"$ref": "#/components/schemas/Decimal"}, "price_base_quantity": {"$ref": "#/components/schemas/Decimal"},
  "discount": {"type": "object", "properties": {"percent": {"$ref": "#/components/schemas/Decimal"},
    "amount": {"$ref": "#/components/schemas/Decimal"}, "reason": {"type": "string"}}},
  "tax": {"type": "object", "required": ["category", "rate"], "properties": {
    "category": {"enum": ["S", "Z", "E", "AE", "G", "O"]}, "rate": {"$ref": "#/components/schemas/Decimal"}}}}},
"QuoteRequest": {"type": "object", "required": ["series", "currency", "validity", "buyer", "lines"], "properties": {
  "series": {"type": "string"}, "revision_of": {"type": "string"}, "issue_date": {"type": "string", "format": "date"},
  "language": {"type": "array", "items": {"enum": ["zh-CN", "en"]}, "maxItems": 2}, "currency": {"type": "string"},
  "validity": {"type": "object", "required": ["end"], "properties": {"start": {"type": "string", "format": "date"}, "end": {"type": "string", "format": "date"}}},
  "rounding": {"type": "object", "properties": {"mode": {"enum": ["half_up", "half_even", "down"]}, "scope": {"enum": ["line", "document"]},
    "tax_scope": {"enum": ["line", "tax_group"]}}},
  "seller": {"$ref": "#/components/schemas/Party"}, "buyer": {"$ref": "#/components/schemas/Party"},
  "lines": {"type": "array", "minItems": 1, "maxItems": 10000, "items": {"$ref": "#/components/schemas/Line"}},
  "allowances": {"type": "array", "items": {"$ref": "#/components/schemas/Amount"}},
  "charges": {"type": "array", "items": {"$ref": "#/components/schemas/Amount"}},
  "delivery_terms": {"type": "string"}, "payment_terms": {"type": "string"}, "incoterms": {"type": "string"}, "notes": {"type": "string"},
  "case_id": {"type": "string"}, "totals": {"$ref": "#/components/schemas/Totals"},
  "external_refs": {"type": "array", "items": {"type": "object", "properties": {"system": {"type": "string"}, "id": {"type": "string"}}}}}},
"Totals": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Decimal"}},
"LedgerPlace": {"type": "object", "properties": {"index": {"type": "integer"}, "leaf_hash": {"type": "string"}, "tree_size": {"type": "integer"},
  "proof": {"type": "string", "description": "c2sp.org/tlog-proof@v1"}}},
"IssuedQuote": {"type": "object", "properties": {
  "number": {"type": "string"}, "series": {"type": "string"}, "sequence": {"type": "integer"}, "status": {"type": "string"},
  "issued_at": {"type": "string", "format": "date-time"}, "totals": {"$ref": "#/components/schemas/Totals"},
  "tax_totals": {"type": "array", "items": {"type": "object"}}, "amount_in_words": {"type": "string"},
  "verify_code": {"type": "string"}, "verify_url": {"type": "string"},
  "document": {"type": "object", "properties": {"sha256": {"type": "string"}, "size": {"type": "integer"}, "media_type": {"type": "string"}, "url": {"type": "string"}}},
  "ledger": {"$ref": "#/components/schemas/LedgerPlace"}, "quote": {"type": "object"}, "state": {"type": "object"}}},
"QuoteList": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next_cursor": {"type": "string"}}},
"History": {"type": "object", "properties": {"events": {"type": "array", "items": {"type": "object", "properties": {
  "index": {"type": "integer"}, "time": {"type": "string"}, "type": {"type": "string"}, "actor": {"type": "object"}, "details": {"type": "object"}}}}}},
"VoidRequestBody": {"type": "object", "required": ["reason_code", "reason_text"], "properties": {
  "reason_code": {"enum": ["price_error", "wrong_party", "wrong_item", "duplicate", "customer_withdrew", "terms_error", "test", "fraud_suspected", "other"]},
  "reason_text": {"type": "string", "minLength": 10, "maxLength": 2000}, "replacement": {"type": "string"}}},
"Comment": {"type": "object", "properties": {"comment": {"type": "string", "maxLength": 2000}}},
"VoidRequest": {"type": "object", "properties": {"id": {"type": "string"}, "quote": {"type": "string"},
  "status": {"enum": ["open", "approved", "rejected", "withdrawn", "lapsed"]}, "ledger": {"$ref": "#/components/schemas/LedgerPlace"}}},
"VoidList": {"type": "object", "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/VoidRequest"}}, "next_cursor": {"type": "string"}}},
"VoidReport": {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "object"}}, "totals": {"type": "object"},
  "tree_size": {"type": "integer"}, "root": {"type": "string"}}},
"VerifyAnswer": {"type": "object", "required": ["match"], "properties": {
  "match": {"enum": ["exact", "number_only", "altered", "unknown"]},
  "status": {"enum": ["valid", "voided", "superseded", "expired", "accepted", "declined"]},
  "number": {"type": "string"}, "issuer": {"type": "string"}, "issued_at": {"type": "string"}, "voided": {"type": "object"},
  "revision": {"type": "integer"}, "accepted": {"type": "object"}, "superseded_by": {"type": "string"}, "void_requested": {"type": "object"},
  "altered": {"type": "object", "properties": {"known_prefix": {"type": "integer"}, "size": {"type": "integer"}}},
  "ledger": {"$ref": "#/components/schemas/LedgerPlace"}}},
"LogVerifyRequest": {"type": "object", "properties": {"mode": {"enum": ["full", "incremental", "sampled"]}, "from": {"type": "integer"}}},
"LogVerifyReport": {"type": "object", "properties": {"ok": {"type": "boolean"}, "tree_size": {"type": "integer"}, "root": {"type": "string"},
  "entries_checked": {"type": "integer"}, "problems": {"type": "array", "items": {"type": "object", "properties": {
    "index": {"type": "integer"}, "kind": {"type": "string"}, "detail": {"type": "string"}}}}}},
"NewPerson": {"type": "object", "required": ["name", "role"], "properties": {"name": {"type": "string"},
  "role": {"enum": ["rep", "manager", "region_director", "finance", "auditor", "crm", "admin"]}, "team": {"type": "string"},
  "region": {"type": "string"}, "login": {"type": "string"}, "password": {"type": "string"}}},
"NewSeries": {"type": "object", "required": ["name", "branch", "pattern"], "properties": {"name": {"type": "string"}, "branch": {"type": "string"},
  "document_type": {"type": "string"}, "pattern": {"type": "string"}, "period": {"enum": ["year", "month", "none"]}}}
})json";
}

}  // namespace quotary::api
