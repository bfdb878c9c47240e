// How secrets leave the memory.
#pragma once

#include <cstring>
#include <string>

namespace quotary {

inline void wipe(std::string& bytes) { explicit_bzero(bytes.data(), bytes.size()); }

// Wipes a text at the end of its scope, on whatever way that is left.
class WipedAtEnd {
 public:
  explicit WipedAtEnd(std::string& bytes) : bytes_(bytes) {}
  ~WipedAtEnd() { wipe(bytes_); }
  WipedAtEnd(const WipedAtEnd&) = delete;
  WipedAtEnd& operator=(const WipedAtEnd&) = delete;

 private:
  std::string& bytes_;
};

}  // namespace quotary
