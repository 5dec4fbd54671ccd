// if, with, range, break, continue, define, template and block.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateControlTest, IfTakesTheFirstTrueBranch) {
  EXPECT_EQ(
      RenderPlain(R"({{if eq .Type "Warning"}}W{{else if eq .Type "Normal"}}N{{else}}?{{end}})"),
      "N");
  EXPECT_EQ(RenderPlain("{{if .Series}}a{{else if .Action}}b{{else}}c{{end}}"), "c");
  EXPECT_EQ(RenderPlain("{{if .Type}}x{{end}}"), "x");
}

TEST(TemplateControlTest, EmptyThingsAreFalse) {
  EXPECT_EQ(
      RenderPlain(
          R"({{if 0}}t{{else}}f{{end}}{{if 0.0}}t{{else}}f{{end}}{{if ""}}t{{else}}f{{end}}{{if false}}t{{else}}f{{end}}{{if .Labels}}t{{else}}f{{end}}{{if .Series}}t{{else}}f{{end}}{{if .Finalizers}}t{{else}}f{{end}}{{if 0i}}t{{else}}f{{end}})"),
      "ffffffff");
}

TEST(TemplateControlTest, StructsAreAlwaysTrue) {
  EXPECT_EQ(
      RenderPlain("{{if .TypeMeta}}t{{end}}{{if .LastTimestamp}}t{{end}}{{if .EventTime}}t{{end}}"),
      "ttt");
}

TEST(TemplateControlTest, FullThingsAreTrue) {
  EXPECT_EQ(RenderRich("{{if .Labels}}t{{end}}{{if .Series}}t{{end}}{{if .Finalizers}}t{{end}}{{if "
                       ".DeletionGracePeriodSeconds}}t{{end}}{{if -1}}t{{end}}"),
            "ttttt");
}

TEST(TemplateControlTest, WithSetsTheDot) {
  EXPECT_EQ(RenderPlain("{{with .InvolvedObject}}{{.Kind}}{{end}}"), "Deployment");
  EXPECT_EQ(RenderPlain("{{with .Action}}a={{.}}{{else}}none{{.Type}}{{end}}"), "noneNormal");
  EXPECT_EQ(RenderPlain("{{with .Series}}x{{else with .Type}}{{.}}{{end}}"), "Normal");
}

TEST(TemplateControlTest, RangeOverASlice) {
  EXPECT_EQ(RenderRich("{{range .Finalizers}}<{{.}}>{{end}}"), "<one><two>");
  EXPECT_EQ(RenderRich("{{range $i, $v := .Finalizers}}{{$i}}={{$v}};{{end}}"), "0=one;1=two;");
  EXPECT_EQ(RenderRich("{{range $v := .Finalizers}}{{$v}};{{end}}"), "one;two;");
  EXPECT_EQ(RenderRich("{{range .OwnerReferences}}{{.Kind}}/{{.Name}}{{end}}"), "Pod/cart-1");
}

TEST(TemplateControlTest, RangeOverAMapIsSorted) {
  EXPECT_EQ(RenderRich("{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}"), "app=cart;tier=web;");
  EXPECT_EQ(RenderRich("{{range .Labels}}{{.}};{{end}}"), "cart;web;");
}

TEST(TemplateControlTest, RangeOverAnInteger) {
  EXPECT_EQ(RenderPlain("{{range 3}}{{.}}{{end}}"), "012");
  EXPECT_EQ(RenderPlain("{{range $i := 3}}{{$i}}{{end}}"), "012");
  EXPECT_EQ(RenderPlain("{{range -1}}x{{else}}none{{end}}"), "none");
  EXPECT_EQ(RenderRich("{{range .Count}}{{.}}{{end}}"), "0123456");
}

TEST(TemplateControlTest, RangeOverNothingTakesElse) {
  EXPECT_EQ(RenderPlain("{{range .Labels}}x{{else}}none{{end}}"), "none");
  EXPECT_EQ(RenderPlain("{{range .Finalizers}}x{{else}}none{{end}}"), "none");
  EXPECT_EQ(RenderPlain("{{range .Labels.x}}x{{else}}none{{end}}"), "none");
  EXPECT_EQ(RenderPlain("{{range .Series}}x{{end}}"),
            R"(template: body:1:8: executing "body" at <.Series>: range can't iterate over nil)");
}

TEST(TemplateControlTest, RangeAssignsKnownVariables) {
  EXPECT_EQ(RenderPlain("{{$x := 9}}{{range $x = 3}}{{end}}{{$x}}"), "2");
  EXPECT_EQ(RenderRich(R"({{$k := ""}}{{$v := ""}}{{range $k, $v = .Labels}}{{end}}{{$k}}{{$v}})"),
            "tierweb");
}

TEST(TemplateControlTest, RangeCantGoOverOtherThings) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderPlain("{{range .Type}}{{end}}"),
            R"(template: body:1:8: executing "body" at <.Type>: range can't iterate over Normal)");
  EXPECT_EQ(RenderPlain("{{range 1.5}}{{end}}"),
            R"(template: body:1:8: executing "body" at <1.5>: range can't iterate over 1.5)");
  EXPECT_EQ(RenderPlain("{{range true}}{{end}}"),
            R"(template: body:1:8: executing "body" at <true>: range can't iterate over true)");
  EXPECT_EQ(
      RenderPlain("{{range .InvolvedObject}}{{end}}"),
      R"(template: body:1:8: executing "body" at <.InvolvedObject>: range can't iterate over {Deployment shop cart    })");
  EXPECT_EQ(
      RenderPlain("{{range .LastTimestamp}}{{end}}"),
      R"(template: body:1:8: executing "body" at <.LastTimestamp>: range can't iterate over 2026-11-23 12:31:37 +0800 CST)");
  EXPECT_EQ(
      RenderPlain("{{range $i, $v := 3}}{{end}}"),
      R"(template: body:1:18: executing "body" at <3>: can't use 3 to iterate over more than one variable)");
}

TEST(TemplateControlTest, BreakEndsTheLoop) {
  EXPECT_EQ(RenderPlain("{{range 5}}{{if eq . 3}}{{break}}{{end}}{{.}}{{end}}."), "012.");
  EXPECT_EQ(RenderPlain("{{range 2}}{{range 5}}{{break}}{{end}}{{.}}{{end}}"), "01");
  EXPECT_EQ(RenderRich("{{range .Labels}}{{.}}{{break}}{{end}}"), "cart");
}

TEST(TemplateControlTest, ContinueEndsTheRound) {
  EXPECT_EQ(RenderPlain("{{range 4}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}"), "023");
  EXPECT_EQ(RenderRich("{{range .Finalizers}}{{continue}}x{{else}}none{{end}}"), "");
}

TEST(TemplateControlTest, DefinedTemplatesAreCalledWithData) {
  EXPECT_EQ(
      RenderPlain(R"({{define "o"}}[{{.Kind}} {{.Name}}]{{end}}{{template "o" .InvolvedObject}})"),
      "[Deployment cart]");
  EXPECT_EQ(RenderPlain(R"({{template "late" .Type}}{{define "late"}}<{{.}}>{{end}})"), "<Normal>");
  EXPECT_EQ(RenderPlain(R"({{define "n"}}{{.}}{{end}}{{template "n"}})"), "<no value>");
}

TEST(TemplateControlTest, TemplatesSeeOnlyTheirData) {
  EXPECT_EQ(RenderPlain(R"({{define "x"}}{{$}}{{end}}{{$y := 1}}{{template "x" 3}})"), "3");
  EXPECT_EQ(RenderPlain(R"({{$y := 1}}{{define "x"}}{{$y}}{{end}})"),
            R"(template: body:1: undefined variable "$y")");
}

TEST(TemplateControlTest, BlocksAreDefinedAndCalled) {
  EXPECT_EQ(RenderPlain(R"({{block "b" .Source}}<{{.Component}}>{{end}}{{template "b" .Source}})"),
            "<deployment-controller><deployment-controller>");
  EXPECT_EQ(RenderPlain(R"({{block "b" .}}{{block "c" .Type}}{{.}}{{end}}{{end}})"), "Normal");
}

TEST(TemplateControlTest, AnEmptyDefinitionYields) {
  EXPECT_EQ(RenderPlain(R"({{define "x"}}a{{end}}{{define "x"}} {{end}}{{template "x"}})"), "a");
  EXPECT_EQ(RenderPlain(R"({{define "x"}} {{end}}{{define "x"}}a{{end}}{{template "x"}})"), "a");
  EXPECT_EQ(RenderPlain("{{define \"body\"}}z{{end}} \n"), "z");
}

TEST(TemplateControlTest, TwoDefinitionsAreAnError) {
  EXPECT_EQ(RenderPlain(R"({{define "x"}}a{{end}}{{define "x"}}b{{end}})"),
            R"(template: body:1: template: multiple definition of template "x")");
  EXPECT_EQ(RenderPlain(R"({{define "body"}}z{{end}}q)"),
            R"(template: body:1: template: multiple definition of template "body")");
}

TEST(TemplateControlTest, UnknownTemplatesAreNamed) {
  EXPECT_EQ(
      RenderPlain(R"({{template "x"}})"),
      R"(template: body:1:11: executing "body" at <{{template "x"}}>: template "x" not defined)");
  EXPECT_EQ(
      RenderPlain(R"({{template "x y" .Type}})"),
      R"(template: body:1:11: executing "body" at <{{template "x y" .Type}}>: template "x y" not defined)");
  EXPECT_EQ(RenderPlain("{{template}}"), R"(template: body:1: unexpected "}}" in template clause)");
  EXPECT_EQ(RenderPlain("{{template 3}}"),
            R"(template: body:1: unexpected "3" in template clause)");
  EXPECT_EQ(RenderPlain(R"({{define "a" .}}{{end}})"),
            "template: body:1: unexpected <.> in define clause");
}

TEST(TemplateControlTest, BreakStaysInItsTemplate) {
  EXPECT_EQ(RenderPlain(R"({{range 3}}{{block "x" .}}{{break}}{{end}}{{end}})"),
            "template: body:1: {{break}} outside {{range}}");
}

}  // namespace
}  // namespace eventer
