// Files in a zip, by libzip, within limits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quotary::inspecting {

// A zip whose bytes outlive this. One thread.
class Archive {
 public:
  enum class Fault { none, damaged, over_limits, encrypted };

  // Nothing when it is no zip. One whose table already promises more than the limits opens with over_limits, and none
  // of its files is read.
  [[nodiscard]] static std::unique_ptr<Archive> open(std::string_view bytes);
  ~Archive();
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;
  // Its bytes inflated. Nothing when it is not there or cannot be read; fault() says why, and stays.
  [[nodiscard]] std::optional<std::string> read(const std::string& name);
  [[nodiscard]] Fault fault() const { return fault_; }

 private:
  struct Open;
  explicit Archive(std::unique_ptr<Open> open);
  void survey();

  std::unique_ptr<Open> open_;
  std::vector<std::string> names_;  // sorted
  Fault fault_ = Fault::none;
  std::uint64_t inflated_bytes_ = 0;  // so far
};

}  // namespace quotary::inspecting
