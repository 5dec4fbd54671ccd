// The part of the parser that reads pipelines: what stands between {{ and }}.
#include <algorithm>
#include <utility>

#include "core/template/functions.h"
#include "core/template/parser.h"
#include "core/template/quote.h"

namespace eventer::tmpl {
namespace {

bool IsConstant(NodeType type) {
  return type == NodeType::kBool || type == NodeType::kDot || type == NodeType::kNil ||
         type == NodeType::kNumber || type == NodeType::kString;
}

bool StartsCommand(Token token) {
  switch (token) {
    case Token::kBool:
    case Token::kCharConstant:
    case Token::kComplex:
    case Token::kDot:
    case Token::kField:
    case Token::kIdentifier:
    case Token::kNumber:
    case Token::kNil:
    case Token::kRawString:
    case Token::kString:
    case Token::kVariable:
    case Token::kLeftParen:
      return true;
    default:
      return false;
  }
}

std::unique_ptr<WordNode> MakeWord(NodeType type, std::size_t pos,
                                   std::vector<std::string> idents) {
  auto word = std::make_unique<WordNode>(type, pos);
  word->idents = std::move(idents);
  return word;
}

void Append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::unique_ptr<PipeNode> Parser::ParsePipeline(std::string_view context, Token end) {
  auto pipe = std::make_unique<PipeNode>(PeekNonSpace().pos);
  ParseDeclarations(*pipe, context);
  for (;;) {
    const Item item = NextNonSpace();
    if (item.token == end) {
      CheckPipeline(*pipe, context);
      return pipe;
    }
    if (!StartsCommand(item.token)) Unexpected(item, context);
    Backup();
    pipe->commands.push_back(ParseCommand());
  }
}

void Parser::ParseDeclarations(PipeNode& pipe, std::string_view context) {
  while (PeekNonSpace().token == Token::kVariable) {
    Item variable = Next();
    Item after = Peek();  // a blank is gone once one looks behind it
    const Item next = PeekNonSpace();
    const bool assigns = next.token == Token::kAssign || next.token == Token::kDeclare;
    const bool comma = next.token == Token::kChar && next.text == ",";
    if (!assigns && !comma) {
      if (after.token == Token::kSpace) {
        Backup3(std::move(variable), std::move(after));
      } else {
        Backup2(std::move(variable));
      }
      return;
    }
    NextNonSpace();
    pipe.decl.push_back(variable.text);
    scope_.vars.push_back(variable.text);
    if (assigns) {
      pipe.is_assign = next.token == Token::kAssign;
      return;
    }
    if (context != "range" || pipe.decl.size() >= 2) {
      Fail("too many declarations in " + std::string(context));
    }
    const Token then = PeekNonSpace().token;
    if (then != Token::kVariable && then != Token::kRightDelim && then != Token::kRightParen) {
      Fail("range can only initialize variables");
    }
  }
}

void Parser::CheckPipeline(const PipeNode& pipe, std::string_view context) {
  if (pipe.commands.empty()) Fail("missing value for " + std::string(context));
  for (std::size_t i = 1; i < pipe.commands.size(); ++i) {
    if (IsConstant(pipe.commands[i]->args[0]->type)) {
      Fail("non executable command in pipeline stage " + std::to_string(i + 1));
    }
  }
}

std::unique_ptr<CommandNode> Parser::ParseCommand() {
  auto command = std::make_unique<CommandNode>(PeekNonSpace().pos);
  for (;;) {
    PeekNonSpace();
    if (NodePtr operand = ParseOperand()) command->args.push_back(std::move(operand));
    const Item item = Next();
    if (item.token == Token::kSpace) continue;
    if (item.token == Token::kRightDelim || item.token == Token::kRightParen) {
      Backup();
    } else if (item.token != Token::kPipe) {
      Unexpected(item, "operand");
    }
    break;
  }
  if (command->args.empty()) Fail("empty command");
  return command;
}

NodePtr Parser::ParseOperand() {
  NodePtr node = ParseTerm();
  if (!node || Peek().token != Token::kField) return node;
  auto chain = std::make_unique<ChainNode>(Peek().pos, nullptr);
  while (Peek().token == Token::kField) chain->fields.push_back(Next().text.substr(1));
  if (node->type == NodeType::kField || node->type == NodeType::kVariable) {
    Append(static_cast<WordNode&>(*node).idents, chain->fields);
    node->pos = chain->pos;
    return node;
  }
  if (IsConstant(node->type)) Fail("unexpected . after term " + Quote(ToString(*node)));
  chain->node = std::move(node);
  return chain;
}

NodePtr Parser::ParseTerm() {
  const Item item = NextNonSpace();
  switch (item.token) {
    case Token::kIdentifier:
      if (!IsFunction(item.text)) Fail("function " + Quote(item.text) + " not defined");
      return MakeWord(NodeType::kIdentifier, item.pos, {item.text});
    case Token::kDot:
      return MakeWord(NodeType::kDot, item.pos, {});
    case Token::kNil:
      return MakeWord(NodeType::kNil, item.pos, {});
    case Token::kVariable:
      return MakeVariable(item);
    case Token::kField:
      return MakeWord(NodeType::kField, item.pos, {item.text.substr(1)});
    case Token::kBool: {
      auto word = MakeWord(NodeType::kBool, item.pos, {});
      word->truth = item.text == "true";
      return word;
    }
    case Token::kCharConstant:
    case Token::kComplex:
    case Token::kNumber:
      return MakeNumber(item);
    case Token::kLeftParen:
      return ParseParentheses();
    case Token::kString:
    case Token::kRawString: {
      auto word = MakeWord(NodeType::kString, item.pos, {UnquoteOrFail(item.text)});
      word->text = item.text;
      return word;
    }
    default:
      Backup();
      return nullptr;
  }
}

NodePtr Parser::ParseParentheses() {
  if (nesting_ >= kMaxNesting) Fail("max expression depth exceeded");
  ++nesting_;
  NodePtr pipe = ParsePipeline("parenthesized pipeline", Token::kRightParen);
  --nesting_;
  return pipe;
}

NodePtr Parser::MakeNumber(const Item& item) {
  const NumberForm form = item.token == Token::kCharConstant ? NumberForm::kCharacter
                          : item.token == Token::kComplex    ? NumberForm::kComplex
                                                             : NumberForm::kPlain;
  std::string error;
  const auto number = ParseNumber(item.text, form, &error);
  if (!number) Fail(error);
  return std::make_unique<NumberNode>(item.pos, item.text, *number);
}

NodePtr Parser::MakeVariable(const Item& item) {
  auto word = MakeWord(NodeType::kVariable, item.pos, {item.text});
  if (std::ranges::find(scope_.vars, word->idents[0]) == scope_.vars.end()) {
    Fail("undefined variable " + Quote(word->idents[0]));
  }
  return word;
}

}  // namespace eventer::tmpl
