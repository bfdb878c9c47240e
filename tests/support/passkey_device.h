// A device that makes and uses a passkey as a browser would say it, by hand after the standard's tables.
#pragma once

#include "signing/openssl_handles.h"
#include "signing/passkey.h"

#include <string>
#include <string_view>

namespace quotary::testing {

inline constexpr std::string_view passkey_host = "quotes.example.com";
inline constexpr std::string_view passkey_origin = "https://quotes.example.com";

// Authenticator data up to the counter.
[[nodiscard]] std::string authenticator_header(char flags, std::string_view host = passkey_host);
[[nodiscard]] std::string client_data(std::string_view type, std::string_view challenge_base64url,
                                      std::string_view origin = passkey_origin, std::string_view more = "");

struct PasskeyDevice {
  int algorithm;
  signing::KeyPtr key;
  std::string id = "credential";
  std::string authenticator_data;  // of the making

  explicit PasskeyDevice(int chosen = -7);
  // The person is there and verified, unless the data says otherwise.
  [[nodiscard]] signing::PasskeyAssertion use(const std::string& client,
                                              const std::string& data = authenticator_header('\x05')) const;
};

}  // namespace quotary::testing
