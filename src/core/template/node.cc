#include "core/template/node.h"

#include "core/template/json_text.h"
#include "core/template/quote.h"

namespace eventer::tmpl {
namespace {

void Write(std::string& out, const Node& node);

void WriteInParens(std::string& out, const Node& node) {
  const bool parens = node.type == NodeType::kPipe;
  if (parens) out += '(';
  Write(out, node);
  if (parens) out += ')';
}

void WriteJoined(std::string& out, const std::vector<std::string>& parts,
                 std::string_view between) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += between;
    out += parts[i];
  }
}

void WriteFields(std::string& out, const std::vector<std::string>& fields) {
  for (const std::string& field : fields) out += '.' + field;
}

void WriteCommand(std::string& out, const CommandNode& command) {
  for (std::size_t i = 0; i < command.args.size(); ++i) {
    if (i > 0) out += ' ';
    WriteInParens(out, *command.args[i]);
  }
}

void WritePipe(std::string& out, const PipeNode& pipe) {
  if (!pipe.decl.empty()) {
    WriteJoined(out, pipe.decl, ", ");
    out += pipe.is_assign ? " = " : " := ";
  }
  for (std::size_t i = 0; i < pipe.commands.size(); ++i) {
    if (i > 0) out += " | ";
    WriteCommand(out, *pipe.commands[i]);
  }
}

void WriteBranch(std::string& out, const BranchNode& branch) {
  out += branch.type == NodeType::kIf      ? "{{if "
         : branch.type == NodeType::kRange ? "{{range "
                                           : "{{with ";
  WritePipe(out, *branch.pipe);
  out += "}}";
  Write(out, *branch.list);
  if (branch.else_list) {
    out += "{{else}}";
    Write(out, *branch.else_list);
  }
  out += "{{end}}";
}

void WriteTemplate(std::string& out, const TemplateNode& node) {
  out += "{{template " + Quote(node.name);
  if (node.pipe) {
    out += ' ';
    WritePipe(out, *node.pipe);
  }
  out += "}}";
}

void WriteWord(std::string& out, const WordNode& word) {
  switch (word.type) {
    case NodeType::kBool:
      out += word.truth ? "true" : "false";
      break;
    case NodeType::kDot:
      out += '.';
      break;
    case NodeType::kNil:
      out += "nil";
      break;
    case NodeType::kString:
      out += word.text;
      break;
    case NodeType::kField:
      WriteFields(out, word.idents);
      break;
    case NodeType::kBreak:
      out += "{{break}}";
      break;
    case NodeType::kContinue:
      out += "{{continue}}";
      break;
    case NodeType::kEnd:
      out += "{{end}}";
      break;
    case NodeType::kElse:
      out += "{{else}}";
      break;
    default:
      WriteJoined(out, word.idents, ".");
  }
}

void WriteAction(std::string& out, const ActionNode& action) {
  out += "{{";
  WritePipe(out, *action.pipe);
  out += "}}";
}

void WriteChain(std::string& out, const ChainNode& chain) {
  WriteInParens(out, *chain.node);
  WriteFields(out, chain.fields);
}

void WriteList(std::string& out, const ListNode& list) {
  for (const NodePtr& node : list.nodes) Write(out, *node);
}

void Write(std::string& out, const Node& node) {
  switch (node.type) {
    case NodeType::kText:
      out += static_cast<const TextNode&>(node).text;
      break;
    case NodeType::kAction:
      WriteAction(out, static_cast<const ActionNode&>(node));
      break;
    case NodeType::kChain:
      WriteChain(out, static_cast<const ChainNode&>(node));
      break;
    case NodeType::kCommand:
      WriteCommand(out, static_cast<const CommandNode&>(node));
      break;
    case NodeType::kIf:
    case NodeType::kRange:
    case NodeType::kWith:
      WriteBranch(out, static_cast<const BranchNode&>(node));
      break;
    case NodeType::kList:
      WriteList(out, static_cast<const ListNode&>(node));
      break;
    case NodeType::kNumber:
      out += static_cast<const NumberNode&>(node).text;
      break;
    case NodeType::kPipe:
      WritePipe(out, static_cast<const PipeNode&>(node));
      break;
    case NodeType::kTemplate:
      WriteTemplate(out, static_cast<const TemplateNode&>(node));
      break;
    default:
      WriteWord(out, static_cast<const WordNode&>(node));
  }
}

}  // namespace

TextNode::TextNode(std::size_t p, std::string t)
    : Node(NodeType::kText, p),
      text(std::move(t)),
      json_string_behind{InJsonString(text, false), InJsonString(text, true)} {}

std::string ToString(const Node& node) {
  std::string out;
  Write(out, node);
  return out;
}

}  // namespace eventer::tmpl
