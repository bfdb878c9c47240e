#include "ledger/log/entry.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/log/entry_view.h"
#include "ledger/log/merkle.h"

#include <charconv>

namespace quotary {

namespace {

// Writes an entry's members in canonical order; the first member that cannot be written stops it.
class EntryWriter {
 public:
  explicit EntryWriter(std::string& out) : out_(out) {}

  void mark(std::string_view text) { out_ += text; }
  void text(std::string_view before, std::string_view value) {
    out_ += before;
    keep(append_canonical(out_, value));
  }
  void number(std::string_view before, std::uint64_t value) {
    out_ += before;
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    if (value > std::uint64_t{1} << 53)
      keep(fail(Errc::invalid, "not_canonical", "canonical JSON cannot hold an integer beyond 2^53"));
  }
  void hex(std::string_view before, std::string_view bytes) {
    out_ += before;
    out_ += '"';
    append_hex(out_, bytes);
    out_ += '"';
  }
  void object(std::string_view before, const json::object& value) {
    out_ += before;
    keep(append_canonical(out_, value));
  }
  [[nodiscard]] Result<void> result() && { return std::move(result_); }

 private:
  void keep(Result<void> outcome) {
    if (result_ && !outcome) result_ = std::move(outcome);
  }
  std::string& out_;
  Result<void> result_;
};

void write_objects(EntryWriter& out, const std::vector<ObjectRef>& objects) {
  out.mark(R"(,"objects":[)");
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const ObjectRef& object = objects[i];
    out.mark(i == 0 ? "{" : ",{");
    if (!object.key_subject.empty()) {
      out.text(R"("key":)", object.key_subject);
      out.mark(",");
    }
    out.text(R"("media_type":)", object.media_type);
    out.text(R"(,"name":)", object.name);
    out.number(R"(,"revision":)", object.revision);
    out.hex(R"(,"sha256":)", object.sha256.view());
    out.number(R"(,"size":)", object.size);
    out.mark("}");
  }
  out.mark("]");
}

// The entries of a batch share their time.
const std::string& time_text(Timestamp time) {
  struct Last {
    Timestamp time;
    std::string text = format_rfc3339(time);
  };
  thread_local Last last;
  if (last.time != time) last = {time, format_rfc3339(time)};
  return last.text;
}

// The first payload whose name another one had before it; null when all differ.
const ObjectRef* named_twice(const std::vector<ObjectRef>& objects) {
  for (std::size_t i = 1; i < objects.size(); ++i) {
    for (std::size_t before = 0; before < i; ++before) {
      if (objects[before].name == objects[i].name) return &objects[i];
    }
  }
  return nullptr;
}

}  // namespace

Result<void> encode_entry(Entry& entry, std::string_view salt) {
  if (!subject_place_possible(entry.index, entry.subject_seq, entry.subject_prev))
    return fail(Errc::invalid, "subject_place", "an entry cannot have that place among those about its subject");
  if (const ObjectRef* twice = named_twice(entry.objects))
    return fail(Errc::invalid, "object_twice", "an entry names each of its payloads once: " + twice->name);
  std::string canonical;
  canonical.reserve(1024);
  EntryWriter out(canonical);
  out.text(R"({"actor":{"id":)", entry.actor_id);
  out.text(R"(,"role":)", entry.actor_role);
  out.object(R"(},"body":)", entry.body);
  out.number(R"(,"index":)", entry.index);
  write_objects(out, entry.objects);
  out.hex(R"(,"prev":)", entry.prev.view());
  if (!entry.request_scope.empty()) {
    out.text(R"(,"request":{"body":)", entry.request_body);
    out.text(R"(,"scope":)", entry.request_scope);
    out.mark("}");
  }
  out.hex(R"(,"salt":)", salt);
  out.text(R"(,"subject":)", entry.subject);
  if (entry.subject_prev) out.number(R"(,"subject_prev":)", *entry.subject_prev);
  out.number(R"(,"subject_seq":)", entry.subject_seq);
  out.text(R"(,"time":)", time_text(entry.time));
  out.text(R"(,"type":)", entry.type);
  out.mark(R"(,"v":1})");
  QUOTARY_TRY_VOID(std::move(out).result());
  if (canonical.size() > entry_bytes_max) {
    return fail(Errc::invalid, "entry_too_large",
                "an entry has at most 65,535 bytes, this one " + std::to_string(canonical.size()));
  }
  entry.leaf = leaf_hash(canonical);
  entry.canonical = std::move(canonical);
  return {};
}

Result<Entry> parse_entry(std::string_view canonical) {
  EntryView view;
  QUOTARY_TRY_VOID(view_entry(canonical, view));
  Entry entry;
  entry.index = view.index;
  entry.prev = view.prev;
  QUOTARY_TRY(time, parse_rfc3339(view.time));
  entry.time = time;
  entry.type = unescape(view.type);
  entry.actor_id = unescape(view.actor_id);
  entry.actor_role = unescape(view.actor_role);
  entry.subject = unescape(view.subject);
  entry.subject_seq = view.subject_seq;
  entry.subject_prev = view.subject_prev;
  entry.request_scope = unescape(view.request_scope);
  entry.request_body = unescape(view.request_body);
  QUOTARY_TRY(body, parse_json(view.body));
  entry.body = std::move(body).as_object();
  for (const ObjectView& object : view.objects) {
    entry.objects.push_back({unescape(object.name), unescape(object.media_type), unescape(object.key_subject),
                             object.sha256, object.size, object.revision});
  }
  entry.canonical = canonical;
  entry.leaf = leaf_hash(canonical);
  return entry;
}

std::string object_id(std::uint64_t index, std::string_view name) {
  return std::to_string(index) + "/" + std::string(name);
}

}  // namespace quotary
