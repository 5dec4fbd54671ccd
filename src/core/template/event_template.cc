#include "eventer/event_template.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/template/event_data.h"
#include "core/template/executor.h"
#include "core/template/parser.h"

namespace eventer {
namespace {

using tmpl::ListNode;
using tmpl::Node;
using tmpl::NodeType;
using tmpl::TemplateSet;

// The first character of a template's own text that is no blank.
class FirstCharacter {
 public:
  explicit FirstCharacter(const TemplateSet& set) : set_(set) {}

  // '\0': there is none.
  char In(const ListNode& list) {
    for (const auto& node : list.nodes) {
      if (const char c = In(*node)) return c;
    }
    return '\0';
  }

 private:
  char In(const Node& node) {
    switch (node.type) {
      case NodeType::kText: {
        const std::string& text = static_cast<const tmpl::TextNode&>(node).text;
        const std::size_t at = text.find_first_not_of(" \t\r\n");
        return at == std::string::npos ? '\0' : text[at];
      }
      case NodeType::kIf:
      case NodeType::kRange:
      case NodeType::kWith: {
        const auto& branch = static_cast<const tmpl::BranchNode&>(node);
        const char c = In(*branch.list);
        return c || !branch.else_list ? c : In(*branch.else_list);
      }
      case NodeType::kTemplate:
        return InTemplate(static_cast<const tmpl::TemplateNode&>(node));
      default:
        return '\0';
    }
  }

  // Looks into each once: templates may call themselves.
  char InTemplate(const tmpl::TemplateNode& call) {
    const auto found = set_.find(call.name);
    if (found == set_.end() || !seen_.insert(call.name).second) return '\0';
    return In(*found->second);
  }

  const TemplateSet& set_;
  std::set<std::string_view> seen_;
};

TemplateError ToError(const tmpl::ParseError& error, std::string_view text) {
  const std::string_view before = text.substr(0, error.pos);
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return {error.text, error.line, static_cast<int>(before.size() - start) + 1};
}

}  // namespace

struct EventTemplate::Parsed {
  std::string name, text;
  TemplateSet set;
  bool json = false;
  Escaping escaping = Escaping::kJson;
};

std::variant<EventTemplate, TemplateError> EventTemplate::Parse(std::string_view name,
                                                                std::string_view text,
                                                                Escaping escaping) {
  auto parsed = std::make_shared<Parsed>();
  parsed->name = name;
  parsed->text = text;
  parsed->escaping = escaping;
  try {
    parsed->set = tmpl::Parser(parsed->name, parsed->text).Parse();
  } catch (const tmpl::ParseError& error) {
    return ToError(error, text);
  }
  const char first = FirstCharacter(parsed->set).In(*parsed->set.find(name)->second);
  parsed->json = first == '{' || first == '[';
  return EventTemplate(std::move(parsed));
}

RenderResult EventTemplate::Render(const Event& event) const {
  tmpl::Arena arena;
  const tmpl::EventData data(event, arena);
  tmpl::Executor executor(parsed_->set, parsed_->name, parsed_->text, arena);
  try {
    return {true, executor.Run(data.root(), parsed_->json && parsed_->escaping == Escaping::kJson)};
  } catch (const tmpl::ExecError& error) {
    return {false, error.text};
  }
}

bool EventTemplate::is_json() const { return parsed_->json; }

}  // namespace eventer
