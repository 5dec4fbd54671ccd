#include "core/template/lexer.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "core/template/quote.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {
namespace {

constexpr char32_t kEnd = 0xFFFFFFFF;
constexpr std::string_view kLeftDelim = "{{", kRightDelim = "}}";
constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::size_t kTrimMarkerSize = 2;  // the minus and the blank beside it

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

bool IsSpace(char32_t rune) { return rune == ' ' || rune == '\t' || rune == '\r' || rune == '\n'; }

bool HasLeftTrimMarker(std::string_view text) {
  return text.size() >= 2 && text[0] == '-' && IsSpace(static_cast<unsigned char>(text[1]));
}

bool HasRightTrimMarker(std::string_view text) {
  return text.size() >= 2 && IsSpace(static_cast<unsigned char>(text[0])) && text[1] == '-';
}

std::size_t LeadingSpaces(std::string_view text) {
  return std::min(text.find_first_not_of(kSpaces), text.size());
}

int Newlines(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// Go's %#U: U+0040 '@'
std::string Describe(char32_t rune) {
  if (rune == kEnd) return "U+FFFFFFFFFFFFFFFF";
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

std::string ToString(const Item& item) {
  if (item.token == Token::kEof) return "EOF";
  if (item.token == Token::kError) return item.text;
  if (item.token > Token::kKeyword) return "<" + item.text + ">";
  if (item.text.size() <= 10) return Quote(item.text);
  std::string_view rest = item.text;
  for (int i = 0; i < 10 && !rest.empty(); ++i) rest.remove_prefix(DecodeRune(rest).size);
  return Quote(item.text.substr(0, item.text.size() - rest.size())) + "...";
}

Item Lexer::Next() { return inside_action_ ? LexInsideAction() : LexText(); }

Item Lexer::LexText() {
  for (;;) {
    const std::size_t found = input_.find(kLeftDelim, pos_);
    if (found == std::string_view::npos) {
      pos_ = input_.size();
      return Emit(pos_ > start_ ? Token::kText : Token::kEof);
    }
    std::string_view text = input_.substr(pos_, found - pos_);
    if (HasLeftTrimMarker(input_.substr(found + kLeftDelim.size()))) {
      text = text.substr(0, text.find_last_not_of(kSpaces) + 1);
    }
    pos_ += text.size();
    if (!text.empty()) {
      Item item = Emit(Token::kText);
      pos_ = found;
      Ignore();
      return item;
    }
    pos_ = found;
    Ignore();
    const std::size_t marker = HasLeftTrimMarker(input_.substr(pos_ + 2)) ? kTrimMarkerSize : 0;
    if (!input_.substr(pos_ + 2 + marker).starts_with("/*")) return LexLeftDelim();
    pos_ += 2 + marker;
    Ignore();
    if (!SkipComment()) return error_;
  }
}

Item Lexer::LexLeftDelim() {
  pos_ += kLeftDelim.size();
  Item item = Emit(Token::kLeftDelim);
  inside_action_ = true;
  paren_depth_ = 0;
  if (HasLeftTrimMarker(Rest())) pos_ += kTrimMarkerSize;
  Ignore();
  return item;
}

bool Lexer::SkipComment() {
  const std::size_t end = input_.find("*/", pos_ + 2);
  if (end == std::string_view::npos) {
    error_ = Fail("unclosed comment");
    return false;
  }
  pos_ = end + 2;
  bool trim = false;
  if (!AtRightDelim(&trim)) {
    error_ = Fail("comment ends before closing delimiter");
    return false;
  }
  pos_ += kRightDelim.size() + (trim ? kTrimMarkerSize : 0);
  if (trim) pos_ += LeadingSpaces(Rest());
  Ignore();
  return true;
}

Item Lexer::LexRightDelim() {
  bool trim = false;
  AtRightDelim(&trim);
  if (trim) {
    pos_ += kTrimMarkerSize;
    Ignore();
  }
  pos_ += kRightDelim.size();
  Item item = Emit(Token::kRightDelim);
  if (trim) {
    pos_ += LeadingSpaces(Rest());
    Ignore();
  }
  inside_action_ = false;
  return item;
}

Item Lexer::LexInsideAction() {
  bool trim = false;
  if (AtRightDelim(&trim)) {
    return paren_depth_ == 0 ? LexRightDelim() : Fail("unclosed left paren");
  }
  const Rune32 rune = PeekRune();
  if (rune == kEnd) return Fail("unclosed action");
  if (IsSpace(rune)) return LexSpace();
  const bool dot_number = rune == '.' && Rest().size() > 1 && Rest()[1] >= '0' && Rest()[1] <= '9';
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
      if (rune != kEnd && rune != '\n') continue;
    }
    if (rune == kEnd || rune == '\n') return Fail(std::string(unterminated));
  }
}

Item Lexer::LexRawQuote() {
  const std::size_t end = input_.find('`', pos_);
  if (end == std::string_view::npos) return Fail("unterminated raw quoted string");
  pos_ = end + 1;
  return Emit(Token::kRawString);
}

Lexer::Rune32 Lexer::PeekRune() const {
  return pos_ < input_.size() ? DecodeRune(Rest()).value : kEnd;
}

Lexer::Rune32 Lexer::NextRune() {
  if (pos_ >= input_.size()) return kEnd;
  const Rune rune = DecodeRune(Rest());
  pos_ += rune.size;
  return rune.value;
}

bool Lexer::Accept(std::string_view valid) {
  if (pos_ >= input_.size() || valid.find(input_[pos_]) == std::string_view::npos) return false;
  ++pos_;
  return true;
}

void Lexer::AcceptRun(std::string_view valid) {
  while (Accept(valid)) {
  }
}

bool Lexer::AtTerminator() const {
  const Rune32 rune = PeekRune();
  if (rune == kEnd || IsSpace(rune)) return true;
  constexpr std::string_view kTerminators = ".,|:)(";
  if (rune < 0x80 && kTerminators.find(static_cast<char>(rune)) != std::string_view::npos) {
    return true;
  }
  return Rest().starts_with(kRightDelim);
}

bool Lexer::AtRightDelim(bool* trim) const {
  *trim = HasRightTrimMarker(Rest()) && Rest().substr(kTrimMarkerSize).starts_with(kRightDelim);
  return *trim || Rest().starts_with(kRightDelim);
}

Item Lexer::Emit(Token token) {
  const std::string_view text = input_.substr(start_, pos_ - start_);
  Item item{token, start_, std::string(text), start_line_};
  if (token == Token::kEof) item.text = "EOF";
  line_ += Newlines(text);
  start_ = pos_;
  start_line_ = line_;
  return item;
}

void Lexer::Ignore() {
  line_ += Newlines(input_.substr(start_, pos_ - start_));
  start_ = pos_;
  start_line_ = line_;
}

Item Lexer::Fail(std::string text) {
  Item item{Token::kError, start_, std::move(text), start_line_};
  input_ = {};
  pos_ = start_ = 0;
  inside_action_ = false;
  return item;
}

}  // namespace eventer::tmpl
