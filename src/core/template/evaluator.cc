// The executor's part that evaluates pipelines: what stands between {{ and }}.
#include <utility>

#include "core/template/executor.h"
#include "core/template/go_time.h"
#include "core/template/method.h"
#include "core/template/printer.h"

namespace eventer::tmpl {
namespace {

bool CanBeNil(const Type& type) {
  return type.kind == Kind::kAny || type.kind == Kind::kMap || type.kind == Kind::kPointer ||
         type.kind == Kind::kSlice;
}

Value Nil(const Type& type) {
  if (type.kind == Kind::kPointer) return Value(static_cast<const Value*>(nullptr), type);
  return {};
}

std::string Name(const Type& type) { return std::string(type.name); }

const WordNode& Word(const Node& node) { return static_cast<const WordNode&>(node); }

// A literal that is an integer, whatever it could be else.
bool IsFloatText(std::string_view text) {
  const bool hex = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') &&
                   text.find_first_of("pP") == std::string_view::npos;
  return !hex && text[0] != '\'' && text.find_first_of(".eEpP") != std::string_view::npos;
}

}  // namespace

Value Executor::EvalPipeline(const Value& dot, const PipeNode& pipe) {
  At(pipe);
  Value value;
  Final final = nullptr;
  for (const auto& command : pipe.commands) {
    value = EvalCommand(dot, *command, final);
    final = &value;
  }
  for (const std::string& name : pipe.decl) {
    if (pipe.is_assign) {
      *FindVariable(name) = value;
    } else {
      variables_.emplace_back(name, value);
    }
  }
  return value;
}

Value Executor::EvalCommand(const Value& dot, const CommandNode& command, Final final) {
  arena_.Spend(Arena::kStepCost);
  const Node& first = *command.args[0];
  const Value last = final ? *final : Value();
  final = final ? &last : nullptr;
  switch (first.type) {
    case NodeType::kField:
      At(first);
      return EvalFields(dot, dot, first, Word(first).idents, command.args, final);
    case NodeType::kChain:
      return EvalChain(dot, static_cast<const ChainNode&>(first), command.args, final);
    case NodeType::kIdentifier:
      At(first);
      return EvalFunction(dot, Word(first).idents[0], command, command.args, final);
    case NodeType::kVariable:
      return EvalVariable(Word(first), dot, command.args, final);
    default:
      break;
  }
  if (first.type != NodeType::kPipe) At(first);
  if (command.args.size() > 1 || final) {
    Fail("can't give argument to non-function " + ToString(first));
  }
  if (first.type == NodeType::kPipe) return EvalPipeline(dot, static_cast<const PipeNode&>(first));
  if (first.type == NodeType::kNil) Fail("nil is not a command");
  return EvalLiteral(kAnyType, first, dot);
}

Value Executor::EvalConstant(const NumberNode& node) {
  At(node);
  const Number& number = node.number;
  if (number.is_complex) return Value(number.complex_value);
  if (number.is_float && IsFloatText(node.text)) return Value(number.float_value);
  if (number.is_int) return Value::Int(number.int_value);
  Fail(node.text + " overflows int");
}

Value Executor::EvalVariable(const WordNode& variable, const Value& dot, Args args, Final final) {
  At(variable);
  const Value value = *FindVariable(variable.idents[0]);
  const std::span<const std::string> fields = std::span(variable.idents).subspan(1);
  if (!fields.empty()) return EvalFields(dot, value, variable, fields, args, final);
  if (args.size() > 1 || final) {
    Fail("can't give argument to non-function " + ToString(*args[0]));
  }
  return value;
}

Value Executor::EvalChain(const Value& dot, const ChainNode& chain, Args args, Final final) {
  At(chain);
  if (chain.node->type == NodeType::kNil) {
    Fail("indirection through explicit nil in " + ToString(chain));
  }
  const Value receiver = EvalArg(dot, kAnyType, *chain.node);
  return EvalFields(dot, receiver, chain, chain.fields, args, final);
}

// Only the last of the fields gets the arguments.
Value Executor::EvalFields(const Value& dot, const Value& receiver, const Node& node,
                           std::span<const std::string> fields, Args args, Final final) {
  Value value = receiver;
  for (const std::string& name : fields.first(fields.size() - 1)) {
    value = EvalField(dot, name, node, {}, nullptr, value);
  }
  return EvalField(dot, fields.back(), node, args, final, value);
}

Value Executor::EvalField(const Value& dot, const std::string& name, const Node& node, Args args,
                          Final final, const Value& receiver) {
  if (!receiver.valid()) return {};
  const Value target = Indirect(receiver);
  const bool has_args = args.size() > 1 || final;
  if (target.kind() == Kind::kStruct && !has_args) {  // first, since it is the usual case
    if (const Value field = FindField(target, name); field.valid()) return field;
  }
  const bool nil = target.kind() == Kind::kPointer;
  const Type& type = nil ? *target.type().elem : target.type();
  if (const Method* method = FindMethod(type, name, nil || target.addressable)) {
    return EvalMethod(dot, *method, nil ? Value() : target, node, args, final);
  }
  return FieldOf(receiver, target, name, has_args);
}

Value Executor::FieldOf(const Value& receiver, const Value& target, const std::string& name,
                        bool has_args) {
  if (target.kind() == Kind::kStruct) {
    if (has_args && FindField(target, name).valid()) {
      Fail(name + " has arguments but cannot be invoked as function");
    }
  } else if (target.kind() == Kind::kMap) {
    if (has_args) Fail(name + " is not a method but has arguments");
    return target.entry(name);
  } else if (target.kind() == Kind::kPointer) {
    const Type& elem = *target.type().elem;
    if (elem.kind != Kind::kStruct || HasField(elem, name)) {
      Fail("nil pointer evaluating " + Name(receiver.type()) + '.' + name);
    }
  }
  Fail("can't evaluate field " + name + " in type " + Name(receiver.type()));
}

Value Executor::EvalMethod(const Value& dot, const Method& method, const Value& self,
                           const Node& node, Args args, Final final) {
  if (!args.empty()) args = args.subspan(1);
  const std::string name(method.name);
  const std::size_t count = args.size() + (final ? 1 : 0);
  if (count != method.arity()) {
    Fail("wrong number of args for " + name + ": want " + std::to_string(method.arity()) + " got " +
         std::to_string(count));
  }
  if (!method.refusal.empty()) Fail(std::string(method.refusal));
  std::vector<Value> values;
  for (std::size_t i = 0; i < args.size(); ++i) {
    values.push_back(EvalArg(dot, *method.params[i], *args[i]));
  }
  if (final) values.push_back(Validate(*final, *method.params[count - 1]));
  if (!self.valid() && !method.pointer) {
    At(node);
    Fail("error calling " + name +
         ": runtime error: invalid memory address or nil pointer dereference");
  }
  return Invoke(method.run, {method.name, self, values, arena_}, node);
}

Value Executor::EvalFunction(const Value& dot, const std::string& name, const Node& node, Args args,
                             Final final) {
  if (!args.empty()) args = args.subspan(1);
  const Function& function = *FindFunction(name);
  const std::size_t count = args.size() + (final ? 1 : 0);
  if (function.variadic ? count < function.fixed : count != function.fixed) {
    Fail("wrong number of args for " + name + ": want " + (function.variadic ? "at least " : "") +
         std::to_string(function.fixed) + " got " +
         std::to_string(function.variadic ? args.size() : count));
  }
  if (name == "and" || name == "or") return EvalAndOr(dot, name == "or", args, final);
  const auto type = [&](std::size_t i) -> const Type& {
    return i == 0 && function.takes_format ? kStringType : kAnyType;
  };
  std::vector<Value> values;
  values.reserve(count);
  for (std::size_t i = 0; i < args.size(); ++i) {
    values.push_back(EvalArg(dot, type(i), *args[i]));
  }
  if (final) values.push_back(Validate(*final, type(args.size())));
  const Call call{name, {}, values, arena_};
  if (function.run) return Invoke(function.run, call, node);
  At(node);
  Fail("error calling call: " + RefusalToCall(values[0], args));
}

// There are no functions among the values of an event.
std::string Executor::RefusalToCall(const Value& callee, Args args) {
  if (!callee.valid()) return "call of nil";
  const std::string name = !args.empty()                    ? ToString(*args[0])
                           : callee.kind() == Kind::kString ? std::string(callee.as_string())
                                                            : '<' + Name(callee.type()) + " Value>";
  return "non-function " + name + " of type " + Name(callee.type());
}

// Evaluates no more arguments than it must.
Value Executor::EvalAndOr(const Value& dot, bool until, Args args, Final final) {
  Value value;
  for (const NodePtr& arg : args) {
    value = EvalArg(dot, kAnyType, *arg);
    if (IsTrue(value) == until) return value;
  }
  return final ? *final : value;
}

Value Executor::EvalArg(const Value& dot, const Type& type, const Node& node) {
  At(node);
  arena_.Spend(Arena::kStepCost);
  switch (node.type) {
    case NodeType::kDot:
      return Validate(dot, type);
    case NodeType::kNil:
      if (CanBeNil(type)) return Nil(type);
      Fail("cannot assign nil to " + Name(type));
    case NodeType::kField:
      return Validate(EvalFields(dot, dot, node, Word(node).idents, {}, nullptr), type);
    case NodeType::kVariable:
      return Validate(EvalVariable(Word(node), dot, {}, nullptr), type);
    case NodeType::kPipe:
      return Validate(EvalPipeline(dot, static_cast<const PipeNode&>(node)), type);
    case NodeType::kIdentifier:
      return Validate(EvalFunction(dot, Word(node).idents[0], node, {}, nullptr), type);
    case NodeType::kChain:
      return Validate(EvalChain(dot, static_cast<const ChainNode&>(node), {}, nullptr), type);
    default:
      return EvalLiteral(type, node, dot);
  }
}

// A literal (or the dot) as a value of `type`.
Value Executor::EvalLiteral(const Type& type, const Node& node, const Value& dot) {
  const bool any = type.kind == Kind::kAny;
  const bool number = node.type == NodeType::kNumber;
  if (any && node.type == NodeType::kDot) return dot;
  if (any && node.type == NodeType::kBool) return Value(Word(node).truth);
  if (any && number) return EvalConstant(static_cast<const NumberNode&>(node));
  if (any || type.kind == Kind::kString) {
    if (node.type != NodeType::kString) Fail("expected string; found " + ToString(node));
    return Value(Word(node).idents[0], any ? kStringType : type);
  }
  if (type.kind != Kind::kInt) {
    Fail("can't handle " + ToString(node) + " for arg of type " + Name(type));
  }
  if (!number || !static_cast<const NumberNode&>(node).number.is_int) {
    Fail("expected integer; found " + ToString(node));
  }
  return Value::Int(static_cast<const NumberNode&>(node).number.int_value, type);
}

// `value` as an argument of `type`.
Value Executor::Validate(const Value& value, const Type& type) {
  if (type.kind == Kind::kAny) return value;
  if (!value.valid()) {
    if (CanBeNil(type)) return Nil(type);
    Fail("invalid value; expected " + Name(type));
  }
  if (&value.type() == &type) return value;
  if (value.kind() == Kind::kPointer && value.type().elem == &type) {
    if (value.is_nil()) Fail("dereference of nil pointer of type " + Name(type));
    return Indirect(value);
  }
  if (type.kind == Kind::kPointer && type.elem == &value.type() && value.addressable) {
    return Value(arena_.Keep(value), type);
  }
  Fail("wrong type for value; expected " + Name(type) + "; got " + Name(value.type()));
}

Value Executor::Invoke(Value (*run)(const Call&), const Call& call, const Node& node) {
  for (const Value& arg : call.args) {
    if (arg.kind() == Kind::kString) arena_.Spend(arg.length() / 2);
  }
  try {
    return run(call);
  } catch (const CallError& error) {
    At(node);
    Fail("error calling " + std::string(call.name) + ": " + error.text);
  } catch (const TooLong&) {
    At(node);
    throw;
  }
}

}  // namespace eventer::tmpl
