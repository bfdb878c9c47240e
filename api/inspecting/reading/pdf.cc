// PDF by qpdf.
#include "api/inspecting/limits.h"
#include "api/inspecting/reading/civil_time.h"
#include "api/inspecting/reading/documents.h"
#include "api/inspecting/text.h"

// Clang 14 cannot read qpdf's own JSON in C++20, and nothing here needs more of it than its name.
class JSON;
#define JSON_HH
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>

#include <algorithm>
#include <map>
#include <new>

namespace quotary::inspecting {

namespace {

struct TooMuch : std::runtime_error {
  TooMuch() : std::runtime_error("more inflates than is read") {}
};

// Hashes what flows through it; nothing is kept.
class HashPipeline final : public Pipeline {
 public:
  HashPipeline(Sha256& hash, std::uint64_t& left_bytes)
      : Pipeline("hash", nullptr), hash_(hash), left_bytes_(left_bytes) {}
  void write(unsigned char const* data, std::size_t size) override {
    if (size > left_bytes_) throw TooMuch();
    left_bytes_ -= size;
    hash_.update({reinterpret_cast<const char*>(data), size});
  }
  void finish() override {}

 private:
  Sha256& hash_;
  std::uint64_t& left_bytes_;
};

class PdfReader {
 public:
  PdfReader(QPDF& pdf, ReadDocument& out) : pdf_(pdf), out_(out) {}

  void read() {
    read_information();
    find_actions();
    const auto& pages = pdf_.getAllPages();
    out_.document.count = static_cast<std::uint32_t>(pages.size());
    if (pages.size() > limits::parts_max) out_.flags.insert(Flag::over_limits);
    for (std::size_t i = 0; i < std::min(pages.size(), limits::parts_max); ++i) {
      Part part;
      part.content = content_of(pages[i]);
      part.text = hash_of_lines({});
      out_.document.parts.push_back(std::move(part));
    }
  }

 private:
  std::string text(QPDFObjectHandle from, const char* key) {
    QPDFObjectHandle value = from.getKey(key);
    return value.isString() ? value.getUTF8Value() : std::string();
  }

  void read_information() {
    QPDFObjectHandle information = pdf_.getTrailer().getKey("/Info");
    if (!information.isDictionary()) return;
    out_.document.title = clean_line(text(information, "/Title"), limits::title);
    out_.document.author = clean_line(text(information, "/Author"), limits::title);
    out_.document.created_at = parse_pdf_time(text(information, "/CreationDate"));
    out_.document.modified_at = parse_pdf_time(text(information, "/ModDate"));
  }

  // In every object, whether a page leads to it or not: a viewer's ways are many.
  void find_actions() {
    std::size_t seen = 0;
    std::vector<QPDFObjectHandle> left;
    for (QPDFObjectHandle& object : pdf_.getAllObjects()) {
      left.push_back(object);
      while (!left.empty()) {
        if (++seen > limits::pdf_values_max) throw TooMuch();
        QPDFObjectHandle value = left.back();
        left.pop_back();
        look_at(value, left);
      }
    }
  }

  void look_at(QPDFObjectHandle value, std::vector<QPDFObjectHandle>& left) {
    const auto push = [&](const QPDFObjectHandle& inner) {
      if (!QPDFObjectHandle(inner).isIndirect()) left.push_back(inner);
    };
    if (value.isStream()) value = value.getDict();
    if (value.isArray()) {
      for (const auto& item : value.getArrayAsVector()) push(item);
    } else if (value.isDictionary()) {
      const QPDFObjectHandle action = value.getKey("/S");
      const std::string name = QPDFObjectHandle(action).isName() ? QPDFObjectHandle(action).getName() : std::string();
      if (name == "/JavaScript" || value.hasKey("/JS") || value.hasKey("/JavaScript")) out_.flags.insert(Flag::script);
      if (name == "/Launch") out_.flags.insert(Flag::launch);
      for (const auto& [key, inner] : value.getDictAsMap()) push(inner);
    }
  }

  void hash_stream(QPDFObjectHandle stream, Sha256& hash, qpdf_stream_decode_level_e level) {
    HashPipeline pipeline(hash, left_bytes_);
    bool filtered = false;
    if (!stream.pipeStreamData(&pipeline, &filtered, 0, level, true)) out_.flags.insert(Flag::damaged);
  }

  // Pictures are mostly on many pages, and stay packed.
  const Hash& hash_of(const QPDFObjectHandle& stream) {
    const auto known = hashes_.find(stream.getObjGen());
    if (known != hashes_.end()) return known->second;
    Sha256 hash;
    hash_stream(stream, hash, qpdf_dl_none);
    return hashes_.emplace(stream.getObjGen(), hash.finish()).first->second;
  }

  // What is drawn, inflated, so that a file saved anew has the same; with its forms and pictures by their names.
  Hash content_of(QPDFObjectHandle page) {
    Sha256 out;
    for (QPDFObjectHandle& stream : page.getPageContents()) {
      hash_stream(stream, out, qpdf_dl_generalized);
      out.update("\n");
    }
    QPDFObjectHandle resources = page.getKey("/Resources");
    QPDFObjectHandle drawn = resources.isDictionary() ? resources.getKey("/XObject") : QPDFObjectHandle::newNull();
    if (drawn.isDictionary()) {
      for (const auto& [name, object] : drawn.getDictAsMap()) {
        if (!QPDFObjectHandle(object).isStream()) continue;
        out.update(name);
        out.update(hash_of(object).view());
      }
    }
    return out.finish();
  }

  QPDF& pdf_;
  ReadDocument& out_;
  std::map<QPDFObjGen, Hash> hashes_;
  std::uint64_t left_bytes_ = limits::pdf_inflated_bytes_max;
};

}  // namespace

ReadDocument read_pdf(std::string_view bytes) {
  ReadDocument out;
  out.kind = Kind::pdf;
  QPDF pdf;
  pdf.setSuppressWarnings(true);
  try {
    pdf.processMemoryFile("evidence", bytes.data(), bytes.size());
    if (pdf.isEncrypted()) out.flags.insert(Flag::encrypted);
    PdfReader(pdf, out).read();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const TooMuch&) {
    out.flags.insert(Flag::over_limits);
  } catch (const QPDFExc& fault) {
    out.flags.insert(fault.getErrorCode() == qpdf_e_password ? Flag::encrypted : Flag::damaged);
  } catch (const std::exception&) {
    out.flags.insert(Flag::damaged);
  }
  if (pdf.anyWarnings()) out.flags.insert(Flag::damaged);
  return out;
}

}  // namespace quotary::inspecting
