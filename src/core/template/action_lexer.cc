// The lexer between {{ and }}.
#include <array>
#include <cstdio>
#include <utility>

#include "core/template/lexer.h"
#include "core/template/lexer_text.h"
#include "core/template/quote.h"
#include "core/template/unicode.h"
#include "eventer/ascii.h"

namespace eventer::tmpl {
namespace {

constexpr std::array<std::pair<std::string_view, Token>, 11> kKeywords = {{
    {"block", Token::kBlock},
    {"break", Token::kBreak},
    {"continue", Token::kContinue},
    {"define", Token::kDefine},
    {"else", Token::kElse},
    {"end", Token::kEnd},
    {"if", Token::kIf},
    {"range", Token::kRange},
    {"nil", Token::kNil},
    {"template", Token::kTemplate},
    {"with", Token::kWith},
}};

// Go's %#U: U+0040 '@'
std::string Describe(char32_t rune) {
  if (rune == kEndOfInput) return "U+FFFFFFFFFFFFFFFF";
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "U+%04X", static_cast<unsigned>(rune));
  std::string out = code.data();
  if (IsPrintRune(rune)) {
    out += " '";
    AppendRune(out, rune);
    out += '\'';
  }
  return out;
}

}  // namespace

Item Lexer::LexInsideAction() {
  bool trim = false;
  if (AtRightDelim(&trim)) {
    return paren_depth_ == 0 ? LexRightDelim() : Fail("unclosed left paren");
  }
  const Rune32 rune = PeekRune();
  if (rune == kEndOfInput) return Fail("unclosed action");
  if (IsSpace(rune)) return LexSpace();
  const bool dot_number = rune == '.' && Rest().size() > 1 && IsDigit(Rest()[1]);
  if (dot_number || rune == '+' || rune == '-' || (rune >= '0' && rune <= '9')) return LexNumber();
  if (IsWordRune(rune)) return LexIdentifier();
  return LexOperator(NextRune());
}

Item Lexer::LexOperator(Rune32 first) {
  switch (first) {
    case '=':
      return Emit(Token::kAssign);
    case ':':
      return NextRune() == '=' ? Emit(Token::kDeclare) : Fail("expected :=");
    case '|':
      return Emit(Token::kPipe);
    case '"':
      return LexQuoted('"', Token::kString, "unterminated quoted string");
    case '\'':
      return LexQuoted('\'', Token::kCharConstant, "unterminated character constant");
    case '`':
      return LexRawQuote();
    case '$':
      return LexFieldOrVariable(Token::kVariable);
    // A dot at the very end of the input is the start of a number for Go.
    case '.':
      return Rest().empty() ? (--pos_, LexNumber()) : LexFieldOrVariable(Token::kField);
    case '(':
      ++paren_depth_;
      return Emit(Token::kLeftParen);
    case ')':
      if (--paren_depth_ < 0) return Fail("unexpected right paren");
      return Emit(Token::kRightParen);
    default:
      break;
  }
  if (first < 0x80 && IsPrintRune(first)) return Emit(Token::kChar);
  return Fail("unrecognized character in action: " + Describe(first));
}

Item Lexer::LexSpace() {
  const std::size_t spaces = LeadingSpaces(Rest());
  const std::string_view last = input_.substr(pos_ + spaces - 1);
  pos_ += spaces;
  // The last blank belongs to a trim marker that follows.
  if (HasRightTrimMarker(last) && last.substr(kTrimMarkerSize).starts_with(kRightDelim)) {
    --pos_;
    if (spaces == 1) return LexRightDelim();
  }
  return Emit(Token::kSpace);
}

Item Lexer::LexIdentifier() {
  while (IsWordRune(PeekRune())) NextRune();
  const std::string_view word = input_.substr(start_, pos_ - start_);
  if (!AtTerminator()) return Fail("bad character " + Describe(PeekRune()));
  for (const auto& [text, token] : kKeywords) {
    if (word == text) return Emit(token);
  }
  return Emit(word == "true" || word == "false" ? Token::kBool : Token::kIdentifier);
}

Item Lexer::LexFieldOrVariable(Token token) {
  if (AtTerminator()) return Emit(token == Token::kVariable ? token : Token::kDot);
  while (IsWordRune(PeekRune())) NextRune();
  if (!AtTerminator()) return Fail("bad character " + Describe(PeekRune()));
  return Emit(token);
}

Item Lexer::LexNumber() {
  const auto bad = [&] {
    return Fail("bad number syntax: " + Quote(input_.substr(start_, pos_ - start_)));
  };
  if (!ScanNumber()) return bad();
  const Rune32 sign = PeekRune();
  if (sign != '+' && sign != '-') return Emit(Token::kNumber);
  if (!ScanNumber() || input_[pos_ - 1] != 'i') return bad();
  return Emit(Token::kComplex);
}

bool Lexer::ScanNumber() {
  constexpr std::string_view kDecimal = "0123456789_";
  std::string_view digits = kDecimal;
  bool hex = false;
  Accept("+-");
  if (Accept("0")) {
    hex = Accept("xX");
    digits = hex            ? "0123456789abcdefABCDEF_"
             : Accept("oO") ? "01234567_"
             : Accept("bB") ? "01_"
                            : kDecimal;
  }
  AcceptRun(digits);
  if (Accept(".")) AcceptRun(digits);
  if ((digits == kDecimal && Accept("eE")) || (hex && Accept("pP"))) {
    Accept("+-");
    AcceptRun(kDecimal);
  }
  Accept("i");
  if (!IsWordRune(PeekRune())) return true;
  NextRune();
  return false;
}

Item Lexer::LexQuoted(char quote, Token token, std::string_view unterminated) {
  for (;;) {
    Rune32 rune = NextRune();
    if (rune == static_cast<unsigned char>(quote)) return Emit(token);
    if (rune == '\\') {
      rune = NextRune();
      if (rune != kEndOfInput && rune != '\n') continue;
    }
    if (rune == kEndOfInput || rune == '\n') return Fail(std::string(unterminated));
  }
}

Item Lexer::LexRawQuote() {
  const std::size_t end = input_.find('`', pos_);
  if (end == std::string_view::npos) return Fail("unterminated raw quoted string");
  pos_ = end + 1;
  return Emit(Token::kRawString);
}

}  // namespace eventer::tmpl
