// Any bytes as an entry: what the reader in place takes, the parser takes too, and writes again byte for byte. Any JSON
// as an entry's members: what can be written can be read.
#include "ledger/base/bytes.h"
#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/merkle.h"

#include <cstddef>
#include <cstdint>

using namespace quotary;

namespace {

void same_members(const Entry& a, const Entry& b) {
  QUOTARY_CHECK(a.index == b.index && a.prev == b.prev && a.time == b.time && a.type == b.type);
  QUOTARY_CHECK(a.actor_id == b.actor_id && a.actor_role == b.actor_role && a.body == b.body);
  QUOTARY_CHECK(a.subject == b.subject && a.subject_seq == b.subject_seq && a.subject_prev == b.subject_prev);
  QUOTARY_CHECK(a.request_scope == b.request_scope && a.objects.size() == b.objects.size());
  QUOTARY_CHECK(a.request_scope.empty() || a.request_body == b.request_body);  // written with its scope only
  for (std::size_t i = 0; i < a.objects.size(); ++i) {
    const ObjectRef &one = a.objects[i], &other = b.objects[i];
    QUOTARY_CHECK(one.name == other.name && one.media_type == other.media_type && one.key_subject == other.key_subject);
    QUOTARY_CHECK(one.sha256 == other.sha256 && one.size == other.size && one.revision == other.revision);
  }
}

std::string salt_of(const json::value& entry) { return *from_hex(entry.as_object().at("salt").as_string()); }

void read_any(std::string_view text) {
  EntryView view;
  const auto viewed = view_entry(text, view);
  const auto parsed = parse_entry(text);
  QUOTARY_CHECK(viewed.has_value() == parsed.has_value());
  if (!parsed) {
    QUOTARY_CHECK(viewed.error().code == "bad_entry" && parsed.error().code == "bad_entry");
    return;
  }
  QUOTARY_CHECK(parsed->canonical == text && parsed->leaf == leaf_hash(text));
  QUOTARY_CHECK(view.index == parsed->index && view.prev == parsed->prev && view.subject_seq == parsed->subject_seq);
  QUOTARY_CHECK(view.subject_prev == parsed->subject_prev && view.objects.size() == parsed->objects.size());
  QUOTARY_CHECK(unescape(view.subject) == parsed->subject && unescape(view.type) == parsed->type &&
                view.time == format_rfc3339(parsed->time));
  // The general JSON code is the judge of both.
  const auto value = parse_json(text);
  QUOTARY_CHECK(value.has_value());
  QUOTARY_CHECK(canonical_json(*value).value() == text);
  Entry again = *parsed;
  again.canonical.clear();
  QUOTARY_CHECK(encode_entry(again, salt_of(*value)).has_value());
  QUOTARY_CHECK(again.canonical == text && again.leaf == parsed->leaf);
}

// Takes what is there of an entry's members, whatever its spelling and order.
Entry members_of(const json::object& from) {
  Entry entry;
  const auto member = [](const json::object& object, const char* name) { return object.if_contains(name); };
  const auto text = [&](const json::object& object, const char* name, std::string& out) {
    if (const auto* value = member(object, name); value && value->is_string()) out = std::string(value->as_string());
  };
  const auto number = [&](const json::object& object, const char* name, std::uint64_t& out) {
    if (const auto* value = member(object, name); value && value->is_int64())
      out = static_cast<std::uint64_t>(value->as_int64());
  };
  if (const auto* actor = member(from, "actor"); actor && actor->is_object()) {
    text(actor->as_object(), "id", entry.actor_id);
    text(actor->as_object(), "role", entry.actor_role);
  }
  if (const auto* request = member(from, "request"); request && request->is_object()) {
    text(request->as_object(), "scope", entry.request_scope);
    text(request->as_object(), "body", entry.request_body);
  }
  if (const auto* body = member(from, "body"); body && body->is_object()) entry.body = body->as_object();
  if (const auto* objects = member(from, "objects"); objects && objects->is_array()) {
    for (const auto& item : objects->as_array()) {
      if (!item.is_object()) continue;
      ObjectRef object;
      text(item.as_object(), "name", object.name);
      text(item.as_object(), "media_type", object.media_type);
      text(item.as_object(), "key", object.key_subject);
      number(item.as_object(), "size", object.size);
      number(item.as_object(), "revision", object.revision);
      object.sha256 = sha256(object.name);
      entry.objects.push_back(object);
    }
  }
  number(from, "index", entry.index);
  number(from, "subject_seq", entry.subject_seq);
  if (std::uint64_t prev = ~std::uint64_t{0}; number(from, "subject_prev", prev), prev != ~std::uint64_t{0})
    entry.subject_prev = prev;
  text(from, "subject", entry.subject);
  text(from, "type", entry.type);
  if (std::uint64_t ms = 0; number(from, "time", ms), ms < 253'402'300'800'000)
    entry.time.unix_ms = static_cast<std::int64_t>(ms);
  return entry;
}

void write_any(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || !value->is_object()) return;
  Entry entry = members_of(value->as_object());
  if (!encode_entry(entry, std::string(16, '\x5a'))) {
    QUOTARY_CHECK(entry.canonical.empty());
    return;
  }
  const auto parsed = parse_entry(entry.canonical);
  QUOTARY_CHECK(parsed.has_value());
  same_members(entry, *parsed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_any(text);
  write_any(text);
  return 0;
}
