#include "ledger/log/entry_view.h"

#include "ledger/base/canonical_scan.h"
#include "ledger/base/time.h"
#include "ledger/log/entry.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace quotary {

namespace {

constexpr int body_depth_max = 15;  // of containers, the body itself included
constexpr std::size_t salt_digits = 32, hash_digits = 64;

// Sixteen at once; the compiler knows what the machine has for it.
using Bytes [[gnu::vector_size(16)]] = unsigned char;
using Words [[gnu::vector_size(16)]] = std::uint16_t;
using Values [[gnu::vector_size(8)]] = unsigned char;
constexpr std::size_t digits_at_once = sizeof(Bytes);

// The digits' values, where each is a lower-case hexadecimal digit.
bool read_digits(const char* text, Bytes& values) {
  Bytes bytes;
  std::memcpy(&bytes, text, sizeof bytes);
  const Bytes number = bytes - '0', letter = bytes - 'a';
  const auto is_number = reinterpret_cast<Bytes>(number < 10), is_letter = reinterpret_cast<Bytes>(letter < 6);
  values = (number & is_number) | ((letter + 10) & is_letter);
  std::uint64_t good[2];
  const Bytes digits = is_number | is_letter;
  std::memcpy(good, &digits, sizeof good);
  return (good[0] & good[1]) == ~std::uint64_t{0};
}

bool read_hash(std::string_view text, Hash& hash) {
  static_assert(std::endian::native == std::endian::little);
  QUOTARY_CHECK(text.size() == hash_digits);
  bool good = true;
  for (std::size_t i = 0; i < hash_digits; i += digits_at_once) {
    Bytes values;
    good &= read_digits(text.data() + i, values);
    // Each word holds two digits, the first one in its low byte.
    const auto pairs = reinterpret_cast<Words>(values);
    const Values joined = __builtin_convertvector((pairs << 4) | (pairs >> 8), Values);
    std::memcpy(hash.bytes.data() + i / 2, &joined, sizeof joined);
  }
  return good;
}

bool is_salt(std::string_view text) {
  Bytes values;
  QUOTARY_CHECK(text.size() == salt_digits);
  return read_digits(text.data(), values) && read_digits(text.data() + digits_at_once, values);
}

// Takes the members of an entry one after the other; remembers the first that is not as it must be. Inlined by force:
// what stands before each member is then compared as a few words instead of by a call.
class Reader {
 public:
  explicit Reader(std::string_view text) : scan_(text) {}

  [[gnu::always_inline]] void mark(std::string_view expected) {
    if (good_ && !scan_.literal(expected)) wrong(expected);
  }
  // The member's name with what stands before it, then its value.
  [[gnu::always_inline]] void text(std::string_view before, std::string_view& raw) {
    mark(before);
    if (good_ && !scan_.string(raw)) wrong(before);
  }
  [[gnu::always_inline]] void number(std::string_view before, std::uint64_t& value) {
    mark(before);
    if (good_ && !scan_.number(value)) wrong(before);
  }
  [[gnu::always_inline]] void hash(std::string_view before, Hash& value) {
    std::string_view raw;
    mark(before);
    if (good_ && !(scan_.unread_string(raw, hash_digits) && read_hash(raw, value))) wrong(before);
  }
  [[gnu::always_inline]] void salt(std::string_view before) {
    std::string_view raw;
    mark(before);
    if (good_ && !(scan_.unread_string(raw, salt_digits) && is_salt(raw))) wrong("salt");
  }
  void object(std::string_view before, std::string_view& raw) {
    mark(before);
    if (good_ && !(scan_.next_is('{') && scan_.value(raw, body_depth_max))) wrong(before);
  }
  [[nodiscard]] bool try_mark(std::string_view expected) { return good_ && scan_.literal(expected); }
  void wrong(std::string_view where) {
    if (good_) fault_ = where;
    good_ = false;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] Result<void> result() {
    if (good_ && !scan_.at_end()) wrong("what follows the entry");
    if (good_) return {};
    return fail(Errc::corrupt, "bad_entry",
                "not a canonical entry: at or after byte " + std::to_string(scan_.position()) + ", expected " +
                    std::string(fault_));
  }

 private:
  CanonicalScanner scan_;
  std::string_view fault_;
  bool good_ = true;
};

void read_objects(Reader& in, std::vector<ObjectView>& objects) {
  objects.clear();
  in.mark(R"(,"objects":[)");
  if (in.try_mark("]")) return;
  do {
    ObjectView object;
    in.mark("{");
    if (in.try_mark(R"("key":)")) {
      in.text("", object.key_subject);
      if (object.key_subject.empty()) in.wrong("key");
      in.mark(",");
    }
    in.text(R"("media_type":)", object.media_type);
    in.text(R"(,"name":)", object.name);
    in.number(R"(,"revision":)", object.revision);
    in.hash(R"(,"sha256":)", object.sha256);
    in.number(R"(,"size":)", object.size);
    in.mark("}");
    const bool again =
        std::any_of(objects.begin(), objects.end(), [&](const ObjectView& other) { return other.name == object.name; });
    if (again) in.wrong("a payload of another name");
    objects.push_back(object);
  } while (in.try_mark(","));
  in.mark("]");
}

}  // namespace

Result<void> view_entry(std::string_view canonical, EntryView& view) {
  if (canonical.size() > entry_bytes_max)
    return fail(Errc::corrupt, "bad_entry", "not a canonical entry: over 65,535 bytes");
  Reader in(canonical);
  in.text(R"({"actor":{"id":)", view.actor_id);
  in.text(R"(,"role":)", view.actor_role);
  in.object(R"(},"body":)", view.body);
  in.number(R"(,"index":)", view.index);
  read_objects(in, view.objects);
  in.hash(R"(,"prev":)", view.prev);
  view.request_scope = view.request_body = {};
  if (in.try_mark(R"(,"request":{"body":)")) {
    in.text("", view.request_body);
    in.text(R"(,"scope":)", view.request_scope);
    in.mark("}");
    if (view.request_scope.empty()) in.wrong("scope");
  }
  in.salt(R"(,"salt":)");
  in.text(R"(,"subject":)", view.subject);
  view.subject_prev.reset();
  if (in.try_mark(R"(,"subject_prev":)")) in.number("", view.subject_prev.emplace());
  in.number(R"(,"subject_seq":)", view.subject_seq);
  if (in.good() && !subject_place_possible(view.index, view.subject_seq, view.subject_prev))
    in.wrong("subject_prev and subject_seq that can be");
  in.text(R"(,"time":)", view.time);
  if (in.good() && (view.time.size() != 24 || !parse_rfc3339(view.time))) in.wrong("time");
  in.text(R"(,"type":)", view.type);
  in.mark(R"(,"v":1})");
  return in.result();
}

}  // namespace quotary
