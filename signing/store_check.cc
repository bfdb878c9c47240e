#include "signing/store_check.h"

#include <algorithm>

namespace quotary::signing {

namespace {

Error bad(const std::string& what) {
  return fail(Errc::invalid, "store_malformed", "the store of validation data " + what);
}

class StoreReading {
 public:
  StoreReading(const StoreState& earlier, const std::map<std::uint32_t, RevisionObject>& added,
               std::set<std::uint32_t>& claimed)
      : earlier_(earlier), added_(added), claimed_(claimed) {}

  Result<StoreState> read(const PdfValue& value) {
    QUOTARY_TRY(store, part(value));
    if (!store->is(PdfValue::Kind::dictionary)) return bad("is no dictionary");
    for (const PdfMember& member : store->members) {
      if (member.key == "Type" && member.value.is_name("DSS")) continue;
      if (member.key == "VRI") {
        QUOTARY_TRY_VOID(signatures(member.value));
      } else if (member.key == "Certs" || member.key == "CRLs" || member.key == "OCSPs") {
        QUOTARY_TRY_VOID(array(member.key, member.value));
      } else {
        return bad("has a member that no store has");
      }
    }
    return std::move(out_);
  }

 private:
  // The value itself, or the object that it refers to.
  Result<const PdfValue*> part(const PdfValue& value) {
    if (!value.is(PdfValue::Kind::reference)) return &value;
    const auto number = static_cast<std::uint32_t>(value.number);
    const auto object = added_.find(number);
    const auto known = earlier_.parts.find(number);
    const PdfValue* found = nullptr;
    if (object != added_.end()) {
      if (object->second.object.stream) return bad("has a stream where a dictionary or an array is");
      // An object that was another thing before is replaced only as a part of the store.
      claimed_.insert(number);
      found = &object->second.object.value;
    } else if (known != earlier_.parts.end()) {
      found = &known->second;
    } else {
      return bad("names object " + std::to_string(number) + ", which is not its own");
    }
    if (!out_.parts.emplace(number, *found).second) return bad("uses one object in two places");
    return found;
  }

  Result<void> signatures(const PdfValue& value) {
    QUOTARY_TRY(all, part(value));
    if (!all->is(PdfValue::Kind::dictionary)) return bad("has a VRI that is no dictionary");
    for (const PdfMember& member : all->members) {
      if (member.key == "Type" && member.value.is_name("VRI")) continue;
      QUOTARY_TRY(entry, part(member.value));
      if (!entry->is(PdfValue::Kind::dictionary)) return bad("has an entry in VRI that is no dictionary");
      const std::string path = "VRI/" + member.key + "/";
      out_.arrays[path];
      for (const PdfMember& inner : entry->members) {
        if (inner.key == "Type" && inner.value.is_name("VRI")) continue;
        if (inner.key == "TU" && inner.value.is(PdfValue::Kind::string)) continue;
        if (inner.key == "TS") {
          QUOTARY_TRY_VOID(stream(path + inner.key, inner.value));
        } else if (inner.key == "Cert" || inner.key == "CRL" || inner.key == "OCSP") {
          QUOTARY_TRY_VOID(array(path + inner.key, inner.value));
        } else {
          return bad("has an entry in VRI with a member that none has");
        }
      }
    }
    return {};
  }

  Result<void> array(const std::string& path, const PdfValue& value) {
    QUOTARY_TRY(items, part(value));
    if (!items->is(PdfValue::Kind::array)) return bad("has no array in " + printable(path));
    out_.arrays[path];
    for (const PdfValue& item : items->items) QUOTARY_TRY_VOID(stream(path, item));
    return {};
  }

  Result<void> stream(const std::string& path, const PdfValue& value) {
    if (!value.is(PdfValue::Kind::reference)) return bad("has something else than a stream in " + printable(path));
    if (++entries_ > store_entries_max) return bad("has too many entries");
    const auto number = static_cast<std::uint32_t>(value.number);
    const auto object = added_.find(number);
    if (object != added_.end()) {
      if (earlier_.streams.contains(number)) return bad("replaces a stream that it has");
      if (!object->second.object.stream) return bad("has an object that is no stream");
      for (const PdfMember& member : object->second.object.value.members) {
        const bool allowed = member.key == "Length" || (member.key == "Filter" && member.value.is_name("FlateDecode"));
        if (!allowed) return bad("has a stream that says more than its length");
      }
      claimed_.insert(number);
    } else if (!earlier_.streams.contains(number)) {
      return bad("names object " + std::to_string(number) + ", which is not its own");
    }
    out_.streams.insert(number);
    out_.arrays[path].insert(number);
    return {};
  }

  static std::string printable(std::string_view path) {
    std::string out(path.substr(0, revision_words_bytes_max));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x21 || c > 0x7e; }, '?');
    return out;
  }

  const StoreState& earlier_;
  const std::map<std::uint32_t, RevisionObject>& added_;
  std::set<std::uint32_t>& claimed_;
  StoreState out_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<StoreState> check_store(const PdfValue& store, const StoreState& earlier,
                               const std::map<std::uint32_t, RevisionObject>& added, std::set<std::uint32_t>& claimed) {
  QUOTARY_TRY(found, StoreReading(earlier, added, claimed).read(store));
  for (const auto& [path, numbers] : earlier.arrays) {
    const auto kept = found.arrays.find(path);
    if (kept == found.arrays.end() ||
        !std::includes(kept->second.begin(), kept->second.end(), numbers.begin(), numbers.end()))
      return fail(Errc::invalid, "store_entries_lost", "the store of validation data lacks what it had before");
  }
  return found;
}

}  // namespace quotary::signing
