// Routing, decoding, problems, rates and metrics without sockets.
#include "api/http/metrics.h"
#include "api/http/parser.h"
#include "api/http/problem.h"
#include "api/http/range.h"
#include "api/http/rate_limit.h"
#include "api/http/router.h"

#include <gtest/gtest.h>
#include <boost/json.hpp>

namespace quotary::http {
namespace {

std::string code_of(const auto& result) { return result ? "ok" : result.error().code; }

TEST(Decoding, IsStrict) {
  EXPECT_EQ(*percent_decode("a%20b+%E4%B8%AD", false), "a b+中");
  EXPECT_EQ(*percent_decode("a+b", true), "a b");
  for (const auto* bad :
       {"%", "%2", "%zz", "a%", "%e4", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%00", "%0a", "%7F", "%2 0"}) {
    EXPECT_EQ(code_of(percent_decode(bad, false)), "bad_encoding") << bad;
  }
}

TEST(Range, OneAtATime) {
  const auto asked = [](std::string_view range, std::uint64_t size = 100) {
    return asked_range(range, "", "\"e\"", size);
  };
  const auto part = [&](std::string_view range) {
    const auto found = asked(range);
    return found.kind == RangeKind::part ? content_range(found.range, 100) : "none";
  };
  EXPECT_EQ(part("bytes=0-0"), "bytes 0-0/100");
  EXPECT_EQ(part("Bytes=99-"), "bytes 99-99/100");
  EXPECT_EQ(part("bytes=10-1000"), "bytes 10-99/100");
  EXPECT_EQ(part("bytes=-1"), "bytes 99-99/100");
  EXPECT_EQ(part("bytes=-1000"), "bytes 0-99/100");
  EXPECT_EQ(part("bytes=-18446744073709551615"), "bytes 0-99/100");
  for (const auto* whole : {"", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "bytes=a-b", "bytes=1",
                            "x=0-1", "bytes=99999999999999999999-"})
    EXPECT_EQ(asked(whole).kind, RangeKind::whole) << whole;
  for (const auto* beyond : {"bytes=100-", "bytes=-0", "bytes=18446744073709551615-"})
    EXPECT_EQ(asked(beyond).kind, RangeKind::unsatisfiable) << beyond;
  EXPECT_EQ(asked("bytes=-5", 0).kind, RangeKind::unsatisfiable);
  EXPECT_EQ(content_range({}, 100), "bytes */100");
  EXPECT_EQ(asked_range("bytes=0-1", "\"e\"", "\"e\"", 10).kind, RangeKind::part);
  for (const auto* other : {"\"f\"", "W/\"e\"", "Sat, 28 Nov 2026 00:00:00 GMT"})
    EXPECT_EQ(asked_range("bytes=0-1", other, "\"e\"", 10).kind, RangeKind::whole) << other;
}

TEST(Decoding, SplitsPaths) {
  EXPECT_EQ(*split_path("/"), std::vector<std::string>{});
  EXPECT_EQ(*split_path("/a/b%3Fc/"), (std::vector<std::string>{"a", "b?c", ""}));
  for (const auto* bad : {"", "a", "/a%2Fb", "/../a", "/a/.", "/%2e%2e/a"})
    EXPECT_EQ(code_of(split_path(bad)), "bad_path") << bad;
}

TEST(Decoding, ReadsQueries) {
  const auto query = *parse_query("a=1&b=x%3Dy&c&&d=");
  EXPECT_EQ(query.at("a"), "1");
  EXPECT_EQ(query.at("b"), "x=y");
  EXPECT_EQ(query.at("c"), "");
  EXPECT_EQ(query.size(), 4u);
  EXPECT_EQ(code_of(parse_query("a=1&%61=2")), "duplicate_parameter");
  EXPECT_EQ(code_of(parse_query("=1")), "bad_query");
  std::string many;
  for (int i = 0; i < 65; ++i) many += "p" + std::to_string(i) + "&";
  EXPECT_EQ(code_of(parse_query(many)), "too_many_parameters");
}

TEST(Decoding, TakesBothFormsOfTarget) {
  Request request;
  ASSERT_TRUE(parse_target("http://host:80/a/b?c=d", request));
  EXPECT_EQ(request.path, "/a/b");
  EXPECT_EQ(request.query_value("c"), "d");
  ASSERT_TRUE(parse_target("/x", request));
  EXPECT_TRUE(request.query.empty());
  EXPECT_FALSE(parse_target("*", request));
  EXPECT_FALSE(parse_target("/a#b", request));
}

class Routing : public ::testing::Test {
 protected:
  Routing() {
    const auto add = [&](const char* method, const char* pattern) {
      router.add(method, pattern, {}, [](auto, auto) {});
    };
    add("GET", "/");
    add("GET", "/v1/quotes");
    add("POST", "/v1/quotes");
    add("POST", "/v1/quotes:preview");
    add("GET", "/v1/quotes/{number}");
    add("GET", "/v1/quotes/{number}/pdf");
    add("POST", "/v1/quotes/{quote}/void-requests");
    add("GET", "/v1/quotes/latest");
    add("GET", "/log/tile/entries/{path*}");
    add("GET", "/log/tile/{path*}");
  }
  std::string find(const char* method, const char* path) {
    const auto match = router.match(method, *split_path(path));
    if (!match.route) return match.allow.empty() ? "404" : "405 " + match.allow;
    std::string out = match.route->pattern;
    for (const auto& [name, value] : match.params) out += " " + name + "=" + value;
    return out;
  }
  Router router;
};

TEST_F(Routing, FindsTheMostLiteralRoute) {
  EXPECT_EQ(find("GET", "/"), "/");
  EXPECT_EQ(find("POST", "/v1/quotes:preview"), "/v1/quotes:preview");
  EXPECT_EQ(find("GET", "/v1/quotes/A-1"), "/v1/quotes/{number} number=A-1");
  EXPECT_EQ(find("HEAD", "/v1/quotes/A-1/pdf"), "/v1/quotes/{number}/pdf number=A-1");
  EXPECT_EQ(find("POST", "/v1/quotes/A/void-requests"), "/v1/quotes/{quote}/void-requests quote=A");
  EXPECT_EQ(find("GET", "/v1/quotes/latest"), "/v1/quotes/latest");
  EXPECT_EQ(find("GET", "/v1/quotes/latest/pdf"), "/v1/quotes/{number}/pdf number=latest");
  EXPECT_EQ(find("GET", "/log/tile/0/x001/067.p/8"), "/log/tile/{path*} path=0/x001/067.p/8");
  EXPECT_EQ(find("GET", "/log/tile/entries/000"), "/log/tile/entries/{path*} path=000");
}

TEST_F(Routing, SaysWhatIsMissing) {
  EXPECT_EQ(find("DELETE", "/v1/quotes"), "405 GET, HEAD, POST");
  EXPECT_EQ(find("GET", "/v1/quotes:preview"), "405 POST");
  EXPECT_EQ(find("PUT", "/log/tile/1"), "405 GET, HEAD");
  for (const auto* path : {"/v1", "/v1/quotes/", "/v1/quotes/A/", "/log/tile", "/v2/quotes", "//v1/quotes"})
    EXPECT_EQ(find("GET", path), "404") << path;
}

// What a log and a problem may show of a path that holds a token, also where it led to no route or was malformed.
TEST(SecretPaths, AreToldByTheirPattern) {
  Router router;
  router.add("GET", "/open/{name}", {}, [](auto, auto) {});
  router.add("GET", "/sign/{token}", {.path_is_secret = true}, [](auto, auto) {});
  const auto told = [&](const char* method, const char* target) {
    Request request;
    request.method = method;
    (void)parse_target(target, request);
    const auto match = router.match(request.method, request.segments);
    return router.told_path(match.route, request);
  };
  EXPECT_EQ(told("GET", "/open/name?x=1"), "/open/name");
  EXPECT_EQ(told("GET", "/nothing/here"), "/nothing/here");
  EXPECT_EQ(told("GET", "/sign/TOKEN"), "/sign/{token}");
  EXPECT_EQ(told("GET", "/%73ign/TOKEN"), "/sign/{token}");
  for (const char* target :
       {"/sign/TOKEN/more", "/sign/TOKEN%zz", "/%73ign/TOKEN/more", "/%73ign/TOKEN%zz", "//sign/TOKEN"})
    EXPECT_EQ(told("GET", target).find("TOKEN"), std::string::npos) << target;
  EXPECT_EQ(told("POST", "/sign/TOKEN").find("TOKEN"), std::string::npos);
}

TEST(Problems, HaveTheirStatus) {
  const std::pair<Errc, int> statuses[]{{Errc::invalid, 422},     {Errc::unauthenticated, 401}, {Errc::forbidden, 403},
                                        {Errc::not_found, 404},   {Errc::conflict, 409},        {Errc::too_large, 413},
                                        {Errc::overloaded, 503},  {Errc::corrupt, 500},         {Errc::storage, 500},
                                        {Errc::unavailable, 503}, {Errc::internal, 500}};
  for (const auto& [kind, status] : statuses) EXPECT_EQ(status_of(fail(kind, "x", "")), status);
  EXPECT_EQ(status_of(fail(Errc::invalid, "bad_json", "")), 400);
  EXPECT_EQ(status_of(fail(Errc::invalid, "idempotency_key_missing", "")), 400);
}

TEST(Problems, FollowRfc9457) {
  Error error = fail(Errc::invalid, "quote_invalid", "two faults");
  error.problems = {{"/lines/0/quantity", "not_positive", "must be above 0"}};
  const auto response = problem_response(error, "/v1/quotes");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(
      *response.body,
      R"({"type":"about:blank","title":"Unprocessable Content","status":422,"code":"quote_invalid","detail":"two faults",)"
      R"("instance":"/v1/quotes","errors":[{"pointer":"/lines/0/quantity","code":"not_positive","detail":"must be above 0"}]})");
}

TEST(Problems, KeepTheInsideInside) {
  const auto response = problem_response(fail(Errc::storage, "disk_full", "/srv/secret"), "");
  EXPECT_EQ(response.body->find("secret"), std::string::npos);
  EXPECT_EQ(response.log_detail, "disk_full: /srv/secret");
  const auto named = problem_response(
      fail(Errc::corrupt, "payload_damaged", "payload pdf of entry 7: its stored bytes are damaged"), "");
  EXPECT_EQ(named.status, 500);
  EXPECT_NE(
      named.body->find(
          "\"code\":\"payload_damaged\",\"detail\":\"payload pdf of entry 7: its stored bytes are damaged; the operator"),
      std::string::npos);
  EXPECT_NE(named.log_detail, "");
  const auto store = problem_response(fail(Errc::corrupt, "store_damaged", "block in /srv/secret"), "");
  EXPECT_EQ(store.body->find("secret"), std::string::npos);
  EXPECT_NE(store.body->find("is damaged on the server's disk"), std::string::npos);
  const auto has = [](const Response& each, std::string_view name) {
    for (const auto& header : each.headers) {
      if (header.first == name) return true;
    }
    return false;
  };
  EXPECT_TRUE(has(problem_response(fail(Errc::unauthenticated, "x", ""), ""), "WWW-Authenticate"));
  EXPECT_TRUE(has(problem_response(fail(Errc::unavailable, "x", ""), ""), "Retry-After"));
}

TEST(Rates, RefillAndStayBounded) {
  RateLimits limits;
  limits.classes = {{"c", {1, 2}}};
  limits.table_max = 10;
  RateLimiter limiter(limits);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 0), 0);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 0), 0);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 0), 1000);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 600), 400);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 1000), 0);
  EXPECT_EQ(limiter.take("c", "192.0.2.1", 500), 1000);  // a clock that stepped back gives nothing
  EXPECT_EQ(limiter.take("other", "192.0.2.1", 0), 0);
  for (int i = 0; i < 100; ++i) (void)limiter.take("c", "198.51.100." + std::to_string(i), 1000);
  EXPECT_EQ(limiter.size(), 10u);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(limiter.take("c", "127.0.0.1", 0), 0);
    EXPECT_EQ(limiter.take("c", "::1", 0), 0);
    EXPECT_EQ(limiter.take("c", "::ffff:127.0.0.1", 0), 0);
    EXPECT_EQ(limiter.take("c", "", 0), 0);
  }
}

TEST(Rates, ShareABucketPerIpv6Subnet) {
  RateLimits limits;
  limits.classes = {{"c", {1, 1}}};
  RateLimiter limiter(limits);
  EXPECT_EQ(limiter.take("c", "2001:db8:0:1::1", 0), 0);
  EXPECT_GT(limiter.take("c", "2001:db8:0:1::2", 0), 0);
  EXPECT_EQ(limiter.take("c", "2001:db8:0:2::1", 0), 0);
}

TEST(MetricsText, FollowsThePrometheusFormat) {
  Metrics metrics;
  metrics.counter("b_total", "Things.", {{"path", "a\"\\\n"}}).add(3);
  metrics.gauge("a", "Now.", [] { return 1.5; });
  metrics.histogram("c_seconds", "Times.").observe_us(300);
  metrics.histogram("c_seconds", "Times.").observe_us(20'000'000);
  const auto text = metrics.text();
  EXPECT_EQ(
      text.find(
          "# HELP a Now.\n# TYPE a gauge\na 1.5\n# HELP b_total Things.\n# TYPE b_total counter\nb_total{path=\"a\\\"\\\\\\n\"} 3\n"),
      0u);
  EXPECT_NE(text.find("c_seconds_bucket{le=\"0.00025\"} 0\nc_seconds_bucket{le=\"0.0005\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("c_seconds_bucket{le=\"+Inf\"} 2\nc_seconds_sum 20.0003\nc_seconds_count 2\n"),
            std::string::npos);
}

TEST(RequestHeaders, IgnoreCase) {
  Request request;
  request.headers = {{"Content-TYPE", "a"}, {"content-type", "b"}};
  EXPECT_EQ(request.header("content-type"), "a");
  EXPECT_FALSE(request.has_header("content"));
  request.headers.emplace_back("Cookie", "a=1; session=x=y;b=");
  EXPECT_EQ(request.cookie("session"), "x=y");
  EXPECT_EQ(request.cookie("b"), "");
  EXPECT_EQ(request.cookie("ession"), "");
}

TEST(ChunkedBodies, ArriveAByteAtATime) {
  const std::string head = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const auto& [framed, body] : {std::pair<std::string, std::string>{"0\r\n\r\n", ""},
                                     {"0\r\nTrailer: x\r\n\r\n", ""},
                                     {"3\r\nabc\r\n0\r\n\r\n", "abc"},
                                     {"1;x=y\r\na\r\n1\r\nb\r\n00\r\n\r\n", "ab"}}) {
    Request request;
    RequestParser parser(request, 1000);
    parser.set_body_max(1000);
    std::string held;
    for (const char c : head + framed) {
      ASSERT_FALSE(parser.is_done()) << framed;
      held.push_back(c);
      boost::system::error_code ec;
      do {
        held.erase(0, parser.put(boost::asio::buffer(held), ec));
      } while (!ec && !held.empty() && !parser.is_done());
      ASSERT_TRUE(!ec || ec == boost::beast::http::error::need_more) << framed << ec.message();
    }
    EXPECT_TRUE(parser.is_done()) << framed;
    EXPECT_EQ(parser.body(), body);
  }
}

}  // namespace
}  // namespace quotary::http
