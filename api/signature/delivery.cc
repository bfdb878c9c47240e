#include "api/signature/delivery.h"

#include "signing/message_code.h"

#include <mutex>
#include <utility>
#include <vector>

namespace quotary::signature {
namespace {

constexpr const char* signature_header = "Quotary-Signature";

class FolderDelivery final : public Delivery {
 public:
  FolderDelivery(std::shared_ptr<FileSystem> files, std::string directory, std::shared_ptr<const Clock> clock)
      : files_(std::move(files)), directory_(std::move(directory)), clock_(std::move(clock)) {}

  Result<void> deliver(const Message& message) override {
    const std::lock_guard lock(mutex_);
    const auto now = clock_->now();
    // A message that is sent again takes its own place again: its id is the name.
    const auto path = directory_ + "/" + message.kind + "-" + sha256(message.id).hex().substr(0, 32) + ".json";
    if (const auto written = write_file_durably(*files_, path, message_text(message, now), 0600); !written)
      return fail(Errc::unavailable, "delivery_failed", "the delivery folder cannot be written");
    return {};
  }

 private:
  const std::shared_ptr<FileSystem> files_;
  const std::string directory_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
};

class HookDelivery final : public Delivery {
 public:
  HookDelivery(http::Url url, signing::Secret secret, http::ClientConfig config, std::shared_ptr<const Clock> clock)
      : client_(std::move(url), std::move(config)), secret_(std::move(secret)), clock_(std::move(clock)) {}

  Result<void> deliver(const Message& message) override {
    const std::lock_guard lock(mutex_);
    const auto now = clock_->now();
    auto body = message_text(message, now);
    const auto seconds = std::to_string(now.unix_ms / 1000);
    const auto code = signing::message_code(secret_.view(), seconds + "." + body).hex();
    QUOTARY_TRY(answer, client_.post("", "application/json", std::move(body),
                                     {{signature_header, "t=" + seconds + ",v1=" + code}}));
    if (answer.status >= 200 && answer.status < 300) return {};
    // Its words may repeat what it was sent.
    return fail(Errc::unavailable, "delivery_refused", "the delivery hook answered " + std::to_string(answer.status));
  }
  void cancel() override { client_.cancel(); }

 private:
  http::Client client_;
  const signing::Secret secret_;
  const std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;  // the client, which is for one thread
};

}  // namespace

std::string message_text(const Message& message, Timestamp now) {
  return json::serialize(json::object{{"id", message.id},
                                      {"kind", message.kind},
                                      {"channel", message.channel},
                                      {"address", message.address},
                                      {"language", message.language},
                                      {"time", format_rfc3339(now)},
                                      {"content", message.content}});
}

Result<std::shared_ptr<Delivery>> folder_delivery(std::shared_ptr<FileSystem> files, std::string directory,
                                                  std::shared_ptr<const Clock> clock) {
  QUOTARY_TRY_VOID(files->make_directory(directory, 0700));
  return std::shared_ptr<Delivery>(
      std::make_shared<FolderDelivery>(std::move(files), std::move(directory), std::move(clock)));
}

Result<std::shared_ptr<Delivery>> hook_delivery(std::string_view url, signing::Secret secret, http::ClientConfig client,
                                                std::shared_ptr<const Clock> clock) {
  QUOTARY_TRY(parsed, http::parse_http_url(url));
  return std::shared_ptr<Delivery>(
      std::make_shared<HookDelivery>(std::move(parsed), std::move(secret), std::move(client), std::move(clock)));
}

Result<signing::Secret> read_delivery_secret(FileSystem& files, const std::string& path) {
  QUOTARY_TRY(text, read_file(files, path, delivery_secret_bytes_max + 1));
  if (text.ends_with('\n')) text.pop_back();
  if (text.size() < delivery_secret_bytes_min || text.size() > delivery_secret_bytes_max)
    return fail(Errc::invalid, "bad_delivery_secret", path + ": a secret has 16 to 4,096 bytes in one line");
  return signing::Secret(std::move(text));
}

}  // namespace quotary::signature
