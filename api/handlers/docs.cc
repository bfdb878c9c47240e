// The page that people read about the calls, made from the OpenAPI document alone.
#include "api/handlers/endpoint.h"
#include "ledger/base/html.h"
#include "ledger/records/fields.h"

#include <map>

namespace quotary::api {
namespace {

using records::object_of;
using records::text_of;

// The document is our own: a reference is "#/components/schemas/Name".
std::string schema_name(const json::object& content) {
  for (const auto& [type, shape] : content) {
    const auto reference = text_of(object_of(shape.get_object(), "schema"), "$ref");
    if (!reference.empty()) return reference.substr(reference.rfind('/') + 1);
  }
  return {};
}

// "application/json, with a link to its schema."
std::string body_text(const json::object& content) {
  std::string out;
  for (const auto& [type, shape] : content) out += "<code>" + escape_html(type) + "</code>";
  if (const auto name = schema_name(content); !name.empty())
    out += " <a href=\"#" + escape_html(name) + "\">" + escape_html(name) + "</a>";
  return out;
}

std::string call_card(const std::string& method, const std::string& path, const json::object& operation) {
  std::string out = "<section class=\"card\"><p class=\"call\"><b>" + method + "</b> <code>" + escape_html(path) +
                    "</code></p><p>" + escape_html(text_of(operation, "x-summary-zh")) +
                    "</p><p class=\"en\" lang=\"en\">" + escape_html(text_of(operation, "summary")) + "</p>\n<dl>";
  const auto* security = operation.if_contains("security");
  const bool open = !security || security->get_array().empty();
  out += "<dt>权限 <span lang=\"en\">Access</span></dt><dd>" +
         std::string(open ? "公开 <span lang=\"en\">public</span>" : "<code>Authorization: Bearer</code>");
  for (const auto& [role, scope] : object_of(operation, "x-roles"))
    out +=
        "<br><code>" + escape_html(role) + "</code> <span class=\"en\">" + escape_html(scope.as_string()) + "</span>";
  out += "</dd>\n";
  if (const auto* parameters = operation.if_contains("parameters")) {
    out += "<dt>参数 <span lang=\"en\">Parameters</span></dt><dd>";
    for (const auto& each : parameters->get_array()) {
      const auto& parameter = each.get_object();
      out += "<code>" + escape_html(text_of(parameter, "name")) + "</code> <span class=\"en\">" +
             escape_html(text_of(parameter, "in")) +
             (parameter.at("required").as_bool() ? "，必填 <span lang=\"en\">required</span>" : "") + "</span><br>";
    }
    out += "</dd>\n";
  }
  if (operation.contains("requestBody"))
    out += "<dt>请求 <span lang=\"en\">Request</span></dt><dd>" +
           body_text(object_of(object_of(operation, "requestBody"), "content")) + "</dd>\n";
  out += "<dt>回答 <span lang=\"en\">Answers</span></dt><dd>";
  for (const auto& [status, answer] : object_of(operation, "responses"))
    out += "<code>" + escape_html(status == "default" ? std::string_view("4xx 5xx") : std::string_view(status)) +
           "</code> " + body_text(object_of(answer.get_object(), "content")) + "<br>";
  return out + "</dd></dl></section>\n";
}

// A schema's JSON, one member a line.
std::string pretty(const json::value& value, std::size_t depth) {
  const std::string indent(2 * depth + 2, ' '), closing(2 * depth, ' ');
  std::string out;
  if (value.is_object() && !value.get_object().empty()) {
    for (const auto& [name, member] : value.get_object())
      out += (out.empty() ? "{\n" : ",\n") + indent + json::serialize(json::value(name)) + ": " +
             pretty(member, depth + 1);
    return out + "\n" + closing + "}";
  }
  return json::serialize(value);
}

}  // namespace

std::string docs_page(const json::object& document) {
  std::map<std::string, std::string> by_tag;
  std::vector<std::string> order;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [name, each] : methods.get_object()) {
      const auto& operation = each.get_object();
      const std::string tag(operation.at("tags").as_array().at(0).as_string());
      std::string method(name);
      for (char& c : method) c = static_cast<char>(c - 'a' + 'A');
      if (!by_tag.contains(tag)) order.push_back(tag);
      by_tag[tag] += call_card(method, path, operation);
    }
  }
  auto out = begin_page("Quotary 接口说明 API");
  out +=
      "<h1>接口说明 <span lang=\"en\">API</span></h1><p>由 <a href=\"/openapi.json\">OpenAPI 3.1</a> 文档生成。错误以 "
      "<code>application/problem+json</code> "
      "回答，<code>code</code> 固定不变。</p><p class=\"en\" lang=\"en\">Made from the <a "
      "href=\"/openapi.json\">OpenAPI 3.1</a> document. Errors are "
      "<code>application/problem+json</code> with a stable <code>code</code>.</p>\n<ul>";
  for (const auto& tag : order)
    out += "<li><a href=\"#tag-" + tag + "\">" + std::string(chinese_tag(tag)) + " <span lang=\"en\">" + tag +
           "</span></a></li>";
  out += "<li><a href=\"#schemas\">数据结构 <span lang=\"en\">Schemas</span></a></li></ul>\n";
  for (const auto& tag : order)
    out += "<h2 id=\"tag-" + tag + "\">" + std::string(chinese_tag(tag)) + " <span lang=\"en\">" + tag +
           "</span></h2>\n" + by_tag[tag];
  out += "<h2 id=\"schemas\">数据结构 <span lang=\"en\">Schemas</span></h2>\n";
  for (const auto& [name, schema] : document.at("components").as_object().at("schemas").as_object())
    out += "<section class=\"card\" id=\"" + escape_html(name) + "\"><p><b>" + escape_html(name) + "</b></p><pre>" +
           escape_html(pretty(schema, 0)) + "</pre></section>\n";
  return out + "</main></body></html>\n";
}

}  // namespace quotary::api
