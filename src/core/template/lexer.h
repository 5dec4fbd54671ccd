// From a template's text to tokens, as Go's text/template/parse cuts it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace eventer::tmpl {

enum class Token : char {
  kError,  // the item's text says what is wrong
  kBool,
  kChar,  // one printable ASCII character, such as a comma
  kCharConstant,
  kComplex,
  kAssign,   // =
  kDeclare,  // :=
  kEof,
  kField,  // .Name
  kIdentifier,
  kLeftDelim,
  kLeftParen,
  kNumber,
  kPipe,
  kRawString,
  kRightDelim,
  kRightParen,
  kSpace,
  kString,
  kText,
  kVariable,  // $ or $name
  kKeyword,   // what follows are keywords
  kBlock,
  kBreak,
  kContinue,
  kDot,
  kDefine,
  kElse,
  kEnd,
  kIf,
  kNil,
  kRange,
  kTemplate,
  kWith,
};

struct Item {
  Token token = Token::kEof;
  std::size_t pos = 0;  // bytes from the start of the template
  std::string text;
  int line = 1;  // at the start of the item
};

// The item as error messages show it.
std::string ToString(const Item& item);

class Lexer {
 public:
  // `input` outlives the lexer.
  explicit Lexer(std::string_view input) : input_(input) {}

  // After kError and at the end: kEof for ever.
  Item Next();

 private:
  using Rune32 = char32_t;

  Item LexText();
  Item LexLeftDelim();
  bool SkipComment();  // false: error_ is set
  Item LexRightDelim();
  Item LexInsideAction();
  Item LexOperator(Rune32 first);
  Item LexSpace();
  Item LexIdentifier();
  Item LexFieldOrVariable(Token token);
  Item LexNumber();
  bool ScanNumber();
  Item LexQuoted(char quote, Token token, std::string_view unterminated);
  Item LexRawQuote();

  Rune32 NextRune();  // kEndOfInput at the end
  Rune32 PeekRune() const;
  bool Accept(std::string_view valid);
  void AcceptRun(std::string_view valid);
  bool AtTerminator() const;
  bool AtRightDelim(bool* trim) const;
  std::string_view Rest() const { return input_.substr(pos_); }

  Item Emit(Token token);
  Item Fail(std::string text);
  void Ignore();  // drops what was read since the last item

  std::string_view input_;
  std::size_t pos_ = 0, start_ = 0;
  int line_ = 1, start_line_ = 1;
  int paren_depth_ = 0;
  bool inside_action_ = false;
  Item error_;
};

}  // namespace eventer::tmpl
