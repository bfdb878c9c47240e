#include "signing/security_store.h"

#include "signing/incremental_update.h"
#include "signing/openssl_handles.h"

#include <algorithm>
#include <array>

namespace quotary::signing {

namespace {

constexpr std::size_t sha1_bytes = 20;
constexpr std::string_view extensions = "/Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> >>\n";
constexpr std::string_view extension = "/ESIC << /BaseVersion /1.7 /ExtensionLevel 1 >> ";

Error bad(const std::string& what) { return not_our_profile("a security store with " + what); }

// The bytes of an unfiltered stream that revision `index` brings or finds.
Result<std::string> stream_bytes(const PdfFile& file, std::size_t index, std::uint32_t number) {
  QUOTARY_TRY(object, file.object_at(index, number));
  const PdfValue* length = object.value.find("Length");
  if (!object.stream || object.value.find("Filter") || object.value.find("F") || !length ||
      !length->is(PdfValue::Kind::integer) || length->number < 0)
    return bad("an object that is no unfiltered stream of a direct length");
  const auto& revisions = file.revisions();
  const auto own = std::find_if(revisions.begin(), revisions.end(),
                                [&](const PdfRevision& each) { return object.begin < each.xref; });
  std::string_view rest = file.bytes().substr(0, own->xref).substr(object.end);
  if (rest.starts_with("\r\n")) {
    rest.remove_prefix(2);
  } else if (rest.starts_with('\n')) {
    rest.remove_prefix(1);
  } else {
    return bad("a stream that does not begin on a new line");
  }
  const auto size = static_cast<std::size_t>(length->number);
  if (size > rest.size()) return bad("a stream that leaves its revision");
  if (size > material_bytes_max) return bad("a stream of more than " + std::to_string(material_bytes_max) + " bytes");
  std::string_view behind = rest.substr(size);
  if (!behind.starts_with("\nendstream") && !behind.starts_with("\r\nendstream"))
    return bad("a stream that is not as long as it says");
  return std::string(rest.substr(0, size));
}

// The references of an array; none when it is missing.
Result<std::vector<std::uint32_t>> references(const PdfValue& dictionary, std::string_view key) {
  std::vector<std::uint32_t> out;
  const PdfValue* array = dictionary.find(key);
  if (!array) return out;
  if (!array->is(PdfValue::Kind::array) || array->items.size() > material_items_max)
    return bad(std::string(key) + " that is no array of references, or too long");
  for (const PdfValue& item : array->items) {
    if (!item.is(PdfValue::Kind::reference)) return bad(std::string(key) + " that is no array of references");
    const auto number = static_cast<std::uint32_t>(item.number);
    if (std::find(out.begin(), out.end(), number) == out.end()) out.push_back(number);
  }
  return out;
}

Result<std::vector<std::string>> streams(const PdfFile& file, std::size_t index,
                                         const std::vector<std::uint32_t>& numbers, std::size_t& budget) {
  std::vector<std::string> out;
  for (const std::uint32_t number : numbers) {
    QUOTARY_TRY(bytes, stream_bytes(file, index, number));
    if (bytes.size() > budget) return bad("more than " + std::to_string(material_bytes_max) + " bytes");
    budget -= bytes.size();
    out.push_back(std::move(bytes));
  }
  return out;
}

Result<std::map<std::string, SecurityStore::Entry>> entries(const PdfValue& store) {
  std::map<std::string, SecurityStore::Entry> out;
  const PdfValue* all = store.find("VRI");
  if (!all) return out;
  if (!all->is(PdfValue::Kind::dictionary) || all->members.size() > material_items_max)
    return bad("a VRI that is no direct dictionary, or too long");
  for (const auto& [key, value] : all->members) {
    if (key == "Type") continue;
    const bool hexadecimal = key.size() == 2 * sha1_bytes && std::all_of(key.begin(), key.end(), [](char c) {
                               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
                             });
    if (!hexadecimal || !value.is(PdfValue::Kind::dictionary)) return bad("a VRI entry that is none");
    QUOTARY_TRY(certificates, references(value, "Cert"));
    QUOTARY_TRY(lists, references(value, "CRL"));
    QUOTARY_TRY(answers, references(value, "OCSP"));
    if (!out.emplace(key, SecurityStore::Entry{certificates, lists, answers}).second)
      return bad("two VRI entries of one name");
  }
  return out;
}

// Finds or makes the object of each DER, and adds it to the lists of the store and of the signature.
void take(const std::vector<std::string>& from, std::vector<std::string>& material, std::vector<std::uint32_t>& numbers,
          std::vector<std::uint32_t>& entry, std::uint32_t& next, std::vector<NewObject>& objects) {
  for (const std::string& der : from) {
    const auto found = std::find(material.begin(), material.end(), der);
    std::uint32_t number = 0;
    if (found != material.end()) {
      number = numbers[static_cast<std::size_t>(found - material.begin())];
    } else {
      number = next++;
      material.push_back(der);
      numbers.push_back(number);
      objects.push_back({number, "<<\n/Length " + std::to_string(der.size()) + "\n>>\nstream\n" + der + "\nendstream"});
    }
    if (std::find(entry.begin(), entry.end(), number) == entry.end()) entry.push_back(number);
  }
}

std::string array_of(std::string_view key, const std::vector<std::uint32_t>& numbers) {
  if (numbers.empty()) return {};
  std::string out = "/" + std::string(key) + " [ ";
  for (const std::uint32_t number : numbers) out += std::to_string(number) + " 0 R ";
  return out + "]\n";
}

std::string store_dictionary(const SecurityStore& store) {
  std::string out = "<<\n/Type /DSS\n" + array_of("Certs", store.certificates) +
                    array_of("CRLs", store.revocation_lists) + array_of("OCSPs", store.ocsp_answers) + "/VRI <<\n";
  for (const auto& [key, entry] : store.signatures) {
    out += "/" + key + " <<\n/Type /VRI\n" + array_of("Cert", entry.certificates) +
           array_of("CRL", entry.revocation_lists) + array_of("OCSP", entry.ocsp_answers) + ">>\n";
  }
  return out + ">>\n>>";
}

// The catalog as it stands in the file, but for these two.
Result<std::string> catalog_with_store(std::string_view pdf, const PdfValue& catalog, std::uint32_t store) {
  const std::string reference = std::to_string(store) + " 0 R";
  const PdfValue* known = catalog.find("Extensions");
  if (known && !known->is(PdfValue::Kind::dictionary))
    return not_our_profile("Extensions that is no direct dictionary");
  struct Edit {
    std::size_t begin, end;
    std::string text;
  };
  std::vector<Edit> edits;
  std::string behind;
  if (const PdfValue* old = catalog.find("DSS")) {
    edits.push_back({old->begin, old->end, reference});
  } else {
    behind += "/DSS " + reference + "\n";
  }
  if (!known) {
    behind += extensions;
  } else if (!known->find("ESIC")) {
    edits.push_back({known->end - 2, known->end - 2, std::string(extension)});
  }
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t at = catalog.begin;
  for (const Edit& edit : edits) {
    out += pdf.substr(at, edit.begin - at);
    out += edit.text;
    at = edit.end;
  }
  out += pdf.substr(at, catalog.end - 2 - at);
  return out + behind + ">>";
}

}  // namespace

std::string signature_key(std::string_view contents) {
  std::array<unsigned char, sha1_bytes> digest{};
  QUOTARY_CHECK(EVP_Digest(contents.data(), contents.size(), digest.data(), nullptr, EVP_sha1(), nullptr) == 1);
  std::string out = to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
  return out;
}

Result<std::optional<SecurityStore>> read_security_store(const PdfFile& file, std::size_t index) {
  QUOTARY_CHECK(index < file.revisions().size());
  const auto root = file.revisions()[index].trailer.reference("Root");
  if (!root) return not_our_profile("a trailer without Root");
  QUOTARY_TRY(catalog, file.object_at(index, *root));
  if (!catalog.value.find("DSS")) return std::optional<SecurityStore>();
  const auto number = catalog.value.reference("DSS");
  if (!number) return bad("its dictionary within the catalog");
  QUOTARY_TRY(dictionary, file.object_at(index, *number));
  if (dictionary.stream || !dictionary.value.is(PdfValue::Kind::dictionary)) return bad("no dictionary");
  SecurityStore out;
  std::size_t budget = material_bytes_max;
  const auto fill = [&](std::string_view key, std::vector<std::uint32_t>& numbers,
                        std::vector<std::string>& bytes) -> Result<void> {
    QUOTARY_TRY(found, references(dictionary.value, key));
    QUOTARY_TRY(read, streams(file, index, found, budget));
    numbers = std::move(found);
    bytes = std::move(read);
    return {};
  };
  QUOTARY_TRY_VOID(fill("Certs", out.certificates, out.material.certificates));
  QUOTARY_TRY_VOID(fill("CRLs", out.revocation_lists, out.material.revocation_lists));
  QUOTARY_TRY_VOID(fill("OCSPs", out.ocsp_answers, out.material.ocsp_answers));
  if (out.material.items() > material_items_max)
    return bad("more than " + std::to_string(material_items_max) + " objects");
  QUOTARY_TRY(signatures, entries(dictionary.value));
  out.signatures = std::move(signatures);
  return std::optional(std::move(out));
}

Result<std::string> append_security_store(std::string_view pdf, const std::vector<SignatureMaterial>& additions) {
  QUOTARY_TRY(file, PdfFile::read(pdf));
  QUOTARY_TRY(found, read_security_store(file, file.revisions().size() - 1));
  QUOTARY_TRY(next, next_object_number(file));
  const auto before = found ? found->signatures : std::map<std::string, SecurityStore::Entry>();
  std::size_t unreadable_before = 0;
  if (found) {
    QUOTARY_TRY(old, MaterialPool::read(found->material));
    unreadable_before = old.unreadable();
  }
  SecurityStore store = found ? std::move(*found) : SecurityStore();
  std::vector<NewObject> objects;
  for (const auto& [key, material] : additions) {
    QUOTARY_CHECK(key.size() == 2 * sha1_bytes);
    SecurityStore::Entry& entry = store.signatures[key];
    take(material.certificates, store.material.certificates, store.certificates, entry.certificates, next, objects);
    take(material.revocation_lists, store.material.revocation_lists, store.revocation_lists, entry.revocation_lists,
         next, objects);
    take(material.ocsp_answers, store.material.ocsp_answers, store.ocsp_answers, entry.ocsp_answers, next, objects);
  }
  if (objects.empty() && store.signatures == before)
    return fail(Errc::conflict, "security_store_complete", "the document's security store has all of this already");
  // The limits that a reader holds it to; what an earlier store brought along is kept as it is.
  QUOTARY_TRY(pool, MaterialPool::read(store.material));
  if (pool.unreadable() > unreadable_before)
    return fail(Errc::invalid, "bad_material", "material to store that cannot be read");
  QUOTARY_TRY(catalog, file.object(*file.trailer().reference("Root")));
  QUOTARY_TRY(new_catalog, catalog_with_store(pdf, catalog.value, next));
  objects.push_back({next, store_dictionary(store)});
  objects.push_back({catalog.number, new_catalog});
  QUOTARY_TRY(out, append_revision(file, std::move(objects)));
  // Read back: what cannot be found again must not be stored.
  QUOTARY_TRY(again, PdfFile::read(out));
  QUOTARY_TRY(read, read_security_store(again, again.revisions().size() - 1));
  if (!read || read->material != store.material || read->signatures != store.signatures)
    return fail(Errc::internal, "seal_failed", "the new security store reads differently");
  return out;
}

}  // namespace quotary::signing
