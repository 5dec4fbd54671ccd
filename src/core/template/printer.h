// Go's package fmt over values: Print, Println and Printf.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/template/format.h"
#include "core/template/value.h"

namespace eventer::tmpl {

// A text in the making grew beyond what a template may put out.
struct TooLong {};

class Printer {
 public:
  // Appends to `out`; throws TooLong once that has more than `limit` bytes.
  Printer(std::string& out, std::size_t limit) : out_(out), limit_(limit), format_(out) {}

  // Values that can be pointed to speak with their pointer's String. Go's fmt gets copies, which
  // can't; what an action puts out, and what html, js and urlquery get, can.
  void UsePointers() { use_pointers_ = true; }

  void Print(std::span<const Value> args);    // blanks between what is no text
  void Println(std::span<const Value> args);  // blanks between all, and a newline
  void Printf(std::string_view format, std::span<const Value> args);
  void Argument(const Value& value, char32_t verb);

 private:
  // Where Printf is in its format and its arguments.
  struct Position {
    std::string_view format;
    std::span<const Value> args;
    std::size_t next = 0;    // argument
    bool good_index = true;  // of an argument that was asked for: [3]
    bool after_index = false;
    bool reordered = false;
  };

  void Directive(Position& at);
  void ReadFlags(Position& at);
  void ReadIndex(Position& at);
  void ReadWidth(Position& at);
  void ReadPrecision(Position& at);
  bool TakeStar(Position& at, int* value);
  void Verb(Position& at, char32_t verb);
  void ReportExtra(const Position& at);

  // Each of these: false if the verb is not one for such a value.
  bool Basic(const Value& value, char32_t verb);
  bool Integer(std::uint64_t value, bool negative, bool is_signed, char32_t verb);
  bool Float(double value, char32_t verb);
  bool Complex(std::complex<double> value, char32_t verb);
  bool Text(std::string_view text, char32_t verb);
  bool Address(const Value& value, char32_t verb);

  bool ByMethod(const Value& value, char32_t verb, bool pointer);
  void Part(const Value& value, char32_t verb, int depth);
  void Map(const Value& value, char32_t verb, int depth);
  void Struct(const Value& value, char32_t verb, int depth);
  void Slice(const Value& value, char32_t verb, int depth);
  void Pointer(const Value& value, char32_t verb, int depth);
  void Separator(std::size_t index);
  void BadVerb(const Value& value, char32_t verb);
  void CheckLimit() const;

  std::string& out_;
  std::size_t limit_;
  Formatter format_;
  bool use_pointers_ = false;
  bool erroring_ = false;  // a value is printed inside a complaint: without its methods
};

// fmt.Sprint of one value.
std::string Sprint(const Value& value);

}  // namespace eventer::tmpl
