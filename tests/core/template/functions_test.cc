// The built-in functions.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateFunctionsTest, AndStopsAtTheFirstEmpty) {
  EXPECT_EQ(RenderPlain(R"({{and 1 2}} {{and 1 0 2}} {{and "" .Foo}}|{{0 | and 1}})"), "2 0 |0");
  EXPECT_EQ(RenderPlain("{{and nil}}"), "<no value>");
}

TEST(TemplateFunctionsTest, OrStopsAtTheFirstFull) {
  EXPECT_EQ(RenderPlain(R"({{or 0 "" "z"}} {{or 1 .Foo}} {{1 | or 0}} {{or 0 ""}}|)"), "z 1 1 |");
}

TEST(TemplateFunctionsTest, NotNegates) {
  EXPECT_EQ(RenderPlain(R"({{not 0}} {{not "x"}} {{not nil}} {{not .Series}})"),
            "true false true true");
}

TEST(TemplateFunctionsTest, LenCounts) {
  EXPECT_EQ(RenderPlain("{{len .Type}} {{len \"\u65E5\u672C\"}} {{len .Labels}}"), "6 6 0");
  EXPECT_EQ(RenderRich("{{len .Labels}} {{len .Finalizers}}"), "2 2");
  EXPECT_EQ(
      RenderPlain("{{len 3}}"),
      R"(template: body:1:2: executing "body" at <len 3>: error calling len: len of type int)");
  EXPECT_EQ(
      RenderPlain("{{len .InvolvedObject}}"),
      R"(template: body:1:2: executing "body" at <len .InvolvedObject>: error calling len: len of type v1.ObjectReference)");
  EXPECT_EQ(
      RenderPlain("{{len .Series}}"),
      R"(template: body:1:2: executing "body" at <len .Series>: error calling len: len of nil pointer)");
  EXPECT_EQ(
      RenderPlain("{{len nil}}"),
      R"(template: body:1:2: executing "body" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value)");
}

TEST(TemplateFunctionsTest, IndexLooksUp) {
  EXPECT_EQ(
      RenderRich(
          R"({{index .Labels "tier"}} {{index .Labels "x"}}| {{index .Finalizers 1}} {{index .Type 0}} {{(index .OwnerReferences 0).Name}} {{index .Finalizers}})"),
      "web | two 87 cart-1 [one two]");
}

TEST(TemplateFunctionsTest, IndexSaysWhatIsWrong) {
  EXPECT_EQ(
      RenderPlain("{{index .Labels 1}}"),
      R"(template: body:1:2: executing "body" at <index .Labels 1>: error calling index: value has type int; should be string)");
  EXPECT_EQ(
      RenderPlain("{{index .Labels nil}}"),
      R"(template: body:1:2: executing "body" at <index .Labels nil>: error calling index: value is nil; should be of type string)");
  EXPECT_EQ(
      RenderPlain("{{index .Labels .UID}}"),
      R"(template: body:1:2: executing "body" at <index .Labels .UID>: error calling index: value has type types.UID; should be string)");
  EXPECT_EQ(
      RenderPlain("{{index .Type 100}}"),
      R"(template: body:1:2: executing "body" at <index .Type 100>: error calling index: index out of range: 100)");
  EXPECT_EQ(
      RenderPlain("{{index .Type -1}}"),
      R"(template: body:1:2: executing "body" at <index .Type -1>: error calling index: index out of range: -1)");
  EXPECT_EQ(
      RenderPlain("{{index .Type 6}}"),
      R"(template: body:1:2: executing "body" at <index .Type 6>: error calling index: reflect: string index out of range)");
  EXPECT_EQ(
      RenderRich("{{index .Finalizers 2}}"),
      R"(template: body:1:2: executing "body" at <index .Finalizers 2>: error calling index: reflect: slice index out of range)");
  EXPECT_EQ(
      RenderPlain(R"({{index .Type "x"}})"),
      R"(template: body:1:2: executing "body" at <index .Type "x">: error calling index: cannot index slice/array with type string)");
  EXPECT_EQ(
      RenderPlain("{{index .Type nil}}"),
      R"(template: body:1:2: executing "body" at <index .Type nil>: error calling index: cannot index slice/array with nil)");
  EXPECT_EQ(
      RenderPlain("{{index nil 1}}"),
      R"(template: body:1:2: executing "body" at <index nil 1>: error calling index: index of untyped nil)");
  EXPECT_EQ(
      RenderPlain("{{index .Series 1}}"),
      R"(template: body:1:2: executing "body" at <index .Series 1>: error calling index: index of nil pointer)");
  EXPECT_EQ(
      RenderPlain("{{index .Count 1}}"),
      R"(template: body:1:2: executing "body" at <index .Count 1>: error calling index: can't index item of type int32)");
}

TEST(TemplateFunctionsTest, SliceCuts) {
  EXPECT_EQ(RenderPlain("{{slice .Type 1 3}} {{slice .Type 2}} {{slice .Type}}"), "or rmal Normal");
  EXPECT_EQ(RenderRich("{{slice .Finalizers 1}} {{slice .Finalizers 0 1 1}}"), "[two] [one]");
}

TEST(TemplateFunctionsTest, SliceSaysWhatIsWrong) {
  EXPECT_EQ(
      RenderPlain("{{slice .Type 3 1}}"),
      R"(template: body:1:2: executing "body" at <slice .Type 3 1>: error calling slice: invalid slice index: 3 > 1)");
  EXPECT_EQ(
      RenderPlain("{{slice .Type 0 100}}"),
      R"(template: body:1:2: executing "body" at <slice .Type 0 100>: error calling slice: index out of range: 100)");
  EXPECT_EQ(
      RenderPlain("{{slice .Type 0 1 2}}"),
      R"(template: body:1:2: executing "body" at <slice .Type 0 1 2>: error calling slice: cannot 3-index slice a string)");
  EXPECT_EQ(
      RenderRich("{{slice .Finalizers 0 2 1}}"),
      R"(template: body:1:2: executing "body" at <slice .Finalizers 0 2 1>: error calling slice: invalid slice index: 2 > 1)");
  EXPECT_EQ(
      RenderPlain("{{slice .Count 1}}"),
      R"(template: body:1:2: executing "body" at <slice .Count 1>: error calling slice: can't slice item of type int32)");
  EXPECT_EQ(
      RenderPlain("{{slice nil}}"),
      R"(template: body:1:2: executing "body" at <slice nil>: error calling slice: slice of untyped nil)");
  EXPECT_EQ(
      RenderPlain("{{slice .Series}}"),
      R"(template: body:1:2: executing "body" at <slice .Series>: error calling slice: can't slice item of type *v1.EventSeries)");
  EXPECT_EQ(
      RenderPlain("{{slice .Type 1 2 3 4}}"),
      R"(template: body:1:2: executing "body" at <slice .Type 1 2 3 4>: error calling slice: too many slice indexes: 4)");
  EXPECT_EQ(
      RenderPlain(R"({{slice .Type "a"}})"),
      R"(template: body:1:2: executing "body" at <slice .Type "a">: error calling slice: cannot index slice/array with type string)");
}

TEST(TemplateFunctionsTest, PrintPutsBlanksBetweenWhatIsNoText) {
  EXPECT_EQ(RenderPlain(R"({{print 1 2 "a" "b" 3 4 true false}})"), "1 2ab3 4 true false");
  EXPECT_EQ(RenderPlain("{{print nil nil}}"), "<nil> <nil>");
  EXPECT_EQ(RenderPlain("{{print .Labels.x}}"), "<nil>");
  EXPECT_EQ(RenderPlain("{{print}}|"), "|");
}

TEST(TemplateFunctionsTest, PrintlnPutsBlanksBetweenAll) {
  EXPECT_EQ(RenderPlain(R"({{println 1 "a" "b"}})"), "1 a b\n");
  EXPECT_EQ(RenderPlain("{{println}}"), "\n");
}

TEST(TemplateFunctionsTest, HtmlEscapes) {
  EXPECT_EQ(RenderPlain(R"({{html "<a href='x'>&\"\x00"}})"),
            "&lt;a href=&#39;x&#39;&gt;&amp;&#34;\uFFFD");
  EXPECT_EQ(RenderPlain(R"({{html 1 2 "<"}})"), "1 2&lt;");
  EXPECT_EQ(RenderPlain("{{html nil}}"), "&lt;no value&gt;");
  EXPECT_EQ(RenderPlain("{{html .Labels.x}}"), "&lt;no value&gt;");
}

TEST(TemplateFunctionsTest, JsEscapes) {
  EXPECT_EQ(RenderPlain(R"({{js "'\"\\<>&=\n\x00\x7f"}})"),
            "\\'\\\"\\\\\\u003C\\u003E\\u0026\\u003D\\u000A\\u0000\177");
  EXPECT_EQ(RenderPlain("{{js \"\u00E9\u263A\u65E5\\u2028\\u00ad\\U000e0001\\U0001F600\"}}"),
            "\u00E9\u263A\u65E5\\u2028\\u00AD\\uE0001\U0001F600");
  EXPECT_EQ(RenderPlain(R"({{js "\x80"}})"), "\x80");
}

TEST(TemplateFunctionsTest, UrlqueryEscapes) {
  EXPECT_EQ(RenderPlain("{{urlquery \"a b&c/d?\u00E9-_.~'\"}}"), "a+b%26c%2Fd%3F%C3%A9-_.~%27");
  EXPECT_EQ(RenderPlain(R"({{urlquery 1 "x"}})"), "1x");
}

TEST(TemplateFunctionsTest, EscapersTakeCopies) {
  EXPECT_EQ(RenderPlain("{{html .Source}}"), "{deployment-controller }");
  EXPECT_EQ(RenderRich("{{html .Related}}"),
            "&amp;ObjectReference{Kind:Node,Namespace:,Name:worker-1,UID:,APIVersion:,"
            "ResourceVersion:,FieldPath:,}");
}

TEST(TemplateFunctionsTest, CallFindsNoFunctionsInAnEvent) {
  EXPECT_EQ(
      RenderPlain("{{call .Type}}"),
      R"(template: body:1:2: executing "body" at <call .Type>: error calling call: non-function .Type of type string)");
  EXPECT_EQ(
      RenderPlain("{{call nil}}"),
      R"(template: body:1:2: executing "body" at <call nil>: error calling call: call of nil)");
  EXPECT_EQ(
      RenderPlain(R"({{"x" | call}})"),
      R"(template: body:1:8: executing "body" at <call>: error calling call: non-function x of type string)");
  EXPECT_EQ(
      RenderPlain("{{3 | call}}"),
      R"(template: body:1:6: executing "body" at <call>: error calling call: non-function <int Value> of type int)");
  EXPECT_EQ(
      RenderPlain("{{call .InvolvedObject 1}}"),
      R"(template: body:1:2: executing "body" at <call .InvolvedObject 1>: error calling call: non-function .InvolvedObject of type v1.ObjectReference)");
}

TEST(TemplateFunctionsTest, ArgumentsAreCounted) {
  EXPECT_EQ(
      RenderPlain("{{and}}"),
      R"(template: body:1:2: executing "body" at <and>: wrong number of args for and: want at least 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{or}}"),
      R"(template: body:1:2: executing "body" at <or>: wrong number of args for or: want at least 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{not}}"),
      R"(template: body:1:2: executing "body" at <not>: wrong number of args for not: want 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{not 1 2}}"),
      R"(template: body:1:2: executing "body" at <not>: wrong number of args for not: want 1 got 2)");
  EXPECT_EQ(
      RenderPlain("{{len}}"),
      R"(template: body:1:2: executing "body" at <len>: wrong number of args for len: want 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{index}}"),
      R"(template: body:1:2: executing "body" at <index>: wrong number of args for index: want at least 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{printf}}"),
      R"(template: body:1:2: executing "body" at <printf>: wrong number of args for printf: want at least 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{eq}}"),
      R"(template: body:1:2: executing "body" at <eq>: wrong number of args for eq: want at least 1 got 0)");
  EXPECT_EQ(
      RenderPlain("{{ne 1}}"),
      R"(template: body:1:2: executing "body" at <ne>: wrong number of args for ne: want 2 got 1)");
  EXPECT_EQ(
      RenderPlain("{{lt 1 2 3}}"),
      R"(template: body:1:2: executing "body" at <lt>: wrong number of args for lt: want 2 got 3)");
  EXPECT_EQ(
      RenderPlain("{{1 | lt}}"),
      R"(template: body:1:6: executing "body" at <lt>: wrong number of args for lt: want 2 got 1)");
  EXPECT_EQ(
      RenderPlain("{{call}}"),
      R"(template: body:1:2: executing "body" at <call>: wrong number of args for call: want at least 1 got 0)");
}

TEST(TemplateFunctionsTest, PrintfWantsAFormat) {
  EXPECT_EQ(RenderPlain("{{printf 1}}"),
            R"(template: body:1:9: executing "body" at <1>: expected string; found 1)");
  EXPECT_EQ(
      RenderPlain("{{printf .Count}}"),
      R"(template: body:1:9: executing "body" at <.Count>: wrong type for value; expected string; got int32)");
  EXPECT_EQ(RenderPlain("{{printf nil}}"),
            R"(template: body:1:9: executing "body" at <nil>: cannot assign nil to string)");
  EXPECT_EQ(
      RenderPlain("{{printf .Labels.x 1}}"),
      R"(template: body:1:16: executing "body" at <.Labels.x>: invalid value; expected string)");
  EXPECT_EQ(RenderPlain("{{printf .Type 1}}"), "Normal%!(EXTRA int=1)");
}

}  // namespace
}  // namespace eventer
