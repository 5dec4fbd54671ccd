#include "core/template/lexer.h"

#include <algorithm>
#include <utility>

#include "core/template/lexer_text.h"
#include "core/template/quote.h"
#include "core/template/unicode.h"

namespace eventer::tmpl {
namespace {

int Newlines(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
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

Lexer::Rune32 Lexer::PeekRune() const {
  return pos_ < input_.size() ? DecodeRune(Rest()).value : kEndOfInput;
}

Lexer::Rune32 Lexer::NextRune() {
  if (pos_ >= input_.size()) return kEndOfInput;
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
  if (rune == kEndOfInput || IsSpace(rune)) return true;
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
