// One HTTP request over a Unix socket. With Beast: an answer parser of our own would be one more to get wrong.
#pragma once

#include "ledger/base/result.h"

#include <string>

namespace quotary::cli {

struct SocketAnswer {
  int status = 0;
  std::string body;
};

// True when somebody accepts connections at the path; a socket file that a killed server left behind is not enough.
[[nodiscard]] bool socket_listens(const std::string& path);

// POSTs JSON and reads the whole answer (at most 1 MB, within 60 s). Errc::unavailable `server_gone`.
[[nodiscard]] Result<SocketAnswer> post_over_socket(const std::string& path, const std::string& target,
                                                    const std::string& body);

}  // namespace quotary::cli
