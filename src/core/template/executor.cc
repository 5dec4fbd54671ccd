#include "core/template/executor.h"

#include <algorithm>

#include "core/template/json_text.h"
#include "core/template/printer.h"
#include "core/template/quote.h"

namespace eventer::tmpl {
namespace {

constexpr std::size_t kUsualMessage = 512;  // bytes, escaped

// Takes back, at its end, the variables that were declared while it lived.
template <typename Variables>
class Scope {
 public:
  explicit Scope(Variables& variables) : variables_(variables), size_(variables.size()) {}
  ~Scope() { variables_.resize(size_); }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Variables& variables_;
  const std::size_t size_;
};

// Its text is JSON already: the pipeline ends in js or toJson.
bool EndsInJson(const PipeNode& pipe) {
  const Node& last = *pipe.commands.back()->args[0];
  if (last.type == NodeType::kPipe) return EndsInJson(static_cast<const PipeNode&>(last));
  if (last.type != NodeType::kIdentifier) return false;
  const std::string& name = static_cast<const WordNode&>(last).idents[0];
  return name == "js" || name == "toJson";
}

}  // namespace

std::string Executor::Run(const Value& data, bool escape_json) {
  escape_json_ = escape_json;
  out_.reserve(source_.size() + kUsualMessage);
  variables_.emplace_back("$", data);
  try {
    WalkList(data, *set_.find(name_)->second);
  } catch (const TooLong&) {
    Fail("output of more than " + std::to_string(kMaxOutput) + " bytes");
  } catch (const BudgetError& error) {
    Fail(error.text);
  }
  return std::move(out_);
}

Executor::Flow Executor::WalkList(const Value& dot, const ListNode& list) {
  if (depth_ == kMaxDepth) {
    Fail("exceeded maximum template depth (" + std::to_string(kMaxDepth) + ")");
  }
  ++depth_;
  arena_.Spend(Arena::kStepCost);
  Flow flow = Flow::kOn;
  for (std::size_t i = 0; i < list.nodes.size() && flow == Flow::kOn; ++i) {
    flow = Walk(dot, *list.nodes[i]);
  }
  --depth_;
  return flow;
}

Executor::Flow Executor::Walk(const Value& dot, const Node& node) {
  At(node);
  arena_.Spend(Arena::kStepCost);
  switch (node.type) {
    case NodeType::kText:
      Put(static_cast<const TextNode&>(node));
      break;
    case NodeType::kAction: {
      const PipeNode& pipe = *static_cast<const ActionNode&>(node).pipe;
      const Value value = EvalPipeline(dot, pipe);
      if (pipe.decl.empty()) PutValue(node, pipe, value);
      break;
    }
    case NodeType::kBreak:
      return Flow::kBreak;
    case NodeType::kContinue:
      return Flow::kContinue;
    case NodeType::kIf:
    case NodeType::kWith:
      return WalkIfOrWith(dot, static_cast<const BranchNode&>(node));
    case NodeType::kRange:
      return WalkRange(dot, static_cast<const BranchNode&>(node));
    default:
      WalkTemplate(dot, static_cast<const TemplateNode&>(node));
  }
  return Flow::kOn;
}

Executor::Flow Executor::WalkIfOrWith(const Value& dot, const BranchNode& branch) {
  const Scope scope(variables_);
  const Value value = EvalPipeline(dot, *branch.pipe);
  if (IsTrue(value)) {
    return WalkList(branch.type == NodeType::kWith ? value : dot, *branch.list);
  }
  return branch.else_list ? WalkList(dot, *branch.else_list) : Flow::kOn;
}

Executor::Flow Executor::WalkRange(const Value& dot, const BranchNode& range) {
  const Scope scope(variables_);
  const Value value = Indirect(EvalPipeline(dot, *range.pipe));
  Flow flow = Flow::kOn;
  bool ran = false;
  switch (value.kind()) {
    case Kind::kInt:
    case Kind::kUint:
      ran = RangeInteger(range, value, &flow);
      break;
    case Kind::kSlice:
      for (std::size_t i = 0; i < value.length() && flow != Flow::kBreak; ++i, ran = true) {
        flow = Iterate(range, Value::Int(static_cast<std::int64_t>(i)), value.element(i));
      }
      break;
    case Kind::kMap:
      for (std::size_t i = 0; i < value.length() && flow != Flow::kBreak; ++i, ran = true) {
        const auto& [key, entry] = (*value.as_map())[i];
        flow = Iterate(range, Value(key), Value(entry));
      }
      break;
    case Kind::kInvalid:
      break;
    default:
      Fail("range can't iterate over " + Sprint(value));
  }
  return !ran && range.else_list ? WalkList(dot, *range.else_list) : Flow::kOn;
}

// True: there was a first round.
bool Executor::RangeInteger(const BranchNode& range, const Value& limit, Flow* flow) {
  if (range.pipe->decl.size() > 1) {
    Fail("can't use " + Sprint(limit) + " to iterate over more than one variable");
  }
  const bool is_signed = limit.kind() == Kind::kInt;
  const std::int64_t end = is_signed ? limit.as_int() : static_cast<std::int64_t>(limit.as_uint());
  for (std::int64_t i = 0; i < end && *flow != Flow::kBreak; ++i) {
    *flow = Iterate(range, {},
                    is_signed ? Value::Int(i, limit.type())
                              : Value::Uint(static_cast<std::uint64_t>(i), limit.type()));
  }
  return end > 0;
}

Executor::Flow Executor::Iterate(const BranchNode& range, const Value& index,
                                 const Value& element) {
  const auto& decl = range.pipe->decl;
  const Scope scope(variables_);
  if (range.pipe->is_assign) {
    if (decl.size() > 1) *FindVariable(decl[0]) = index;
    *FindVariable(decl.back()) = element;
  } else if (!decl.empty()) {
    variables_.back().second = element;
    if (decl.size() > 1) variables_[variables_.size() - 2].second = index;
  }
  return WalkList(element, *range.list);
}

void Executor::WalkTemplate(const Value& dot, const TemplateNode& call) {
  const auto found = set_.find(call.name);
  if (found == set_.end()) Fail("template " + Quote(call.name) + " not defined");
  const Value data = call.pipe ? EvalPipeline(dot, *call.pipe) : Value();
  auto outer_variables = std::exchange(variables_, {{"$", data}});
  const std::string_view outer = std::exchange(current_, found->first);
  WalkList(data, *found->second);
  current_ = outer;
  variables_ = std::move(outer_variables);
}

// The template's own text.
void Executor::Put(const TextNode& text) {
  out_ += text.text;
  if (out_.size() > kMaxOutput) throw TooLong{};
  in_json_string_ = text.json_string_behind[in_json_string_ ? 1 : 0];
}

void Executor::PutValue(const Node& action, const PipeNode& pipe, const Value& value) {
  At(action);
  const bool escape = escape_json_ && in_json_string_ && !EndsInJson(pipe);
  const Value printable = Printable(value);
  std::string text;  // only of what is to be escaped and no string
  if (escape && printable.kind() == Kind::kString) {
    AppendJsonEscaped(out_, printable.as_string());
  } else {
    Printer printer(escape ? text : out_, kMaxOutput);
    printer.UsePointers();
    printer.Argument(printable, 'v');
    if (escape) AppendJsonEscaped(out_, text);
  }
  if (out_.size() > kMaxOutput) throw TooLong{};
}

Value* Executor::FindVariable(std::string_view name) {
  const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                  [&](const auto& variable) { return variable.first == name; });
  if (found == variables_.rend()) Fail("undefined variable: " + std::string(name));
  return &found->second;
}

std::string Executor::Location() const {
  const std::string_view before = source_.substr(0, node_->pos);
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      newline == std::string_view::npos ? before.size() : before.size() - newline - 1;
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return std::string(name_) + ':' + std::to_string(line) + ':' + std::to_string(column);
}

void Executor::Fail(const std::string& text) {
  throw ExecError{"template: " + Location() + ": executing " + Quote(current_) + " at <" +
                  ToString(*node_) + ">: " + text};
}

}  // namespace eventer::tmpl
