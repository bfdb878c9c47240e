// Which photos of evidence look alike. The hashes of pictures stand in private objects alone, so they are gathered from
// these when they are first needed, and kept in memory.
#pragma once

#include "ledger/base/result.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace quotary::api {

inline constexpr std::size_t pictures_max = 100'000;  // the newest; some 120 bytes each

struct PicturePlace {
  std::uint64_t index = 0;  // of the entry that brought it
  std::uint64_t hash = 0;   // api/inspecting/picture_hash.h
  std::string case_id, item;
  std::uint64_t version = 0;
};

// Thread-safe. What is written while another looks is seen by one of the two: a picture is claimed before its entry is
// written, and settled or released after.
class PictureIndex {
 public:
  // Calls `gather` once, before anything else is asked; after its error the next call tries again. It gives the places
  // in any order.
  using Gather = std::function<Result<void>(const std::function<void(PicturePlace)>& give)>;
  [[nodiscard]] Result<void> fill(const Gather& gather);

  // Takes a picture that is about to be written, under a name of the caller's, and answers whether one of another case
  // looks like it. Again with the same name: the same.
  [[nodiscard]] bool claim(const std::string& name, const PicturePlace& picture);
  void release(const std::string& name);
  void settle(const std::string& name, std::uint64_t index);
  // Of a case that was erased: all that entries before `size` brought, also what is being gathered or written now.
  void forget_case(const std::string& case_id, std::uint64_t size);

  // The newest picture of another case that looks like the one which that entry brought, and came before it.
  [[nodiscard]] std::optional<PicturePlace> like(std::uint64_t index) const;

 private:
  void put(PicturePlace picture);

  mutable std::mutex mutex_;
  std::mutex filling_;
  bool filled_ = false;
  std::deque<PicturePlace> settled_;  // by index
  std::map<std::string, PicturePlace> claimed_;
  std::map<std::string, std::uint64_t> forgotten_;  // by case, up to which entry
};

}  // namespace quotary::api
