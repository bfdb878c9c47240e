// How links, codes and notices leave the house: a port with two implementations.
#pragma once

#include "api/http/client.h"
#include "ledger/base/file_system.h"
#include "ledger/base/json.h"
#include "ledger/base/time.h"
#include "signing/keys.h"

#include <memory>
#include <string>
#include <string_view>

namespace quotary::signature {

inline constexpr std::size_t delivery_secret_bytes_min = 16, delivery_secret_bytes_max = 4'096;

// One message to one person. The words around it are the receiver's matter; what must be in it is `content`.
struct Message {
  std::string id;       // the same whenever the same message is sent again
  std::string kind;     // invitation code reminder signed completed declined revoked voided added
  std::string channel;  // email phone, or person: then the address is the id of one of the organisation's people
  std::string address;
  std::string language;  // zh-CN en
  json::object content;
};
// {"id","kind","channel","address","language","time","content"}; the time is that of the attempt.
[[nodiscard]] std::string message_text(const Message& message, Timestamp now);

// Safe to call from any thread; one message at a time goes out. deliver() blocks.
class Delivery {
 public:
  virtual ~Delivery() = default;
  // Errc::unavailable when it was not taken: `delivery_refused`, those of http::Client, or the disk's. An error's
  // detail never holds what the message holds.
  [[nodiscard]] virtual Result<void> deliver(const Message& message) = 0;
  // Ends the one under way and refuses all later ones.
  virtual void cancel() {}
};

// Each message a file of mode 0600 in `directory`, which is made (0700) when it is missing: for demonstrations and
// tests. Whoever reads the folder can sign as the customer.
[[nodiscard]] Result<std::shared_ptr<Delivery>> folder_delivery(std::shared_ptr<FileSystem> files,
                                                                std::string directory,
                                                                std::shared_ptr<const Clock> clock);

// POSTs each message as JSON to a URL, with `Quotary-Signature: t=<POSIX seconds>,v1=<hex>`: HMAC-SHA-256 under the
// secret over the seconds, a full stop and the body. Any 2xx is success. Errc::invalid `bad_url`.
[[nodiscard]] Result<std::shared_ptr<Delivery>> hook_delivery(std::string_view url, signing::Secret secret,
                                                              http::ClientConfig client,
                                                              std::shared_ptr<const Clock> clock);
// The secret in a file, without the line feed at its end. Errc::invalid `bad_delivery_secret`; the disk's errors.
[[nodiscard]] Result<signing::Secret> read_delivery_secret(FileSystem& files, const std::string& path);

}  // namespace quotary::signature
