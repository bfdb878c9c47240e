#include "pdfgen/container_text.h"

#include "pdfgen/podofo_container.h"

#include <libdeflate.h>

#include <memory>

namespace quotary::pdfgen {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += ' ';
    else
      out += c;
  }
  return out;
}

struct CompressorDeleter {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

// Compressors are large: each thread keeps the ones it used.
libdeflate_compressor* compressor(int level) {
  thread_local std::unique_ptr<libdeflate_compressor, CompressorDeleter> kept[13];
  auto& slot = kept[level];
  if (!slot) slot.reset(libdeflate_alloc_compressor(level));
  QUOTARY_CHECK(slot);
  return slot.get();
}

}  // namespace

Deflated deflate(std::string_view bytes, int level) {
  libdeflate_compressor* const engine = compressor(level);
  Deflated out;
  out.bytes.resize(libdeflate_zlib_compress_bound(engine, bytes.size()));
  const std::size_t size =
      libdeflate_zlib_compress(engine, bytes.data(), bytes.size(), out.bytes.data(), out.bytes.size());
  QUOTARY_CHECK(size > 0);
  out.bytes.resize(size);
  return out;
}

Deflated packed(std::string_view bytes, int level) {
  return bytes.size() <= plain_bytes_max ? Deflated{std::string(bytes), true} : deflate(bytes, level);
}

std::string pdf_date(Timestamp time) {
  std::string out = "D:";
  for (const char c : xmp_date(time))
    if ((c >= '0' && c <= '9') || c == 'Z') out += c;
  return out;
}

std::string xmp_date(Timestamp time) {
  constexpr std::size_t to_the_second = 19;
  return format_rfc3339(time).substr(0, to_the_second) + "Z";
}

std::string xmp_packet(const XmpInput& input) {
  const std::string date = xmp_date(input.time);
  const std::string producer(producer_name);
  std::string out =
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\""
      " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
      "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>\n"
      "<dc:format>application/pdf</dc:format>\n"
      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
      escaped(input.title) +
      "</rdf:li></rdf:Alt></dc:title>\n"
      "<dc:creator><rdf:Seq><rdf:li>" +
      escaped(input.author) + "</rdf:li></rdf:Seq></dc:creator>\n";
  if (!input.subject.empty())
    out += "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">" + escaped(input.subject) +
           "</rdf:li></rdf:Alt></dc:description>\n";
  out += "<dc:language><rdf:Bag><rdf:li>" + escaped(input.language) +
         "</rdf:li></rdf:Bag></dc:language>\n"
         "<xmp:CreatorTool>" +
         producer + "</xmp:CreatorTool><xmp:CreateDate>" + date +
         "</xmp:CreateDate>"
         "<xmp:ModifyDate>" +
         date + "</xmp:ModifyDate><xmp:MetadataDate>" + date +
         "</xmp:MetadataDate>\n"
         "<pdf:Producer>" +
         producer + "</pdf:Producer>\n</rdf:Description>\n";
  if (!input.properties.empty()) {
    out += "<rdf:Description rdf:about=\"\" xmlns:quotary=\"urn:quotary:document:1#\">\n";
    for (const auto& [name, value] : input.properties)
      out += "<quotary:" + std::string(name) + ">" + escaped(value) + "</quotary:" + std::string(name) + ">\n";
    out +=
        "</rdf:Description>\n"
        "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\""
        " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"
        "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n"
        "<pdfaSchema:schema>Quotary document properties</pdfaSchema:schema>"
        "<pdfaSchema:namespaceURI>urn:quotary:document:1#</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>quotary</pdfaSchema:prefix>\n<pdfaSchema:property><rdf:Seq>\n";
    for (const auto& entry : input.properties)
      out += "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>" + std::string(entry.first) +
             "</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType>"
             "<pdfaProperty:category>external</pdfaProperty:category>"
             "<pdfaProperty:description>Identifies the document in its ledger</pdfaProperty:description></rdf:li>\n";
    out += "</rdf:Seq></pdfaSchema:property>\n</rdf:li></rdf:Bag></pdfaExtension:schemas>\n</rdf:Description>\n";
  }
  return out + "</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>";
}

}  // namespace quotary::pdfgen
