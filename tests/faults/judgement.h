// What becomes of a call on a file of the folder that is watched: it is written down, and passed on or made to fail.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace quotary::testing {

// no_space: nothing is done. broken: of what was to be written the first half is there. shortened: that half, and it is
// no failure.
enum class How { passed, no_space, broken, shortened };

// Whether calls are watched: false before the settings were read, without them, and in every other process.
[[nodiscard]] bool watching();

// The path that an open file has now, and that a name in a folder leads to.
[[nodiscard]] std::string path_of(int descriptor);
[[nodiscard]] std::string path_at(int folder, const char* name);

// Below the folder; `.` for the folder itself, `-` for another path.
[[nodiscard]] std::string name_of(const std::string& path);

// Writes down a call on a path of the folder, and says what becomes of it; passed for another path. `more`: what a name
// becomes, a length, or "-". From any thread.
[[nodiscard]] How judge(const char* call, const std::string& path, const std::string& more);
// The same for bytes that are about to be written at `offset`, or at the file's own place when that is negative. What
// stands there is kept.
[[nodiscard]] How judge_write(const char* call, int descriptor, off64_t offset, std::size_t size);

// Whether the call is not to be made; errno says why.
[[nodiscard]] bool fails(How how);

}  // namespace quotary::testing
