#include "tools/quotary/command.h"

#include "ledger/quote/parse.h"

#include <cstdio>
#include <filesystem>

namespace quotary::cli {
namespace {

struct InitOptions {
  Places places;
  api::NewOrganisation made;
  std::string seller_file;
};

constexpr std::size_t seller_bytes_max = 64u << 10;

// A file stands in the data folder while it is being made, so that an interrupted run is known as one by the next.
Result<std::unique_ptr<api::Organisation>> make(const InitOptions& options) {
  const auto files = posix_file_system();
  const auto& places = options.places;
  const auto mark = places.data + "/init-unfinished";
  if (files->exists(mark) || files->exists(mark + ".new")) {
    return fail(Errc::conflict, "init_unfinished",
                "an earlier init was interrupted, so nothing was ever issued from here: remove " + places.data + " and " + places.keys + ", then run init again");
  }
  std::error_code ignored;
  if (std::filesystem::exists(places.data, ignored) && !std::filesystem::is_empty(places.data, ignored)) {
    return fail(Errc::conflict, "folder_not_empty", places.data + " holds something already; an organisation is made into a new folder only");
  }
  QUOTARY_TRY_VOID(files->make_directory(places.data));
  QUOTARY_TRY_VOID(write_file_durably(*files, mark, "quotary init\n"));
  auto organisation = api::Organisation::create(places.config(), options.made);
  // What was refused for its input has made nothing yet.
  const bool refused = !organisation && (organisation.error().kind == Errc::invalid || organisation.error().kind == Errc::conflict);
  if (organisation || refused) QUOTARY_TRY_VOID(files->remove(mark));
  return organisation;
}

int init(InitOptions options) {
  if (auto complete = options.places.complete(); !complete) return report(complete.error()), exit_unchecked;
  while (!options.made.public_url.empty() && options.made.public_url.back() == '/') options.made.public_url.pop_back();
  if (!options.seller_file.empty()) {
    const auto text = read_file(*posix_file_system(), options.seller_file, seller_bytes_max);
    if (!text) return report(text.error()), exit_unchecked;
    const auto value = parse_json(*text);
    if (!value) return report(value.error()), exit_unchecked;
    auto seller = parse_party(*value, "");
    if (!seller) return report(seller.error()), exit_unchecked;
    options.made.seller = std::move(*seller);
  }
  options.made.development_seal = options.places.seal_certificate.empty() && options.places.seal_pkcs12.empty();
  const auto organisation = make(options);
  if (!organisation) return report(organisation.error());
  std::printf("Made the ledger %s in %s; keys in %s\nIts verification key: %s", options.made.origin.c_str(), options.places.data.c_str(),
              options.places.keys.c_str(), (*organisation)->vkey().c_str());
  if (options.made.development_seal) std::puts("The seal is a self-signed development certificate: get a real one before you issue (--seal-certificate, --seal-key).");
  std::puts("Publish the verification key where others keep it. Back up the key folder, apart from the data.");
  return exit_ok;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<InitOptions>();
  auto* command = app.add_subcommand("init", "make an organisation's ledger and keys; origin and public URL are set once, for ever");
  add_places(*command, options->places, true);
  command->add_option("--origin", options->made.origin, "the log's name, a URL without scheme: ledger.example.com/quotes")->required();
  command->add_option("--public-url", options->made.public_url, "printed into every QR code: use a domain that you keep for decades")->required()->envname("QUOTARY_PUBLIC_URL");
  command->add_option("--time-zone", options->made.time_zone, "IANA name; decides the day and year of numbers")->capture_default_str();
  auto* name = command->add_option("--seller-name", options->made.seller.name, "the organisation's legal name");
  auto* file = command->add_option("--seller", options->seller_file, "JSON file with the seller's profile, as `seller` in a quote")->excludes(name);
  command->callback([options, name, file, &exit_code] {
    if (name->empty() && file->empty()) throw CLI::RequiredError("--seller-name or --seller");
    exit_code = init(*options);
  });
}

}  // namespace quotary::cli
