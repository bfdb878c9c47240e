#include "ledger/log/entry.h"

#include "ledger/log/merkle.h"

namespace quotary {

namespace {

// One member of a strict object; fails the whole parse when it is absent or of another kind.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  std::string text(std::string_view name) {
    const json::value* value = take(name);
    if (value != nullptr && value->is_string()) return std::string(value->get_string());
    wrong(name);
    return {};
  }
  std::uint64_t number(std::string_view name) {
    const json::value* value = take(name);
    if (value != nullptr && value->is_int64() && value->get_int64() >= 0) return static_cast<std::uint64_t>(value->get_int64());
    if (value != nullptr && value->is_uint64()) return value->get_uint64();
    wrong(name);
    return 0;
  }
  const json::value* take(std::string_view name) {
    const json::value* value = object_.if_contains(name);
    if (value != nullptr) ++taken_;
    return value;
  }
  void wrong(std::string_view name) {
    if (fault_.empty()) fault_ = name;
  }
  // The first faulty member, "unknown member" when some were never taken, or empty.
  [[nodiscard]] std::string fault() const { return !fault_.empty() ? fault_ : taken_ != object_.size() ? "unknown member" : ""; }

 private:
  const json::object& object_;
  std::size_t taken_ = 0;
  std::string fault_;
};

Error bad_entry(const std::string& what) { return fail(Errc::corrupt, "bad_entry", "not a canonical entry: " + what); }

Result<ObjectRef> parse_object(const json::value& value) {
  if (!value.is_object()) return bad_entry("objects");
  Members members(value.get_object());
  ObjectRef object;
  object.name = members.text("name");
  object.media_type = members.text("media_type");
  object.size = members.number("size");
  object.revision = members.number("revision");
  auto hash = Hash::from_hex(members.text("sha256"));
  if (hash) object.sha256 = *hash; else members.wrong("sha256");
  if (const json::value* key = members.take("key")) {
    if (key->is_string() && !key->get_string().empty()) object.key_subject = std::string(key->get_string());
    else members.wrong("key");
  }
  if (!members.fault().empty()) return bad_entry("objects: " + members.fault());
  return object;
}

}  // namespace

Result<void> encode_entry(Entry& entry, std::string_view salt) {
  json::object root;
  root["v"] = 1;
  root["index"] = static_cast<std::int64_t>(entry.index);
  root["prev"] = entry.prev.hex();
  root["time"] = format_rfc3339(entry.time);
  root["type"] = entry.type;
  root["actor"] = json::object{{"id", entry.actor_id}, {"role", entry.actor_role}};
  root["subject"] = entry.subject;
  root["subject_seq"] = static_cast<std::int64_t>(entry.subject_seq);
  if (entry.subject_prev) root["subject_prev"] = static_cast<std::int64_t>(*entry.subject_prev);
  root["salt"] = to_hex(salt);
  if (!entry.request_scope.empty()) root["request"] = json::object{{"scope", entry.request_scope}, {"body", entry.request_body}};
  root["body"] = entry.body;
  json::array objects;
  for (const ObjectRef& object : entry.objects) {
    json::object item{{"name", object.name},
                      {"sha256", object.sha256.hex()},
                      {"size", static_cast<std::int64_t>(object.size)},
                      {"media_type", object.media_type},
                      {"revision", static_cast<std::int64_t>(object.revision)}};
    if (!object.key_subject.empty()) item["key"] = object.key_subject;
    objects.push_back(std::move(item));
  }
  root["objects"] = std::move(objects);
  QUOTARY_TRY(canonical, canonical_json(json::value(std::move(root))));
  if (canonical.size() > entry_bytes_max) {
    return fail(Errc::invalid, "entry_too_large", "an entry has at most 65,535 bytes, this one " + std::to_string(canonical.size()));
  }
  entry.leaf = leaf_hash(canonical);
  entry.canonical = std::move(canonical);
  return {};
}

Result<Entry> parse_entry(std::string_view canonical) {
  if (canonical.size() > entry_bytes_max) return bad_entry("over 65,535 bytes");
  auto parsed = parse_json(canonical, JsonLimits{16, 40'000});
  if (!parsed || !parsed->is_object()) return bad_entry("no JSON object");
  // A round trip is the strictest check there is: any other spelling of the same values is refused.
  auto again = canonical_json(*parsed);
  if (!again || *again != canonical) return bad_entry("not in RFC 8785 form");

  Members members(parsed->get_object());
  Entry entry;
  if (members.number("v") != 1) return bad_entry("v is not 1");
  entry.index = members.number("index");
  auto prev = Hash::from_hex(members.text("prev"));
  if (prev) entry.prev = *prev; else members.wrong("prev");
  auto time = parse_rfc3339(members.text("time"));
  if (time) entry.time = *time; else members.wrong("time");
  entry.type = members.text("type");
  entry.subject = members.text("subject");
  entry.subject_seq = members.number("subject_seq");
  if (parsed->get_object().contains("subject_prev")) entry.subject_prev = members.number("subject_prev");
  if (members.text("salt").size() != 32) members.wrong("salt");
  const json::value* actor = members.take("actor");
  if (actor != nullptr && actor->is_object()) {
    Members inner(actor->get_object());
    entry.actor_id = inner.text("id");
    entry.actor_role = inner.text("role");
    if (!inner.fault().empty()) members.wrong("actor");
  } else {
    members.wrong("actor");
  }
  if (const json::value* request = members.take("request")) {
    if (!request->is_object()) return bad_entry("request");
    Members inner(request->get_object());
    entry.request_scope = inner.text("scope");
    entry.request_body = inner.text("body");
    if (!inner.fault().empty()) members.wrong("request");
  }
  const json::value* body = members.take("body");
  if (body != nullptr && body->is_object()) entry.body = body->get_object(); else members.wrong("body");
  const json::value* objects = members.take("objects");
  if (objects == nullptr || !objects->is_array()) return bad_entry("objects");
  for (const json::value& item : objects->get_array()) {
    QUOTARY_TRY(object, parse_object(item));
    entry.objects.push_back(std::move(object));
  }
  if (!members.fault().empty()) return bad_entry(members.fault());
  entry.canonical = canonical;
  entry.leaf = leaf_hash(canonical);
  return entry;
}

std::string object_id(std::uint64_t index, std::string_view name) { return std::to_string(index) + "/" + std::string(name); }

}  // namespace quotary
