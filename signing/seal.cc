#include "signing/seal.h"

#include "ledger/base/bytes.h"
#include "signing/cms.h"
#include "signing/document_check.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <ctime>
#include <map>

namespace quotary::signing {

namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const { Free(object); }
};
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
struct FreeChain {
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
};
using Chain = std::unique_ptr<STACK_OF(X509), FreeChain>;

constexpr std::size_t contents_hex = 2 * 16 * 1024;

Bio memory(std::string_view bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

Timestamp time_of(const ASN1_TIME* time) {
  std::tm parts{};
  QUOTARY_CHECK(ASN1_TIME_to_tm(time, &parts) == 1);
  return {static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

std::string padded(std::uint64_t value) {
  std::string text = std::to_string(value);
  return std::string(10 - std::min<std::size_t>(10, text.size()), '0') + text;
}

// "D:YYYYMMDDHHMMSSZ" (ISO 32000-1 section 7.9.4).
std::string pdf_date(Timestamp time) {
  const std::string text = format_rfc3339(time);
  std::string out = "D:";
  for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18}) out += text[at];
  return out + "Z";
}

// A text string in UTF-16BE as hexadecimal; `text` is valid UTF-8.
std::string pdf_text(std::string_view text) {
  std::string out("\xfe\xff");
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = size == 1 ? lead : lead & (0xffu >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k) point = (point << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3f);
    i += size;
    if (point >= 0x10000) {
      point -= 0x10000;
      put_u16(out, static_cast<std::uint16_t>(0xd800 + (point >> 10)));
      point = 0xdc00 + (point & 0x3ff);
    }
    put_u16(out, static_cast<std::uint16_t>(point));
  }
  return "<" + to_hex(out) + ">";
}

// What an appended revision must know of the document before it.
struct Base {
  std::map<std::uint64_t, std::uint64_t> offsets;  // object number -> offset
  std::uint64_t startxref = 0, size = 0;
  std::string trailer, root;  // trailer's dictionary; catalogue's object number
};

Error not_ours(const char* why) { return fail(Errc::internal, "not_sealable", std::string("the document is not of our own profile: ") + why); }

// Text of a number's value after `key`, digits only.
std::string digits_after(std::string_view text, std::string_view key) {
  std::size_t at = text.find(key);
  if (at == text.npos) return {};
  at += key.size();
  while (at < text.size() && (text[at] == ' ' || text[at] == '\n')) ++at;
  std::size_t end = at;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  return std::string(text.substr(at, end - at));
}

Result<Base> read_base(std::string_view pdf) {
  Base base;
  const std::size_t start = pdf.rfind("startxref");
  const std::size_t trailer = pdf.rfind("trailer");
  if (start == pdf.npos || trailer == pdf.npos) return not_ours("no cross-reference table");
  auto offset = parse_u64(digits_after(pdf.substr(start), "startxref"));
  if (!offset || *offset >= pdf.size()) return not_ours("startxref");
  base.startxref = *offset;
  base.trailer = pdf.substr(trailer, start - trailer);
  base.root = digits_after(base.trailer, "/Root");
  auto size = parse_u64(digits_after(base.trailer, "/Size"));
  if (!size || base.root.empty()) return not_ours("trailer");
  base.size = *size;
  std::string_view table = pdf.substr(base.startxref);
  if (!table.starts_with("xref")) return not_ours("no classic table");
  table.remove_prefix(table.find('\n') + 1);
  while (!table.starts_with("trailer")) {
    const std::size_t line = table.find('\n');
    const std::size_t space = table.find(' ');
    if (line == table.npos || space >= line) return not_ours("table header");
    auto first = parse_u64(table.substr(0, space));
    auto count = parse_u64(digits_after(table.substr(0, line), " "));
    table.remove_prefix(line + 1);
    if (!first || !count || *count * 20 > table.size()) return not_ours("table section");
    for (std::uint64_t i = 0; i < *count; ++i, table.remove_prefix(20)) {
      if (table[17] == 'n') base.offsets[*first + i] = std::strtoull(std::string(table.substr(0, 10)).c_str(), nullptr, 10);
    }
  }
  return base;
}

// The object's text from "<<" to its last ">>", without stream.
Result<std::string> dictionary_of(std::string_view pdf, const Base& base, std::uint64_t number) {
  const auto found = base.offsets.find(number);
  if (found == base.offsets.end() || found->second >= pdf.size()) return not_ours("a missing object");
  const std::string_view rest = pdf.substr(found->second);
  const std::string_view object = rest.substr(0, std::min(rest.find("endobj"), rest.find("stream\n")));
  const std::size_t begin = object.find("<<");
  const std::size_t end = object.rfind(">>");
  if (begin == object.npos || end == object.npos || end < begin) return std::string();
  return std::string(object.substr(begin, end - begin));
}

class FileSeal final : public Seal {
 public:
  FileSeal(Key key, Certificate certificate, Chain chain) : key_(std::move(key)), certificate_(std::move(certificate)), chain_(std::move(chain)) {}

  Timestamp not_after() const override { return time_of(X509_get0_notAfter(certificate_.get())); }

  std::string subject() const override {
    const Bio text(BIO_new(BIO_s_mem()));
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate_.get()), 0, (XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)));
    return taken(text);
  }

  std::string certificate_pem() const override {
    const Bio text(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(text.get(), certificate_.get());
    for (int i = 0; i < sk_X509_num(chain_.get()); ++i) PEM_write_bio_X509(text.get(), sk_X509_value(chain_.get(), i));
    return taken(text);
  }

  Result<std::string> seal(std::string_view pdf, const SealRequest& request) const override {
    if (not_after() < request.must_outlive) {
      return fail(Errc::invalid, "seal_certificate_too_short",
                  "the seal's certificate ends at " + format_rfc3339(not_after()) + ", before " + format_rfc3339(request.must_outlive) +
                      ": shorten the validity or have the administrator renew the certificate");
    }
    QUOTARY_TRY(base, read_base(pdf));
    std::uint64_t field = 0;
    std::string field_text;
    for (const auto& [number, offset] : base.offsets) {
      QUOTARY_TRY(text, dictionary_of(pdf, base, number));
      if (text.find("/FT /Sig") == text.npos || (text.find("/T (" + request.field + ")") == text.npos)) continue;
      if (text.find("/V ") != text.npos) return fail(Errc::conflict, "field_signed", "the field " + request.field + " is signed already");
      field = number;
      field_text = std::move(text);
    }
    if (field == 0) return fail(Errc::invalid, "field_missing", "the document has no signature field " + request.field);
    const std::uint64_t catalogue = *parse_u64(base.root);
    QUOTARY_TRY(catalogue_text, dictionary_of(pdf, base, catalogue));
    const std::uint64_t signature = base.size;
    const std::string reference = std::to_string(signature) + " 0 R";

    std::string out(pdf);
    if (out.back() != '\n') out += '\n';
    std::map<std::uint64_t, std::size_t> offsets;
    const auto object = [&](std::uint64_t number, const std::string& body) {
      offsets[number] = out.size();
      out += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
    };
    object(catalogue, catalogue_text + "/Perms <</DocMDP " + reference + ">>\n>>");
    object(field, field_text + "/V " + reference + "\n>>");
    const std::string range_place(4 + 3 * 11 + 8, ' ');
    std::string body = "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n/M (" + pdf_date(request.signing_time) + ")\n";
    if (!request.name.empty()) body += "/Name " + pdf_text(request.name) + "\n";
    if (!request.reason.empty()) body += "/Reason " + pdf_text(request.reason) + "\n";
    if (!request.location.empty()) body += "/Location " + pdf_text(request.location) + "\n";
    body += "/Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 2 /V /1.2 >> >> ]\n";
    body += "/ByteRange [" + range_place + "]\n/Contents <" + std::string(contents_hex, '0') + ">\n>>";
    object(signature, body);
    const std::size_t table = out.size();
    out += "xref\n";
    for (const auto& [number, offset] : offsets) out += std::to_string(number) + " 1\n" + padded(offset) + " 00000 n \n";
    const std::size_t id_at = base.trailer.find("/ID");
    const std::size_t id_end = base.trailer.find(']', id_at == base.trailer.npos ? 0 : id_at);
    const std::string info = digits_after(base.trailer, "/Info");
    out += "trailer\n<< /Size " + std::to_string(signature + 1) + " /Root " + base.root + " 0 R";
    if (!info.empty()) out += " /Info " + info + " 0 R";
    if (id_at != base.trailer.npos && id_end != base.trailer.npos) out += " " + base.trailer.substr(id_at, id_end - id_at + 1);
    out += " /Prev " + std::to_string(base.startxref) + " >>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";

    const std::size_t contents = out.find("/Contents <", offsets[signature]) + 10;
    const std::size_t after = contents + contents_hex + 2;
    const std::string range = "0 " + padded(contents) + " " + padded(after) + " " + padded(out.size() - after);
    QUOTARY_CHECK(range.size() <= range_place.size());
    out.replace(out.find("/ByteRange [", offsets[signature]) + 12, range.size(), range);
    // Fixed width: trailing blanks stay inside the brackets, so the closing one is moved up to the last number.
    std::size_t bracket = out.find(']', out.find("/ByteRange [", offsets[signature]));
    std::swap(out[bracket], out[out.find("/ByteRange [", offsets[signature]) + 12 + range.size()]);

    const std::string signed_bytes = out.substr(0, contents) + out.substr(after);
    QUOTARY_TRY(der, sign_detached(certificate_.get(), key_.get(), chain_.get(), signed_bytes));
    const std::string hex = to_hex(der);
    if (hex.size() > contents_hex) return fail(Errc::internal, "seal_too_large", "the certificate chain does not fit the 16 KiB kept for the signature");
    out.replace(contents + 1, hex.size(), hex);
    QUOTARY_TRY(finding, check_seal(out, ""));
    if (!finding.valid) return fail(Errc::internal, "seal_self_check", "the sealed document does not pass its own check: " + finding.reason);
    return out;
  }

 private:
  static std::string taken(const Bio& bio) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  }

  Key key_;
  Certificate certificate_;
  Chain chain_;
};

Result<std::string> key_file(FileSystem& files, const std::string& path) {
  auto bytes = read_file(files, path, 1 << 20);
  if (bytes) return bytes;
  const bool missing = bytes.error().kind == Errc::not_found;
  return fail(Errc::unavailable, missing ? "seal_key_missing" : "seal_key_unreadable",
              bytes.error().detail + (missing ? "; put the seal's key there or name it in the settings" : "; the server's user must be able to read it"));
}

Error unsuitable(const std::string& path, const char* why) { return fail(Errc::unavailable, "seal_key_unsuitable", path + ": " + why); }

}  // namespace

Result<std::shared_ptr<const Seal>> Seal::load(FileSystem& files, const SealKeyFiles& paths, Timestamp now) {
  ERR_clear_error();
  Key key;
  Certificate certificate;
  Chain chain(sk_X509_new_null());
  std::string where = paths.certificate_path;
  if (!paths.pkcs12_path.empty()) {
    where = paths.pkcs12_path;
    QUOTARY_TRY(bytes, key_file(files, where));
    const Bio bio = memory(bytes);
    const std::unique_ptr<PKCS12, Deleter<PKCS12_free>> box(d2i_PKCS12_bio(bio.get(), nullptr));
    if (!box) return unsuitable(where, "not a PKCS#12 file");
    EVP_PKEY* raw_key = nullptr;
    X509* raw_certificate = nullptr;
    STACK_OF(X509)* raw_chain = nullptr;
    if (PKCS12_parse(box.get(), paths.pkcs12_password.c_str(), &raw_key, &raw_certificate, &raw_chain) != 1) {
      ERR_clear_error();
      return fail(Errc::unavailable, "seal_key_password", where + ": the password does not open it");
    }
    key.reset(raw_key);
    certificate.reset(raw_certificate);
    if (raw_chain != nullptr) chain.reset(raw_chain);
  } else {
    QUOTARY_TRY(certificates, key_file(files, paths.certificate_path));
    QUOTARY_TRY(key_text, key_file(files, paths.key_path));
    const Bio certificate_bio = memory(certificates);
    certificate.reset(PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr));
    while (X509* next = PEM_read_bio_X509(certificate_bio.get(), nullptr, nullptr, nullptr)) sk_X509_push(chain.get(), next);
    const Bio key_bio = memory(key_text);
    key.reset(PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, const_cast<char*>("")));
    OPENSSL_cleanse(key_text.data(), key_text.size());
    if (!key) return unsuitable(paths.key_path, "no private key in PEM without a password");
  }
  ERR_clear_error();
  if (!certificate || !key) return unsuitable(where, "a certificate with its key is needed");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return fail(Errc::unavailable, "seal_key_mismatch", where + ": key and certificate do not belong together");
  }
  const std::uint32_t usage = X509_get_key_usage(certificate.get());
  if ((usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) return unsuitable(where, "its key usage does not allow signatures");
  const bool elliptic = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_EC && EVP_PKEY_get_bits(key.get()) == 256;
  const bool rsa = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= 2048;
  if (!elliptic && !rsa) return unsuitable(where, "neither ECDSA P-256 nor RSA of 2048 bits or more");
  if (now < time_of(X509_get0_notBefore(certificate.get())) || time_of(X509_get0_notAfter(certificate.get())) < now) {
    return fail(Errc::unavailable, "seal_certificate_expired", where + ": the certificate is not valid now; install its successor");
  }
  return std::shared_ptr<const Seal>(new FileSeal(std::move(key), std::move(certificate), std::move(chain)));
}

Result<SealKeyFiles> make_development_seal(FileSystem& files, const std::string& directory, const std::string& organisation, Timestamp now, Random& random) {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate(X509_new());
  QUOTARY_CHECK(key && certificate);
  X509* const out = certificate.get();
  X509_set_version(out, 2);
  std::string serial = random.bytes(16);
  serial[0] = static_cast<char>((serial[0] & 0x3f) | 0x40);
  const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), 16, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(out));
  const std::int64_t seconds = now.unix_ms / 1000;
  ASN1_TIME_set(X509_getm_notBefore(out), static_cast<std::time_t>(seconds - 3600));
  ASN1_TIME_set(X509_getm_notAfter(out), static_cast<std::time_t>(seconds + 3652LL * 86400));
  X509_NAME* const name = X509_get_subject_name(out);
  const auto part = [&](const char* kind, const std::string& text) {
    X509_NAME_add_entry_by_txt(name, kind, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()), -1, 0);
  };
  part("O", organisation.substr(0, 60).empty() ? "Quotary" : organisation);
  part("CN", "DEVELOPMENT ONLY 仅供开发");
  X509_set_issuer_name(out, name);
  X509_set_pubkey(out, key.get());
  for (const auto& [kind, value] : {std::pair{NID_basic_constraints, "critical,CA:FALSE"}, std::pair{NID_key_usage, "critical,digitalSignature,nonRepudiation"}}) {
    const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
    QUOTARY_CHECK(extension != nullptr && X509_add_ext(out, extension.get(), -1) == 1);
  }
  QUOTARY_CHECK(X509_sign(out, key.get(), EVP_sha256()) > 0);
  const Bio key_bio(BIO_new(BIO_s_mem()));
  const Bio certificate_bio(BIO_new(BIO_s_mem()));
  QUOTARY_CHECK(PEM_write_bio_PrivateKey(key_bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  QUOTARY_CHECK(PEM_write_bio_X509(certificate_bio.get(), out) == 1);
  SealKeyFiles paths;
  paths.certificate_path = directory + "/seal.cert.pem";
  paths.key_path = directory + "/seal.key.pem";
  for (const auto& [path, bio] : {std::pair{paths.key_path, key_bio.get()}, std::pair{paths.certificate_path, certificate_bio.get()}}) {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(bio, &bytes);
    QUOTARY_TRY_VOID(write_file_durably(files, path, {bytes, static_cast<std::size_t>(size)}));
  }
  return paths;
}

}  // namespace quotary::signing
