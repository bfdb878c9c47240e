#include "tools/quotary/command.h"

#include "ledger/quote/parse.h"

#include <cstdio>

namespace quotary::cli {
namespace {

struct InitOptions {
  Places places;
  api::NewOrganisation made;
  std::string seller_file;
};

constexpr std::size_t seller_bytes_max = 64u << 10;

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
  options.made.development_seal = !options.places.seal.given();
  const auto organisation = api::Organisation::create(options.places.config(), options.made);
  if (!organisation) return report(organisation.error());
  std::printf("Made the ledger %s in %s; keys in %s\nIts verification key: %s", options.made.origin.c_str(),
              options.places.data.c_str(), options.places.keys.c_str(), (*organisation)->vkey().c_str());
  if (options.made.development_seal)
    std::puts(
        "The seal is a self-signed development certificate: get a real one before you issue (--seal-certificate, --seal-key).");
  std::puts("Publish the verification key where others keep it. Back up the key folder, apart from the data.");
  return exit_ok;
}

}  // namespace

void add_init(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<InitOptions>();
  auto* command = app.add_subcommand(
      "init", "make an organisation's ledger and keys; origin and public URL are set once, for ever");
  add_places(*command, options->places, true);
  command
      ->add_option("--origin", options->made.origin, "the log's name, a URL without scheme: ledger.example.com/quotes")
      ->required();
  command
      ->add_option("--public-url", options->made.public_url,
                   "printed into every QR code: use a domain that you keep for decades")
      ->required()
      ->envname("QUOTARY_PUBLIC_URL");
  command->add_option("--time-zone", options->made.time_zone, "IANA name; decides the day and year of numbers")
      ->capture_default_str();
  auto* name = command->add_option("--seller-name", options->made.seller.name, "the organisation's legal name");
  auto* file =
      command
          ->add_option("--seller", options->seller_file, "JSON file with the seller's profile, as `seller` in a quote")
          ->excludes(name);
  command->callback([options, name, file, &exit_code] {
    if (name->empty() && file->empty()) throw CLI::RequiredError("--seller-name or --seller");
    exit_code = init(*options);
  });
}

}  // namespace quotary::cli
