// From a template's text to its tree.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/template/lexer.h"
#include "core/template/node.h"

namespace eventer::tmpl {

// Thrown by the parser, caught where the engine begins.
struct ParseError {
  std::string text;  // as Go says it: "template: NAME:LINE: …"
  int line;
  std::size_t pos;  // bytes from the start of the template
};

// Loops, branches and parentheses may be nested as deep as this: a bound for the stack. Go has
// 10,000 for parentheses and none for the others.
constexpr int kMaxNesting = 300;

class Parser {
 public:
  Parser(std::string_view name, std::string_view text) : name_(name), lexer_(text) {}

  // Throws ParseError.
  TemplateSet Parse();

 private:
  // What belongs to the template that is being defined: definitions stand inside each other.
  struct Scope {
    std::vector<std::string> vars = {"$"};
    int range_depth = 0;
  };

  NodePtr ParseTopLevel();  // null: that was a definition
  void ParseDefinition();
  std::unique_ptr<ListNode> ParseBody(std::string_view context);  // up to {{end}}
  std::unique_ptr<ListNode> ParseList(NodePtr* end);              // up to {{end}} or {{else}}
  NodePtr ParseTextOrAction();
  NodePtr ParseAction();
  NodePtr ParseLoopExit(const Item& keyword, NodeType type);
  NodePtr ParseElse();
  NodePtr ParseControl(NodeType type);
  void ParseElseBranch(BranchNode& branch, const Node& end);
  NodePtr ParseBlock();
  NodePtr ParseTemplateCall();
  std::string ParseTemplateName(const Item& item, std::string_view context);
  std::unique_ptr<PipeNode> ParsePipeline(std::string_view context, Token end);
  void ParseDeclarations(PipeNode& pipe, std::string_view context);
  void CheckPipeline(const PipeNode& pipe, std::string_view context);
  std::unique_ptr<CommandNode> ParseCommand();
  NodePtr ParseOperand();
  NodePtr ParseTerm();
  NodePtr ParseParentheses();
  NodePtr MakeNumber(const Item& item);
  NodePtr MakeVariable(const Item& item);
  std::string UnquoteOrFail(const std::string& literal);
  void Add(const std::string& name, std::unique_ptr<ListNode> list);

  const Item& Next();
  const Item& Peek();
  Item NextNonSpace();
  const Item& PeekNonSpace();
  void Backup() { ++peek_count_; }
  void Backup2(Item second);
  void Backup3(Item third, Item second);
  Item Expect(Token token, std::string_view context);
  [[noreturn]] void Fail(const std::string& text);
  [[noreturn]] void Unexpected(const Item& item, std::string_view context);

  std::string name_;
  Lexer lexer_;
  TemplateSet set_;
  std::array<Item, 3> tokens_;  // looked ahead
  int peek_count_ = 0;
  Scope scope_;
  int nesting_ = 0;
  int action_line_ = 0;  // where the action began that is being read; 0: none
};

}  // namespace eventer::tmpl
