#include "ledger/base/json.h"

#include "ledger/base/canonical_scan.h"

#include <boost/container/small_vector.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace quotary {

namespace {

// Where the text is no UTF-8. The parser calls that a syntax error like any other.
std::optional<std::size_t> ill_formed_at(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::nullopt;
}

// RFC 6901 escapes for one reference token.
void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

// Builds values from the parser's events. boost::json::parse keeps the last of two equal members, so a reader that
// keeps the first could be shown another quote: this one refuses them.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  std::optional<Error> fault;
  json::value root;

  bool on_document_begin(boost::system::error_code&) { return true; }
  bool on_document_end(boost::system::error_code&) { return true; }
  bool on_object_begin(boost::system::error_code& ec) {
    if (!count(ec)) return false;
    frames_.emplace_back().value = json::object();
    return true;
  }
  bool on_object_end(std::size_t, boost::system::error_code&) { return close(); }
  bool on_array_begin(boost::system::error_code& ec) {
    if (!count(ec)) return false;
    frames_.emplace_back().value = json::array();
    return true;
  }
  bool on_array_end(std::size_t, boost::system::error_code&) { return close(); }
  bool on_key_part(std::string_view part, std::size_t, boost::system::error_code&) {
    text_ += part;
    return true;
  }
  bool on_key(std::string_view part, std::size_t, boost::system::error_code& ec) {
    text_ += part;
    Frame& frame = frames_.back();
    if (frame.value.get_object().contains(text_)) {
      std::string where = pointer();
      append_token(where, text_);
      Error error = fail(Errc::invalid, "duplicate_member", "member " + where + " appears twice");
      error.problems.push_back({where, "duplicate_member", "the member appears twice in its object"});
      return refuse(std::move(error), ec);
    }
    frame.key.swap(text_);
    text_.clear();
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, boost::system::error_code&) {
    text_ += part;
    return true;
  }
  bool on_string(std::string_view part, std::size_t, boost::system::error_code& ec) {
    if (!count(ec)) return false;
    if (text_.empty()) return place(json::string(part));
    text_ += part;
    json::string text(text_);
    text_.clear();
    return place(std::move(text));
  }
  bool on_number_part(std::string_view, boost::system::error_code&) { return true; }
  bool on_int64(std::int64_t number, std::string_view, boost::system::error_code& ec) { return scalar(number, ec); }
  bool on_uint64(std::uint64_t number, std::string_view, boost::system::error_code& ec) { return scalar(number, ec); }
  bool on_double(double number, std::string_view, boost::system::error_code& ec) { return scalar(number, ec); }
  bool on_bool(bool flag, boost::system::error_code& ec) { return scalar(flag, ec); }
  bool on_null(boost::system::error_code& ec) { return scalar(nullptr, ec); }
  bool on_comment_part(std::string_view, boost::system::error_code&) { return true; }
  bool on_comment(std::string_view, boost::system::error_code&) { return true; }

 private:
  struct Frame {
    json::value value;
    std::string key;  // the member being filled, for objects
  };

  template <class T>
  bool scalar(T item, boost::system::error_code& ec) {
    return count(ec) && place(item);
  }

  bool place(json::value item) {
    if (frames_.empty()) {
      root = std::move(item);
    } else if (Frame& frame = frames_.back(); frame.value.is_array()) {
      frame.value.get_array().push_back(std::move(item));
    } else {
      frame.value.get_object().emplace(frame.key, std::move(item));
    }
    return true;
  }

  bool close() {
    json::value done = std::move(frames_.back().value);
    frames_.pop_back();
    return place(std::move(done));
  }

  bool count(boost::system::error_code& ec) {
    if (++values_ <= limits_.values_max) return true;
    return refuse(
        fail(Errc::too_large, "json_too_large", "more than " + std::to_string(limits_.values_max) + " JSON values"),
        ec);
  }

  bool refuse(Error error, boost::system::error_code& ec) {
    fault = std::move(error);
    ec = make_error_code(json::error::extra_data);  // only stops the parser; `fault` is what is answered
    return false;
  }

  // Where the innermost open container stands.
  std::string pointer() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < frames_.size(); ++i) {
      const Frame& frame = frames_[i];
      append_token(out, frame.value.is_array() ? std::to_string(frame.value.get_array().size()) : frame.key);
    }
    return out;
  }

  const JsonLimits& limits_;
  std::size_t values_ = 0;
  std::vector<Frame> frames_;
  std::string text_;
};

class Writer {
 public:
  explicit Writer(std::string& to) : out(to) {}
  std::string& out;
  const char* fault = nullptr;

  bool write(const json::value& value, int depth) {
    if (depth > depth_max) return refuse("nested deeper than 64");
    switch (value.kind()) {
      case json::kind::string: return text(std::string_view(value.get_string()));
      case json::kind::int64: {
        const std::int64_t number = value.get_int64();
        if (number > limit || number < -limit) return refuse("an integer beyond 2^53");
        return integer(number);
      }
      case json::kind::uint64:
        if (value.get_uint64() > static_cast<std::uint64_t>(limit)) return refuse("an integer beyond 2^53");
        return integer(static_cast<std::int64_t>(value.get_uint64()));
      case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return true;
      case json::kind::array: return array(value.get_array(), depth);
      case json::kind::object: return object(value.get_object(), depth);
      case json::kind::double_: return refuse("a floating point number");
      case json::kind::null: return refuse("a null");
    }
    return refuse("an unknown kind of value");
  }

  bool text(std::string_view value) {
    out += '"';
    std::size_t copied = 0;
    for (std::size_t i = 0; i < value.size();) {
      while (value.size() - i >= plain_block_bytes && plain_block(value.data() + i)) i += plain_block_bytes;
      if (value.size() - i >= 8) {
        const unsigned plain = plain_bytes(value.data() + i);
        i += plain;
        if (plain == 8) continue;
      }
      if (i == value.size()) break;
      const auto byte = static_cast<unsigned char>(value[i]);
      if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
        ++i;
        continue;
      }
      if (byte >= 0x80) {
        const std::size_t length = utf8_length(value.substr(i, 4));
        if (length == 0) return refuse("ill-formed UTF-8");
        i += length;
        continue;
      }
      out.append(value, copied, i - copied);
      escape(byte);
      copied = ++i;
    }
    out.append(value, copied);
    out += '"';
    return true;
  }

  bool object(const json::object& members, int depth) {
    if (depth > depth_max) return refuse("nested deeper than 64");
    boost::container::small_vector<const json::key_value_pair*, 32> sorted;
    sorted.reserve(members.size());
    for (const auto& member : members) sorted.push_back(&member);
    const auto less = [](const auto* a, const auto* b) { return utf16_less(a->key(), b->key()); };
    if (!std::is_sorted(sorted.begin(), sorted.end(), less)) std::sort(sorted.begin(), sorted.end(), less);
    out += '{';
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      if (i != 0) out += ',';
      if (!text(sorted[i]->key())) return false;
      out += ':';
      if (!write(sorted[i]->value(), depth + 1)) return false;
    }
    out += '}';
    return true;
  }

 private:
  static constexpr int depth_max = 64;
  static constexpr std::int64_t limit = std::int64_t{1} << 53;

  bool refuse(const char* what) {
    fault = what;
    return false;
  }

  bool integer(std::int64_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
    return true;
  }

  bool array(const json::array& items, int depth) {
    out += '[';
    bool first = true;
    for (const json::value& item : items) {
      if (!first) out += ',';
      first = false;
      if (!write(item, depth + 1)) return false;
    }
    out += ']';
    return true;
  }

  void escape(unsigned char byte) {
    static constexpr char digits[] = "0123456789abcdef";
    switch (byte) {
      case '"': out += "\\\""; return;
      case '\\': out += "\\\\"; return;
      case '\b': out += "\\b"; return;
      case '\t': out += "\\t"; return;
      case '\n': out += "\\n"; return;
      case '\f': out += "\\f"; return;
      case '\r': out += "\\r"; return;
      default:
        out += "\\u00";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
  }
};

Error not_canonical(const char* fault) {
  return fail(Errc::invalid, "not_canonical", std::string("canonical JSON cannot hold ") + fault);
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
  json::parse_options options;
  options.max_depth = limits.depth_max;
  json::basic_parser<Builder> parser(options, limits);
  boost::system::error_code ec;
  const std::size_t consumed = parser.write_some(false, text.data(), text.size(), ec);
  Builder& builder = parser.handler();
  if (builder.fault) return std::move(*builder.fault);
  if (ec == json::error::too_deep) {
    return fail(Errc::too_large, "json_too_deep", "nested deeper than " + std::to_string(limits.depth_max));
  }
  const std::string where = " at byte " + std::to_string(consumed);
  if (ec == json::error::incomplete) return fail(Errc::invalid, "bad_json", "the text ends in the middle" + where);
  if (const auto at = ec ? ill_formed_at(text) : std::nullopt)
    return fail(Errc::invalid, "bad_json", "ill-formed UTF-8 at byte " + std::to_string(*at));
  if (ec) return fail(Errc::invalid, "bad_json", ec.message() + where);
  if (consumed < text.size()) return fail(Errc::invalid, "bad_json", "more bytes follow the JSON text" + where);
  return std::move(builder.root);
}

Result<std::string> canonical_json(const json::value& value) {
  std::string out;
  out.reserve(512);
  Writer writer(out);
  if (!writer.write(value, 0)) return not_canonical(writer.fault);
  return out;
}

Result<void> append_canonical(std::string& out, const json::object& members) {
  Writer writer(out);
  if (!writer.object(members, 0)) return not_canonical(writer.fault);
  return {};
}

Result<void> append_canonical(std::string& out, std::string_view text) {
  Writer writer(out);
  if (!writer.text(text)) return not_canonical(writer.fault);
  return {};
}

}  // namespace quotary
