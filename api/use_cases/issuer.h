// The issuer: gives consecutive numbers to what has queued, fills in and seals in parallel, and appends.
#pragma once

#include "api/use_cases/parts.h"
#include "ledger/quote/number_pattern.h"
#include "pdfgen/quote_document.h"

#include <deque>
#include <future>
#include <thread>

namespace quotary::api {

// A quote ready for its number.
struct IssueJob {
  Principal caller;
  RequestIdentity request;
  Quote quote;
  pdfgen::QuoteDocument document;
  NumberPattern pattern;
  std::string customer;  // key subject of the private objects
};

struct Issued {
  Entry entry;
  std::string proof;
  NumberedQuote quote;
};

// Owns one thread. issue() may be called from any thread and waits for its outcome. The destructor finishes the queue.
class Issuer {
 public:
  explicit Issuer(const Organisation::Parts& parts);
  ~Issuer();
  Issuer(const Issuer&) = delete;
  Issuer& operator=(const Issuer&) = delete;

  [[nodiscard]] Result<Issued> issue(IssueJob job);

 private:
  struct Pending;
  using Batch = std::vector<std::shared_ptr<Pending>>;

  void run();
  void process(Batch batch);
  void number(Batch& batch);
  void fill_and_seal(Batch& batch);
  void append(Batch& batch);
  [[nodiscard]] Result<void> finish(Pending& pending) const;
  [[nodiscard]] Result<std::vector<Draft>> drafts(const Pending& pending, const StateReader& state) const;

  const Organisation::Parts& parts_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<Pending>> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace quotary::api
