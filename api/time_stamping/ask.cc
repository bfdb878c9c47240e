#include "api/time_stamping/ask.h"

#include "api/http/message.h"

namespace quotary::time_stamping {

Result<signing::TimeToken> ask_authority(http::Transport& authority, const Hash& imprint, std::string_view roots_pem,
                                         const Clock& clock, Random& random) {
  QUOTARY_TRY(query, signing::make_time_query(imprint, random));
  QUOTARY_TRY(answer, authority.post(query.der));
  if (answer.status != 200)
    return fail(Errc::unavailable, "status_" + std::to_string(answer.status),
                "it answered " + std::to_string(answer.status) + ": " + http::said_by_server(answer.body));
  const std::string_view type = std::string_view(answer.content_type).substr(0, answer.content_type.find(';'));
  if (!http::equal_ignoring_case(type, signing::time_reply_type))
    return fail(Errc::invalid, "bad_time_reply",
                "it answered with " + http::said_by_server(answer.content_type) + ", not " + signing::time_reply_type);
  return signing::check_time_reply(answer.body, query, roots_pem, clock.now());
}

}  // namespace quotary::time_stamping
