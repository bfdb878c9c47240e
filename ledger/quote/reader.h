// Reads JSON members into values and lists every fault with its pointer instead of stopping at the first.
#pragma once

#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "ledger/quote/limits.h"
#include "ledger/quote/money.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary {

// The faults found so far; beyond the limit they are only counted.
class Faults {
 public:
  void add(std::string pointer, std::string code, std::string detail) {
    if (problems_.size() < limits::problems_max) {
      problems_.push_back({std::move(pointer), std::move(code), std::move(detail)});
    }
    ++count_;
  }
  void add(std::string pointer, const Error& error) { add(std::move(pointer), error.code, error.detail); }

  [[nodiscard]] bool none() const { return count_ == 0; }
  [[nodiscard]] bool full() const { return count_ > limits::problems_max; }
  // The one Error that carries them.
  [[nodiscard]] Error error(std::string code) &&;

 private:
  std::vector<Problem> problems_;
  std::size_t count_ = 0;
};

enum class Need { required, optional };

// `base` + "/" + the escaped token.
[[nodiscard]] std::string pointer_to(std::string_view base, std::string_view token);

// One JSON object. Members are asked for by name; finish() reports those nobody asked for. A reader over something that
// is no object reports that once and then answers absent for all.
class ObjectReader {
 public:
  ObjectReader(const json::value& value, std::string pointer, Faults& faults);

  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] std::string at(std::string_view name) const { return pointer_to(pointer_, name); }
  [[nodiscard]] bool has(std::string_view name) const { return object_ != nullptr && object_->contains(name); }

  // NFC text; empty when absent or faulty. Required text must not be blank.
  std::string text(std::string_view name, std::size_t limit, Need need = Need::optional);
  // Text that is one of `allowed`.
  std::string choice(std::string_view name, std::initializer_list<std::string_view> allowed,
                     Need need = Need::optional);
  // Text of printable ASCII from the extra signs, letters and digits: ids that are looked up.
  std::string token(std::string_view name, std::size_t limit, std::string_view extra, Need need = Need::optional);
  std::string decimal(std::string_view name, const DecimalRule& rule, Need need = Need::optional);
  std::optional<Date> date(std::string_view name, Need need = Need::optional);
  // The member itself, marked as known; nullptr when absent (reported when required).
  const json::value* member(std::string_view name, Need need = Need::optional);
  // An array with at most `most` items; nullptr when absent or faulty.
  const json::array* list(std::string_view name, std::size_t most, Need need = Need::optional);

  void finish();

 private:
  const json::string* string_member(std::string_view name, Need need);

  const json::object* object_ = nullptr;
  std::string pointer_;
  Faults& faults_;
  std::vector<std::string_view> known_;
};

// Checks of one text; false after adding the fault.
bool check_text(const json::value& value, const std::string& pointer, std::size_t limit, Faults& faults,
                std::string& out);

}  // namespace quotary
