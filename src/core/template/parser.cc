#include "core/template/parser.h"

#include <algorithm>
#include <utility>

#include "core/template/quote.h"

namespace eventer::tmpl {
namespace {

// Blanks and nothing else: such a template may be defined again.
bool IsEmpty(const ListNode& list) {
  return std::ranges::all_of(list.nodes, [](const NodePtr& node) {
    if (node->type != NodeType::kText) return false;
    const std::string& text = static_cast<const TextNode&>(*node).text;
    return text.find_first_not_of(" \t\r\n\v\f") == std::string::npos;
  });
}

std::unique_ptr<WordNode> MakeWord(NodeType type, std::size_t pos) {
  return std::make_unique<WordNode>(type, pos);
}

// Counts what is nested while it lives.
class Depth {
 public:
  explicit Depth(int& depth) : depth_(depth) { ++depth_; }
  ~Depth() { --depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  int& depth_;
};

}  // namespace

TemplateSet Parser::Parse() {
  auto root = std::make_unique<ListNode>(Peek().pos);
  while (Peek().token != Token::kEof) {
    NodePtr node = ParseTopLevel();
    if (!node) continue;
    if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
      Fail("unexpected " + ToString(*node));
    }
    root->nodes.push_back(std::move(node));
  }
  Add(name_, std::move(root));
  return std::move(set_);
}

NodePtr Parser::ParseTopLevel() {
  if (Peek().token == Token::kLeftDelim) {
    Item delim = Next();
    if (NextNonSpace().token == Token::kDefine) {
      ParseDefinition();
      return nullptr;
    }
    Backup2(std::move(delim));
  }
  return ParseTextOrAction();
}

void Parser::ParseDefinition() {
  constexpr std::string_view kContext = "define clause";
  const Item item = NextNonSpace();
  const std::string name = ParseTemplateName(item, kContext);
  Expect(Token::kRightDelim, kContext);
  Add(name, ParseBody(kContext));
}

std::unique_ptr<ListNode> Parser::ParseBody(std::string_view context) {
  Scope outer = std::exchange(scope_, Scope{});
  NodePtr end;
  auto list = ParseList(&end);
  if (end->type != NodeType::kEnd) {
    Fail("unexpected " + ToString(*end) + " in " + std::string(context));
  }
  scope_ = std::move(outer);
  return list;
}

std::unique_ptr<ListNode> Parser::ParseList(NodePtr* end) {
  auto list = std::make_unique<ListNode>(PeekNonSpace().pos);
  while (PeekNonSpace().token != Token::kEof) {
    NodePtr node = ParseTextOrAction();
    if (node->type == NodeType::kEnd || node->type == NodeType::kElse) {
      *end = std::move(node);
      return list;
    }
    list->nodes.push_back(std::move(node));
  }
  Fail("unexpected EOF");
}

NodePtr Parser::ParseTextOrAction() {
  Item item = NextNonSpace();
  if (item.token == Token::kText) {
    return std::make_unique<TextNode>(item.pos, std::move(item.text));
  }
  if (item.token != Token::kLeftDelim) Unexpected(item, "input");
  action_line_ = item.line;
  NodePtr node = ParseAction();
  action_line_ = 0;
  return node;
}

NodePtr Parser::ParseAction() {
  const Item item = NextNonSpace();
  switch (item.token) {
    case Token::kBlock:
      return ParseBlock();
    case Token::kBreak:
      return ParseLoopExit(item, NodeType::kBreak);
    case Token::kContinue:
      return ParseLoopExit(item, NodeType::kContinue);
    case Token::kElse:
      return ParseElse();
    case Token::kEnd:
      return MakeWord(NodeType::kEnd, Expect(Token::kRightDelim, "end").pos);
    case Token::kIf:
      return ParseControl(NodeType::kIf);
    case Token::kRange:
      return ParseControl(NodeType::kRange);
    case Token::kTemplate:
      return ParseTemplateCall();
    case Token::kWith:
      return ParseControl(NodeType::kWith);
    default:
      break;
  }
  Backup();
  const std::size_t pos = Peek().pos;
  return std::make_unique<ActionNode>(pos, ParsePipeline("command", Token::kRightDelim));
}

NodePtr Parser::ParseLoopExit(const Item& keyword, NodeType type) {
  const std::string action = "{{" + keyword.text + "}}";
  const Item item = NextNonSpace();
  if (item.token != Token::kRightDelim) Unexpected(item, action);
  if (scope_.range_depth == 0) Fail(action + " outside {{range}}");
  return MakeWord(type, keyword.pos);
}

NodePtr Parser::ParseElse() {
  const Item& next = PeekNonSpace();
  if (next.token == Token::kIf || next.token == Token::kWith) {
    return MakeWord(NodeType::kElse, next.pos);
  }
  return MakeWord(NodeType::kElse, Expect(Token::kRightDelim, "else").pos);
}

NodePtr Parser::ParseControl(NodeType type) {
  const Depth depth(nesting_);
  if (nesting_ > kMaxNesting) Fail("max nesting depth exceeded");
  const std::size_t vars = scope_.vars.size();
  const bool range = type == NodeType::kRange;
  auto pipe = ParsePipeline(range                   ? "range"
                            : type == NodeType::kIf ? "if"
                                                    : "with",
                            Token::kRightDelim);
  auto branch = std::make_unique<BranchNode>(type, pipe->pos);
  branch->pipe = std::move(pipe);
  if (range) ++scope_.range_depth;
  NodePtr end;
  branch->list = ParseList(&end);
  if (range) --scope_.range_depth;
  if (end->type == NodeType::kElse) ParseElseBranch(*branch, *end);
  scope_.vars.resize(vars);
  return branch;
}

// `else if` and `else with` stand for a nested branch that shares its {{end}}.
void Parser::ParseElseBranch(BranchNode& branch, const Node& end) {
  const Token chained = branch.type == NodeType::kIf     ? Token::kIf
                        : branch.type == NodeType::kWith ? Token::kWith
                                                         : Token::kEof;
  if (chained != Token::kEof && Peek().token == chained) {
    Next();
    branch.else_list = std::make_unique<ListNode>(end.pos);
    branch.else_list->nodes.push_back(ParseControl(branch.type));
    return;
  }
  NodePtr next;
  branch.else_list = ParseList(&next);
  if (next->type != NodeType::kEnd) Fail("expected end; found " + ToString(*next));
}

NodePtr Parser::ParseBlock() {
  constexpr std::string_view kContext = "block clause";
  const Depth depth(nesting_);
  if (nesting_ > kMaxNesting) Fail("max nesting depth exceeded");
  const Item item = NextNonSpace();
  auto call = std::make_unique<TemplateNode>(item.pos, ParseTemplateName(item, kContext));
  call->pipe = ParsePipeline(kContext, Token::kRightDelim);
  Add(call->name, ParseBody(kContext));
  return call;
}

NodePtr Parser::ParseTemplateCall() {
  constexpr std::string_view kContext = "template clause";
  const Item item = NextNonSpace();
  auto call = std::make_unique<TemplateNode>(item.pos, ParseTemplateName(item, kContext));
  if (NextNonSpace().token != Token::kRightDelim) {
    Backup();
    call->pipe = ParsePipeline(kContext, Token::kRightDelim);
  }
  return call;
}

std::string Parser::ParseTemplateName(const Item& item, std::string_view context) {
  if (item.token != Token::kString && item.token != Token::kRawString) Unexpected(item, context);
  return UnquoteOrFail(item.text);
}

std::string Parser::UnquoteOrFail(const std::string& literal) {
  auto text = Unquote(literal);
  if (!text) Fail("invalid syntax");
  return std::move(*text);
}

void Parser::Add(const std::string& name, std::unique_ptr<ListNode> list) {
  std::unique_ptr<ListNode>& known = set_[name];
  if (!known || IsEmpty(*known)) {
    known = std::move(list);
  } else if (!IsEmpty(*list)) {
    Fail("template: multiple definition of template " + Quote(name));
  }
}

const Item& Parser::Next() {
  if (peek_count_ > 0) {
    --peek_count_;
  } else {
    tokens_[0] = lexer_.Next();
  }
  return tokens_[static_cast<std::size_t>(peek_count_)];
}

const Item& Parser::Peek() {
  if (peek_count_ == 0) {
    tokens_[0] = lexer_.Next();
    peek_count_ = 1;
  }
  return tokens_[static_cast<std::size_t>(peek_count_ - 1)];
}

Item Parser::NextNonSpace() {
  for (;;) {
    const Item& item = Next();
    if (item.token != Token::kSpace) return item;
  }
}

const Item& Parser::PeekNonSpace() {
  while (Next().token == Token::kSpace) {
  }
  Backup();
  return Peek();
}

void Parser::Backup2(Item second) {
  tokens_[1] = std::move(second);
  peek_count_ = 2;
}

void Parser::Backup3(Item third, Item second) {
  tokens_[1] = std::move(second);
  tokens_[2] = std::move(third);
  peek_count_ = 3;
}

Item Parser::Expect(Token token, std::string_view context) {
  Item item = NextNonSpace();
  if (item.token != token) Unexpected(item, context);
  return item;
}

void Parser::Fail(const std::string& text) {
  const Item& at = tokens_[0];
  throw ParseError{"template: " + name_ + ":" + std::to_string(at.line) + ": " + text, at.line,
                   at.pos};
}

void Parser::Unexpected(const Item& item, std::string_view context) {
  if (item.token != Token::kError) {
    Fail("unexpected " + ToString(item) + " in " + std::string(context));
  }
  std::string extra;
  if (action_line_ != 0 && action_line_ != item.line) {
    // "unclosed action started at", not "unclosed action in action started at".
    if (!item.text.ends_with(" action")) extra = " in action";
    extra += " started at " + name_ + ":" + std::to_string(action_line_);
  }
  Fail(item.text + extra);
}

}  // namespace eventer::tmpl
