// The language: text, actions, trimming, comments, literals, and what is wrong with a text.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateSyntaxTest, TextWithoutActionsStaysAsItIs) {
  EXPECT_EQ(RenderPlain(""), "");
  EXPECT_EQ(RenderPlain("plain } } { text\n"), "plain } } { text\n");
  EXPECT_EQ(RenderPlain("}}"), "}}");
}

TEST(TemplateSyntaxTest, ActionsAreReplacedByTheirValue) {
  EXPECT_EQ(RenderPlain("a{{.Type}}b"), "aNormalb");
  EXPECT_EQ(RenderPlain("{{ .Type }}"), "Normal");
  EXPECT_EQ(RenderPlain("{{\n.Type\n}}"), "Normal");
}

TEST(TemplateSyntaxTest, MinusesTrimBlanksOnTheirSide) {
  EXPECT_EQ(RenderPlain("a \n {{- .Type -}} \n b"), "aNormalb");
  EXPECT_EQ(RenderPlain("a {{- .Type}} b"), "aNormal b");
  EXPECT_EQ(RenderPlain("a {{.Type -}} b"), "a Normalb");
  EXPECT_EQ(RenderPlain("{{3 -}} < {{- 4}}"), "3<4");
  EXPECT_EQ(RenderPlain("a\t\r\n{{- \"\" -}}\n\n b"), "ab");
}

TEST(TemplateSyntaxTest, AMinusWithoutABlankIsASign) {
  EXPECT_EQ(RenderPlain("{{-3}}"), "-3");
  EXPECT_EQ(RenderPlain("a {{- -3}}"), "a-3");
  EXPECT_EQ(RenderPlain("{{3-}}"), R"(template: body:1: bad number syntax: "3-")");
}

TEST(TemplateSyntaxTest, CommentsVanish) {
  EXPECT_EQ(RenderPlain("a{{/* x */}}b"), "ab");
  EXPECT_EQ(RenderPlain("a {{- /* x */ -}} b"), "ab");
  EXPECT_EQ(RenderPlain("{{/* two\nlines */}}{{.Type}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{/* }} */}}x"), "x");
}

TEST(TemplateSyntaxTest, CommentsFillTheirAction) {
  EXPECT_EQ(RenderPlain("{{ /* x */}}"), R"(template: body:1: unexpected "/" in command)");
  EXPECT_EQ(RenderPlain("{{/* x */ .Type}}"),
            "template: body:1: comment ends before closing delimiter");
  EXPECT_EQ(RenderPlain("{{/* x"), "template: body:1: unclosed comment");
  EXPECT_EQ(RenderPlain("{{/* x */"), "template: body:1: comment ends before closing delimiter");
}

TEST(TemplateSyntaxTest, IntegersInEveryBase) {
  EXPECT_EQ(
      RenderPlain(
          "{{42}} {{-1}} {{+1}} {{0x1F}} {{0X1f}} {{0b101}} {{0o17}} {{017}} {{1_000}} {{0x_F}}"),
      "42 -1 1 31 31 5 15 15 1000 15");
}

TEST(TemplateSyntaxTest, FloatsInEveryForm) {
  EXPECT_EQ(
      RenderPlain(
          "{{1.5}} {{.5}} {{5.}} {{1e3}} {{1E-7}} {{1.5e+20}} {{0x1p4}} {{0x1.8p-1}} {{1_0.5}}"),
      "1.5 0.5 5 1000 1e-07 1.5e+20 16 0.75 10.5");
}

TEST(TemplateSyntaxTest, ImaginaryAndComplexNumbers) {
  EXPECT_EQ(RenderPlain("{{2i}} {{1+2i}} {{1.5-2.5i}} {{3+0i}}"),
            "(0+2i) (1+2i) (1.5-2.5i) (3+0i)");
}

TEST(TemplateSyntaxTest, Characters) {
  EXPECT_EQ(
      RenderPlain("{{'a'}} {{'\\n'}} {{'\\''}} {{'\\x41'}} {{'\\u00e9'}} {{'\\101'}} {{'\u263A'}}"),
      "97 10 39 65 233 65 9786");
}

TEST(TemplateSyntaxTest, Strings) {
  EXPECT_EQ(RenderPlain(R"({{"a\tb\"c\\"}} {{"\x41\u00e9\U0001F600\101"}})"),
            "a\tb\"c\\ A\u00E9\U0001F600A");
  EXPECT_EQ(RenderPlain("{{`raw \\n \"x\"\nline`}}"), "raw \\n \"x\"\nline");
  EXPECT_EQ(RenderPlain(R"({{"}}"}})"), "}}");
}

TEST(TemplateSyntaxTest, Constants) { EXPECT_EQ(RenderPlain("{{true}} {{false}}"), "true false"); }

TEST(TemplateSyntaxTest, BadNumbersAreNamed) {
  EXPECT_EQ(RenderPlain("{{08}}"), R"(template: body:1: integer overflow: "08")");
  EXPECT_EQ(RenderPlain("{{0x}}"), R"(template: body:1: illegal number syntax: "0x")");
  EXPECT_EQ(RenderPlain("{{1__0}}"), R"(template: body:1: illegal number syntax: "1__0")");
  EXPECT_EQ(RenderPlain("{{99999999999999999999}}"),
            R"(template: body:1: integer overflow: "99999999999999999999")");
  EXPECT_EQ(RenderPlain("{{1e400}}"), R"(template: body:1: illegal number syntax: "1e400")");
  EXPECT_EQ(RenderPlain("{{3x}}"), R"(template: body:1: bad number syntax: "3x")");
  EXPECT_EQ(RenderPlain("{{1+2}}"), R"(template: body:1: bad number syntax: "1+2")");
  EXPECT_EQ(
      RenderPlain("{{18446744073709551615}}"),
      R"(template: body:1:2: executing "body" at <18446744073709551615>: 18446744073709551615 overflows int)");
}

TEST(TemplateSyntaxTest, BadStringsAndCharactersAreNamed) {
  EXPECT_EQ(RenderPlain(R"({{"abc}})"), "template: body:1: unterminated quoted string");
  EXPECT_EQ(RenderPlain("{{\"abc\n\"}}"), "template: body:1: unterminated quoted string");
  EXPECT_EQ(RenderPlain("{{`abc}}"), "template: body:1: unterminated raw quoted string");
  EXPECT_EQ(RenderPlain("{{'ab'}}"), "template: body:1: malformed character constant: 'ab'");
  EXPECT_EQ(RenderPlain("{{''}}"), "template: body:1: invalid syntax");
  EXPECT_EQ(RenderPlain("{{'a}}"), "template: body:1: unterminated character constant");
  EXPECT_EQ(RenderPlain(R"({{"\q"}})"), "template: body:1: invalid syntax");
}

TEST(TemplateSyntaxTest, UnclosedActionsAreNamed) {
  EXPECT_EQ(RenderPlain("{{ .Type "), "template: body:1: unclosed action");
  EXPECT_EQ(RenderPlain("a\nb {{ .Type\n\n"),
            "template: body:4: unclosed action started at body:2");
  EXPECT_EQ(RenderPlain("{{ (.Type }}"), "template: body:1: unclosed left paren");
  EXPECT_EQ(RenderPlain("{{ .Type) }}"), "template: body:1: unexpected right paren");
}

TEST(TemplateSyntaxTest, StrangeCharactersAreNamed) {
  EXPECT_EQ(RenderPlain("{{ \u201Cx\u201D }}"),
            "template: body:1: unrecognized character in action: U+201C '\u201C'");
  EXPECT_EQ(RenderPlain("{{ @ }}"), R"(template: body:1: unexpected "@" in command)");
  EXPECT_EQ(RenderPlain("{{ .A-B }}"), "template: body:1: bad character U+002D '-'");
  EXPECT_EQ(RenderPlain("{{ .Type\u00A0}}"), "template: body:1: bad character U+00A0");
  EXPECT_EQ(RenderPlain("{{ : }}"), "template: body:1: expected :=");
  EXPECT_EQ(RenderPlain("{{ a\001b }}"), "template: body:1: bad character U+0001");
}

TEST(TemplateSyntaxTest, NamesMayHoldLettersOfAnyScript) {
  EXPECT_EQ(RenderPlain("{{$gr\u00F6\u00DFe := 1}}{{$gr\u00F6\u00DFe}}"), "1");
  EXPECT_EQ(RenderPlain("{{$\u7EA7\u522B := .Type}}{{$\u7EA7\u522B}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{.\u7EA7\u522B}}"),
            "template: body:1:2: executing \"body\" at <.\u7EA7\u522B>: can't evaluate field "
            "\u7EA7\u522B in type *v1.Event");
}

TEST(TemplateSyntaxTest, UnknownFunctionsAndVariablesAreNamed) {
  EXPECT_EQ(RenderPlain("{{nosuch 1}}"), R"(template: body:1: function "nosuch" not defined)");
  EXPECT_EQ(RenderPlain("{{$x}}"), R"(template: body:1: undefined variable "$x")");
  EXPECT_EQ(RenderPlain("{{$x = 1}}"),
            R"(template: body:1:7: executing "body" at <1>: undefined variable: $x)");
  EXPECT_EQ(RenderPlain("{{if $x := 1}}{{end}}{{$x}}"),
            R"(template: body:1: undefined variable "$x")");
}

TEST(TemplateSyntaxTest, MisplacedKeywordsAreNamed) {
  EXPECT_EQ(RenderPlain("{{end}}"), "template: body:1: unexpected {{end}}");
  EXPECT_EQ(RenderPlain("{{else}}"), "template: body:1: unexpected {{else}}");
  EXPECT_EQ(RenderPlain("x{{end}}"), "template: body:1: unexpected {{end}}");
  EXPECT_EQ(RenderPlain("{{if 1}}"), "template: body:1: unexpected EOF");
  EXPECT_EQ(RenderPlain("{{if 1}}{{else}}{{else}}{{end}}"),
            "template: body:1: expected end; found {{else}}");
  EXPECT_EQ(RenderPlain("{{break}}"), "template: body:1: {{break}} outside {{range}}");
  EXPECT_EQ(RenderPlain("{{continue}}"), "template: body:1: {{continue}} outside {{range}}");
  EXPECT_EQ(RenderPlain("{{range 3}}{{break 1}}{{end}}"),
            R"(template: body:1: unexpected "1" in {{break}})");
  EXPECT_EQ(RenderPlain(R"({{define "x"}})"), "template: body:1: unexpected EOF");
  EXPECT_EQ(RenderPlain(R"({{if 1}}{{define "x"}}{{end}}{{end}})"),
            "template: body:1: unexpected <define> in command");
  EXPECT_EQ(RenderPlain("{{range 1}}{{else if 1}}{{end}}"),
            "template: body:1: unexpected <if> in input");
}

TEST(TemplateSyntaxTest, EmptyPipelinesAreNamed) {
  EXPECT_EQ(RenderPlain("{{}}"), "template: body:1: missing value for command");
  EXPECT_EQ(RenderPlain("{{if}}{{end}}"), "template: body:1: missing value for if");
  EXPECT_EQ(RenderPlain("{{range}}{{end}}"), "template: body:1: missing value for range");
  EXPECT_EQ(RenderPlain("{{()}}"), "template: body:1: missing value for parenthesized pipeline");
  EXPECT_EQ(RenderPlain("{{.Type |}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{| .Type}}"), R"(template: body:1: unexpected "|" in command)");
  EXPECT_EQ(RenderPlain("{{$x := }}"), "template: body:1: missing value for command");
}

TEST(TemplateSyntaxTest, ConstantsCantFollowAPipe) {
  EXPECT_EQ(RenderPlain("{{.Type | 3}}"),
            "template: body:1: non executable command in pipeline stage 2");
  EXPECT_EQ(RenderPlain(R"({{.Type | "x"}})"),
            "template: body:1: non executable command in pipeline stage 2");
  EXPECT_EQ(RenderPlain("{{.Type | .}}"),
            "template: body:1: non executable command in pipeline stage 2");
  EXPECT_EQ(RenderPlain("{{1 | nil}}"),
            "template: body:1: non executable command in pipeline stage 2");
}

TEST(TemplateSyntaxTest, DotsCantFollowConstants) {
  EXPECT_EQ(RenderPlain(R"({{"x".Foo}})"), R"(template: body:1: unexpected . after term "\"x\"")");
  EXPECT_EQ(RenderPlain("{{3.Foo}}"), R"(template: body:1: bad number syntax: "3.F")");
  EXPECT_EQ(RenderPlain("{{nil.Foo}}"), R"(template: body:1: unexpected . after term "nil")");
  EXPECT_EQ(RenderPlain("{{true.Foo}}"), R"(template: body:1: unexpected . after term "true")");
}

TEST(TemplateSyntaxTest, DeclarationsAreChecked) {
  EXPECT_EQ(RenderPlain("{{range $a, $b, $c := .Labels}}{{end}}"),
            "template: body:1: too many declarations in range");
  EXPECT_EQ(RenderPlain("{{range $a, 3}}{{end}}"),
            "template: body:1: range can only initialize variables");
  EXPECT_EQ(RenderPlain("{{$a, $b := 3}}"), "template: body:1: too many declarations in command");
  EXPECT_EQ(RenderPlain("{{.Type, 3}}"), R"(template: body:1: unexpected "," in operand)");
  EXPECT_EQ(RenderPlain("{{$a,}}"), "template: body:1: too many declarations in command");
}

TEST(TemplateSyntaxTest, LinesAreCounted) {
  EXPECT_EQ(RenderPlain("\n\n{{nosuch}}"), R"(template: body:3: function "nosuch" not defined)");
  EXPECT_EQ(RenderPlain("{{/*\n\n*/}}\n{{nosuch}}"),
            R"(template: body:4: function "nosuch" not defined)");
  EXPECT_EQ(RenderPlain("a\n{{- \"\" -}}\n\n{{nosuch}}"),
            R"(template: body:4: function "nosuch" not defined)");
  EXPECT_EQ(RenderPlain("{{`\n\n`}}{{nosuch}}"),
            R"(template: body:3: function "nosuch" not defined)");
}

}  // namespace
}  // namespace eventer
