// Milliseconds of CPU, on one thread, for a document rendered and sealed, in turns with ReportLab setting the bare
// page; every document is another on both sides: quotary_bench_pdf [ROUNDS [TRUETYPE_FACE_FOR_REPORTLAB]]
#include "ledger/base/json.h"
#include "pdfgen/quote_document.h"
#include "tests/support/sample_quotes.h"
#include "tests/support/seal_fixture.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace quotary;

namespace {

// Debian's fonts-wqy-zenhei: ReportLab embeds TrueType outlines only.
constexpr const char* default_face = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc";

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? -1 : values[values.size() / 2];
}

std::size_t pages(const std::string& pdf) {
  const std::size_t at = pdf.find("/Count ");
  return at == std::string::npos ? 0 : std::strtoul(pdf.c_str() + at + 7, nullptr, 10);
}

struct Sample {
  const char* name;
  Quote quote;
  std::size_t repeats;
  std::vector<double> prepare, finish, seal, whole, bare;
  std::size_t page_count = 0, bytes = 0;
};

// Another quote of the same length, as real traffic has them: every third Han character of buyer, items and terms
// becomes another frequent one, so each document asks for glyphs of its own.
Quote varied(Quote quote, std::uint32_t seed) {
  constexpr std::string_view frequent =
      "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部"
      "度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反";
  const auto change = [&](std::string& text) {
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
      const auto lead = static_cast<unsigned char>(text[i]);
      if (lead < 0xe4 || lead > 0xe9) continue;
      seed = seed * 1'664'525 + 1'013'904'223;
      if ((seed >> 24) % 3 == 0) text.replace(i, 3, frequent.substr((seed >> 8) % (frequent.size() / 3) * 3, 3));
      i += 2;
    }
  };
  change(quote.buyer.name);
  if (quote.buyer.contact) change(quote.buyer.contact->name);
  for (QuoteLine& line : quote.lines) {
    change(line.item.name);
    change(line.item.specification);
  }
  for (std::string* text : {&quote.payment_terms, &quote.delivery_terms, &quote.notes}) change(*text);
  return quote;
}

// The texts of our page, for the other side to set.
std::string texts_of(const Quote& quote) {
  json::array head, rows, closing, terms;
  for (const Party* party : {&quote.seller, &quote.buyer}) {
    for (const std::string& text : {party->name, party->name_en, party->legal_id, party->tax_id})
      head.emplace_back(text);
    if (party->address)
      head.emplace_back(party->address->region + party->address->city + party->address->lines.front());
    if (party->contact)
      head.emplace_back(party->contact->name + " " + party->contact->phone + " " + party->contact->email);
    if (party->bank) head.emplace_back(party->bank->bank_name + " " + party->bank->account_number);
  }
  for (const QuoteLine& line : quote.lines) {
    rows.emplace_back(json::array{std::to_string(rows.size() + 1), line.item.seller_id, line.item.name, line.quantity,
                                  line.unit.name, line.unit_price, line.discount ? line.discount->percent + "%" : "",
                                  line.tax.rate + "%", line.line_extension, line.item.specification});
  }
  const auto total = [&](std::string_view label, const std::string& figure) {
    closing.emplace_back(json::array{label, figure});
  };
  total("行金额合计 Lines total", quote.totals.line_extension);
  for (const DocumentAmount& one : quote.allowances) total(one.reason, one.amount);
  for (const TaxTotal& tax : quote.tax_totals) total("税额 Tax " + tax.rate + "% " + tax.taxable, tax.tax);
  total("应付总额 Total", quote.totals.payable);
  for (const std::string& text :
       {quote.amount_in_words, quote.delivery_terms, quote.payment_terms, quote.incoterms, quote.notes})
    terms.emplace_back(text);
  return json::serialize(json::object{{"head", head}, {"rows", rows}, {"closing", closing}, {"terms", terms}});
}

double reportlab_ms(const std::string& texts, const std::string& face, std::string& how) {
  const std::string command = "/usr/bin/python3 '" QUOTARY_SOURCE_DIR "/tests/bench/reportlab_page.py' '" + texts +
                              "' " + face + " 2>/dev/null";
  char mode[32] = "absent";
  FILE* pipe = popen(command.c_str(), "r");
  double value = -1;
  if (!pipe || fscanf(pipe, "%lf %31s", &value, mode) != 2) value = -1;
  if (pipe) pclose(pipe);
  how = mode;
  return value;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t rounds = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 9;
  const std::string face = count > 2 ? arguments[2] : posix_file_system()->exists(default_face) ? default_face : "";
  const double before = cpu_ms();
  const auto fonts = pdfgen::Fonts::load({});
  if (!fonts) {
    std::fprintf(stderr, "%s\n", fonts.error().detail.c_str());
    return 1;
  }
  std::printf("fonts loaded once        %9.1f ms CPU\n", cpu_ms() - before);
  const testing::TemporaryFolder folder;
  const auto seal = testing::development_seal(folder);
  const Numbering numbering = testing::sample_numbering();
  Sample samples[] = {{"1 page, bilingual", testing::usd_quote(), 20, {}, {}, {}, {}, {}},
                      {"12 lines, Chinese", testing::cny_quote(), 20, {}, {}, {}, {}, {}},
                      {"100 lines", testing::long_quote(100), 10, {}, {}, {}, {}, {}},
                      {"10,000 lines", testing::long_quote(10'000), 1, {}, {}, {}, {}, {}}};
  std::string how;
  std::uint32_t number = 0;
  constexpr std::uint32_t reportlab_pages = 10;  // a warm-up and nine
  for (std::size_t round = 0; round < rounds; ++round)
    for (Sample& sample : samples) {
      const bool large = sample.quote.lines.size() >= 1000;
      if (large && round >= 2) continue;
      double prepare = 0, finish = 0, sealing = 0;
      for (std::size_t i = 0; i < sample.repeats; ++i) {
        const Quote quote = varied(sample.quote, ++number);
        const double start = cpu_ms();
        const auto document = pdfgen::QuoteDocument::prepare(*fonts, quote, {});
        const double prepared = cpu_ms();
        const auto bytes = document->finish(numbering, "{}");
        const double finished = cpu_ms();
        const auto sealed = seal->seal(*bytes, testing::seal_request());
        if (!sealed) {
          std::fprintf(stderr, "%s\n", sealed.error().detail.c_str());
          return 1;
        }
        sealing += cpu_ms() - finished;
        finish += finished - prepared;
        prepare += prepared - start;
        sample.page_count = pages(*bytes);
        sample.bytes = sealed->size();
      }
      const auto repeats = static_cast<double>(sample.repeats);
      sample.prepare.push_back(prepare / repeats);
      sample.finish.push_back(finish / repeats);
      sample.seal.push_back(sealing / repeats);
      sample.whole.push_back((prepare + finish + sealing) / repeats);
      if (large) continue;
      std::string page_texts;
      for (std::uint32_t i = 0; i < reportlab_pages; ++i)
        page_texts += (i == 0 ? "[" : ",") + texts_of(varied(sample.quote, number + i));
      testing::write_bytes(folder.file("page.json"), page_texts + "]");
      sample.bare.push_back(reportlab_ms(folder.file("page.json"), face, how));
    }
  std::printf("%-18s %6s %9s %9s %9s %9s %9s %15s %9s\n", "medians, ms CPU", "pages", "bytes", "prepare", "finish",
              "seal", "whole", "bare ReportLab", "ratio");
  for (const Sample& sample : samples) {
    const double whole = median(sample.whole), bare = median(sample.bare);
    std::printf("%-18s %6zu %9zu %9.2f %9.2f %9.2f %9.2f", sample.name, sample.page_count, sample.bytes,
                median(sample.prepare), median(sample.finish), median(sample.seal), whole);
    if (bare > 0) std::printf(" %15.2f %9.2f", bare, bare / whole);
    std::printf("\n");
  }
  std::printf("ReportLab's font: %s\n", how.c_str());
  if (face.empty())
    std::printf(
        "Only an embedded subset is the same work: apt-get install fonts-wqy-zenhei, or name a TrueType face.\n");
}
