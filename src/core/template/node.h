// A parsed template as a tree. Built by the parser, read by any number of threads.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/template/number.h"

namespace eventer::tmpl {

enum class NodeType : char {
  kText,
  kAction,
  kBool,
  kBreak,
  kChain,
  kCommand,
  kContinue,
  kDot,
  kElse,  // only while parsing
  kEnd,   // only while parsing
  kField,
  kIdentifier,
  kIf,
  kList,
  kNil,
  kNumber,
  kPipe,
  kRange,
  kString,
  kTemplate,
  kVariable,
  kWith,
};

struct Node {
  Node(NodeType t, std::size_t p) : type(t), pos(p) {}
  virtual ~Node() = default;

  NodeType type;
  std::size_t pos;  // bytes from the start of the template, for error messages
};

using NodePtr = std::unique_ptr<Node>;

struct TextNode : Node {
  TextNode(std::size_t p, std::string t);
  std::string text;
  // In a template that is JSON: whether a string literal is open behind the text, if none was
  // before it, and if one was.
  std::array<bool, 2> json_string_behind;
};

// An identifier (a function), a field chain (`.A.B`) or a variable with fields (`$x.A`), whose
// names are in `idents`; a string, in `idents[0]`, with its quoted form in `text`; a boolean.
struct WordNode : Node {
  using Node::Node;
  std::vector<std::string> idents;
  std::string text;
  bool truth = false;
};

struct NumberNode : Node {
  NumberNode(std::size_t p, std::string t, const Number& n)
      : Node(NodeType::kNumber, p), text(std::move(t)), number(n) {}
  std::string text;
  Number number;
};

// Fields of what is no plain field or variable: `(pipeline).A.B`
struct ChainNode : Node {
  ChainNode(std::size_t p, NodePtr n) : Node(NodeType::kChain, p), node(std::move(n)) {}
  NodePtr node;
  std::vector<std::string> fields;
};

struct CommandNode : Node {
  explicit CommandNode(std::size_t p) : Node(NodeType::kCommand, p) {}
  std::vector<NodePtr> args;
};

struct PipeNode : Node {
  explicit PipeNode(std::size_t p) : Node(NodeType::kPipe, p) {}
  bool is_assign = false;  // `=` instead of `:=`
  std::vector<std::string> decl;
  std::vector<std::unique_ptr<CommandNode>> commands;
};

struct ActionNode : Node {
  ActionNode(std::size_t p, std::unique_ptr<PipeNode> n)
      : Node(NodeType::kAction, p), pipe(std::move(n)) {}
  std::unique_ptr<PipeNode> pipe;
};

struct ListNode : Node {
  explicit ListNode(std::size_t p) : Node(NodeType::kList, p) {}
  std::vector<NodePtr> nodes;
};

struct BranchNode : Node {  // if, range, with
  using Node::Node;
  std::unique_ptr<PipeNode> pipe;
  std::unique_ptr<ListNode> list, else_list;
};

struct TemplateNode : Node {
  TemplateNode(std::size_t p, std::string n) : Node(NodeType::kTemplate, p), name(std::move(n)) {}
  std::string name;
  std::unique_ptr<PipeNode> pipe;  // null: no data
};

// The template itself and what it defines, by name.
using TemplateSet = std::map<std::string, std::unique_ptr<ListNode>, std::less<>>;

// The node as a template's author writes it: what errors quote.
std::string ToString(const Node& node);

}  // namespace eventer::tmpl
