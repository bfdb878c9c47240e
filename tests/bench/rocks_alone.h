// RocksDB by itself, as its own users would write and scan it: the other side of the log's benchmark.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace quotary::testing {

// One thread.
class RocksAlone {
 public:
  explicit RocksAlone(const std::string& directory);
  ~RocksAlone();
  // One synced write of `width` values under the next keys.
  void write(std::size_t width, std::string_view value);
  // One value and one payload under the next keys, without syncing.
  void add(std::string_view value, std::string_view payload);
  // To files, so that a scan reads what a verifier reads.
  void flush();
  // Every value and then every payload with checksums, in key order.
  void scan(const std::function<void(std::string_view)>& visit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quotary::testing
