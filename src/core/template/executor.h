// Runs a parsed template on a value.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/template/arena.h"
#include "core/template/functions.h"
#include "core/template/node.h"
#include "core/template/value.h"

namespace eventer::tmpl {

// The rendering failed; the text is Go's: "template: NAME:LINE:COLUMN: executing …".
struct ExecError {
  std::string text;
};

// Branches, loops and templates run inside each other as deep as this; Go allows 100,000 templates,
// which is more than a thread's stack holds.
constexpr int kMaxDepth = 1000;

// For one rendering, on one thread.
class Executor {
 public:
  // `source` is the text that was parsed as template `name`; all outlive the executor.
  Executor(const TemplateSet& set, std::string_view name, std::string_view source, Arena& arena)
      : set_(set), name_(name), source_(source), current_(name), arena_(arena) {}

  // `escape_json`: values inside string literals of the template's own JSON are escaped.
  // Throws ExecError.
  std::string Run(const Value& data, bool escape_json);

 private:
  enum class Flow : char { kOn, kBreak, kContinue };
  // The last stage's value, handed on as last argument; null: there was no stage before.
  using Final = const Value*;
  using Args = std::span<const NodePtr>;

  Flow Walk(const Value& dot, const Node& node);
  Flow WalkList(const Value& dot, const ListNode& list);
  Flow WalkIfOrWith(const Value& dot, const BranchNode& branch);
  Flow WalkRange(const Value& dot, const BranchNode& range);
  bool RangeInteger(const BranchNode& range, const Value& limit, Flow* flow);
  Flow Iterate(const BranchNode& range, const Value& index, const Value& element);
  void WalkTemplate(const Value& dot, const TemplateNode& call);
  void Put(const TextNode& text);
  void PutValue(const Node& action, const PipeNode& pipe, const Value& value);

  Value EvalPipeline(const Value& dot, const PipeNode& pipe);
  Value EvalCommand(const Value& dot, const CommandNode& command, Final final);
  Value EvalConstant(const NumberNode& number);
  Value EvalVariable(const WordNode& variable, const Value& dot, Args args, Final final);
  Value EvalChain(const Value& dot, const ChainNode& chain, Args args, Final final);
  Value EvalFields(const Value& dot, const Value& receiver, const Node& node,
                   std::span<const std::string> fields, Args args, Final final);
  Value EvalField(const Value& dot, const std::string& name, const Node& node, Args args,
                  Final final, const Value& receiver);
  Value FieldOf(const Value& receiver, const Value& target, const std::string& name, bool has_args);
  Value EvalMethod(const Value& dot, const Method& method, const Value& self, const Node& node,
                   Args args, Final final);
  Value EvalFunction(const Value& dot, const std::string& name, const Node& node, Args args,
                     Final final);
  Value EvalAndOr(const Value& dot, bool until, Args args, Final final);
  std::string RefusalToCall(const Value& callee, Args args);
  Value EvalArg(const Value& dot, const Type& type, const Node& node);
  Value EvalLiteral(const Type& type, const Node& node, const Value& dot);
  Value Validate(const Value& value, const Type& type);

  Value* FindVariable(std::string_view name);
  Value Invoke(Value (*run)(const Call&), const Call& call, const Node& node);
  [[noreturn]] void Fail(const std::string& text);
  std::string Location() const;

  void At(const Node& node) { node_ = &node; }

  const TemplateSet& set_;
  const std::string_view name_, source_;
  std::string_view current_;  // the template that runs, for error messages
  Arena& arena_;
  const Node* node_ = nullptr;  // what runs, for error messages
  std::vector<std::pair<std::string_view, Value>> variables_;
  int depth_ = 0;
  std::string out_;
  bool escape_json_ = false;
  bool in_json_string_ = false;  // of the template's own text
};

}  // namespace eventer::tmpl
