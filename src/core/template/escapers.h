// Texts made safe inside HTML, JavaScript and URLs, byte for byte as Go's html, js and urlquery.
#pragma once

#include <string>
#include <string_view>

namespace eventer::tmpl {

void AppendHtmlEscaped(std::string& out, std::string_view text);
void AppendJsEscaped(std::string& out, std::string_view text);
void AppendUrlEscaped(std::string& out, std::string_view text);  // as in a query: blank is +

}  // namespace eventer::tmpl
