// Pipelines: arguments, parentheses, variables and their scopes.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplatePipelineTest, TheLastValueIsTheNextOnesLastArgument) {
  EXPECT_EQ(RenderPlain(R"({{.Type | printf "%s-%s" "a"}})"), "a-Normal");
  EXPECT_EQ(RenderPlain(R"({{.Type | len | printf "%03d"}})"), "006");
  EXPECT_EQ(RenderPlain(R"({{"x" | printf "%s" | printf "%q"}})"), R"("x")");
}

TEST(TemplatePipelineTest, ParenthesesGroup) {
  EXPECT_EQ(RenderPlain(R"({{printf "%d" (len .Type)}})"), "6");
  EXPECT_EQ(RenderPlain("{{((.Type))}}"), "Normal");
  EXPECT_EQ(RenderPlain(R"({{(print .Type "x") | len}})"), "7");
}

TEST(TemplatePipelineTest, ParenthesesHaveFields) {
  EXPECT_EQ(RenderPlain("{{(.InvolvedObject).Kind}}"), "Deployment");
  EXPECT_EQ(RenderPlain("{{(.LastTimestamp.UTC).Year}}"), "2026");
  EXPECT_EQ(
      RenderPlain(R"({{(index .Labels "x").Foo}})"),
      R"(template: body:1:17: executing "body" at <"x">: can't evaluate field Foo in type string)");
}

TEST(TemplatePipelineTest, DotIsTheData) {
  EXPECT_EQ(RenderPlain("{{with .Type}}{{.}}{{end}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{with .InvolvedObject}}{{.Kind}}{{$.Type}}{{end}}"), "DeploymentNormal");
}

TEST(TemplatePipelineTest, DollarIsTheWholeData) {
  EXPECT_EQ(RenderPlain("{{with .Source}}{{$.Type}} {{.Component}}{{end}}"),
            "Normal deployment-controller");
  EXPECT_EQ(RenderPlain("{{range 1}}{{$.Reason}}{{end}}"), "ScalingReplicaSet");
}

TEST(TemplatePipelineTest, VariablesKeepValues) {
  EXPECT_EQ(RenderPlain("{{$x := .Type}}{{$x}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{$x := .InvolvedObject}}{{$x.Kind}}"), "Deployment");
  EXPECT_EQ(RenderPlain("{{$x := 1}}{{$x = 2}}{{$x}}"), "2");
}

TEST(TemplatePipelineTest, VariablesEndWithTheirBlock) {
  EXPECT_EQ(RenderPlain("{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{$x}}{{end}}{{$x}}"), "32");
  EXPECT_EQ(RenderPlain("{{if $x := .Type}}{{$x}}{{else}}{{$x}}{{end}}"), "Normal");
  EXPECT_EQ(RenderPlain("{{with $x := .Type}}{{$x}}{{.}}{{end}}"), "NormalNormal");
}

TEST(TemplatePipelineTest, DeclarationsPrintNothing) {
  EXPECT_EQ(RenderPlain("a{{$x := 1}}b{{$x = 2}}c"), "abc");
}

TEST(TemplatePipelineTest, NonFunctionsTakeNoArguments) {
  EXPECT_EQ(
      RenderPlain(R"({{"x" .Type}})"),
      R"(template: body:1:2: executing "body" at <"x">: can't give argument to non-function "x")");
  EXPECT_EQ(
      RenderPlain("{{. .Type}}"),
      R"(template: body:1:2: executing "body" at <.>: can't give argument to non-function .)");
  EXPECT_EQ(
      RenderPlain("{{.Type .Reason}}"),
      R"(template: body:1:2: executing "body" at <.Type>: Type has arguments but cannot be invoked as function)");
  EXPECT_EQ(
      RenderPlain("{{.Type | .Reason}}"),
      R"(template: body:1:10: executing "body" at <.Reason>: Reason has arguments but cannot be invoked as function)");
  EXPECT_EQ(
      RenderPlain("{{$x := 3}}{{$x 3}}"),
      R"(template: body:1:13: executing "body" at <$x>: can't give argument to non-function $x)");
  EXPECT_EQ(
      RenderPlain("{{(.Type) .Type}}"),
      R"(template: body:1:2: executing "body" at <(.Type) .Type>: can't give argument to non-function .Type)");
  EXPECT_EQ(
      RenderPlain("{{1 2}}"),
      R"(template: body:1:2: executing "body" at <1>: can't give argument to non-function 1)");
}

TEST(TemplatePipelineTest, NilIsNoCommand) {
  EXPECT_EQ(RenderPlain("{{nil}}"),
            R"(template: body:1:2: executing "body" at <nil>: nil is not a command)");
  EXPECT_EQ(RenderPlain("{{nil | print}}"),
            R"(template: body:1:2: executing "body" at <nil>: nil is not a command)");
}

TEST(TemplatePipelineTest, IntegersMustFitAnInt) {
  EXPECT_EQ(
      RenderPlain("{{18446744073709551615}}"),
      R"(template: body:1:2: executing "body" at <18446744073709551615>: 18446744073709551615 overflows int)");
}

TEST(TemplatePipelineTest, ErrorsNameThePlaceAndTheAction) {
  EXPECT_EQ(
      RenderPlain("a\n  {{.Foo}}"),
      R"(template: body:2:4: executing "body" at <.Foo>: can't evaluate field Foo in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{if .Foo}}{{end}}"),
      R"(template: body:1:5: executing "body" at <.Foo>: can't evaluate field Foo in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{range .Foo}}{{end}}"),
      R"(template: body:1:8: executing "body" at <.Foo>: can't evaluate field Foo in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{len (index .Labels 1) | print}}"),
      R"(template: body:1:7: executing "body" at <index .Labels 1>: error calling index: value has type int; should be string)");
  EXPECT_EQ(
      RenderPlain("{{with .InvolvedObject}}\n\n {{.Foo.Bar}}{{end}}"),
      R"(template: body:3:7: executing "body" at <.Foo.Bar>: can't evaluate field Foo in type v1.ObjectReference)");
  EXPECT_EQ(
      RenderPlain("{{range $i, $v := 3}}{{end}}"),
      R"(template: body:1:18: executing "body" at <3>: can't use 3 to iterate over more than one variable)");
  EXPECT_EQ(
      RenderPlain(R"({{template "x" (len 3)}}{{define "x"}}{{end}})"),
      R"(template: body:1:16: executing "body" at <len 3>: error calling len: len of type int)");
  EXPECT_EQ(
      RenderPlain("{{print ($.InvolvedObject.Foo)}}"),
      R"(template: body:1:10: executing "body" at <$.InvolvedObject.Foo>: can't evaluate field Foo in type v1.ObjectReference)");
  EXPECT_EQ(RenderPlain("{{.LastTimestamp.Format 'x'}}"),
            R"(template: body:1:24: executing "body" at <'x'>: expected string; found 'x')");
}

}  // namespace
}  // namespace eventer
