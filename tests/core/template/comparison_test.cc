// Comparisons: eq, ne, lt, le, gt, ge.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateComparisonTest, EqComparesWithAny) {
  EXPECT_EQ(
      RenderPlain(
          R"({{eq 3 1 2 3}} {{eq "a" "b"}} {{eq .Type "Normal"}} {{eq 1.5 1.5}} {{eq true true}} {{eq 1i 1i}})"),
      "true false true true true true");
  EXPECT_EQ(
      RenderPlain(
          R"({{eq .UID "b871719f"}} {{eq .Count 1}} {{eq (index .Type 0) 78}} {{eq 78 (index .Type 0)}})"),
      "true true true true");
}

TEST(TemplateComparisonTest, EqComparesNil) {
  EXPECT_EQ(RenderPlain("{{eq .Series nil}} {{eq nil .Series}} {{eq .Labels nil}} {{eq .Labels.x "
                        "nil}} {{eq nil nil}} {{eq .Type nil}}"),
            "true true true true true false");
  EXPECT_EQ(RenderRich("{{eq .Series nil}} {{eq .Series .Series}} {{eq .Labels nil}}"),
            "false true false");
}

TEST(TemplateComparisonTest, EqComparesStructs) {
  EXPECT_EQ(RenderPlain("{{eq .InvolvedObject .InvolvedObject}} {{eq .LastTimestamp "
                        ".FirstTimestamp}} {{eq .LastTimestamp .EventTime}}"),
            "true true false");
}

TEST(TemplateComparisonTest, EqSaysWhatIsWrong) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(
      RenderPlain("{{eq 1}}"),
      R"(template: body:1:2: executing "body" at <eq 1>: error calling eq: missing argument for comparison)");
  EXPECT_EQ(
      RenderPlain(R"({{eq 1 "a"}})"),
      R"(template: body:1:2: executing "body" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string)");
  EXPECT_EQ(
      RenderPlain("{{eq 1 1.0}}"),
      R"(template: body:1:2: executing "body" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64)");
  EXPECT_EQ(
      RenderPlain("{{eq .InvolvedObject .Type}}"),
      R"(template: body:1:2: executing "body" at <eq .InvolvedObject .Type>: error calling eq: incompatible types for comparison: v1.ObjectReference and string)");
  EXPECT_EQ(
      RenderPlain("{{eq .InvolvedObject .Labels}}"),
      R"(template: body:1:2: executing "body" at <eq .InvolvedObject .Labels>: error calling eq: non-comparable types {Deployment shop cart    }: v1.ObjectReference, map[string]string: map[])");
  EXPECT_EQ(
      RenderPlain("{{eq .ObjectMeta .ObjectMeta}}"),
      R"(template: body:1:2: executing "body" at <eq .ObjectMeta .ObjectMeta>: error calling eq: non-comparable type {cart.18ea  shop  b871719f 2668 %!s(int64=0) 2026-11-23 12:31:37 +0800 CST <nil> %!s(*int64=<nil>) map[] map[] [] []  []}: v1.ObjectMeta)");
  EXPECT_EQ(
      RenderRich("{{eq .Labels .Annotations}}"),
      R"(template: body:1:2: executing "body" at <eq .Labels .Annotations>: error calling eq: non-comparable type map[note:a&b ObjectMeta]: map[string]string)");
}

TEST(TemplateComparisonTest, NeIsTheOpposite) {
  EXPECT_EQ(RenderPlain(R"({{ne 1 2}} {{ne "a" "a"}} {{ne .Series nil}})"), "true false false");
  EXPECT_EQ(
      RenderPlain(R"({{ne 1 "a"}})"),
      R"(template: body:1:2: executing "body" at <ne 1 "a">: error calling ne: incompatible types for comparison: int and string)");
}

TEST(TemplateComparisonTest, OrderingOfNumbersAndTexts) {
  EXPECT_EQ(
      RenderPlain(
          R"({{lt 1 2}} {{le 2 2}} {{gt 3 2}} {{ge 2 3}} {{lt "a" "b"}} {{lt 1.5 2.5}} {{gt "b" "a"}} {{ge "a" "a"}})"),
      "true true true false true true true true");
  EXPECT_EQ(RenderPlain("{{lt (index .Type 0) 79}} {{gt (index .Type 0) -1}} {{lt -1 (index .Type "
                        "0)}} {{le (index .Type 0) (index .Type 1)}}"),
            "true true true true");
}

TEST(TemplateComparisonTest, OrderingSaysWhatIsWrong) {
  EXPECT_EQ(
      RenderPlain("{{lt true false}}"),
      R"(template: body:1:2: executing "body" at <lt true false>: error calling lt: invalid type for comparison)");
  EXPECT_EQ(
      RenderPlain("{{lt 1 1.5}}"),
      R"(template: body:1:2: executing "body" at <lt 1 1.5>: error calling lt: incompatible types for comparison: int and float64)");
  EXPECT_EQ(
      RenderPlain("{{lt 1i 2i}}"),
      R"(template: body:1:2: executing "body" at <lt 1i 2i>: error calling lt: invalid type for comparison)");
  EXPECT_EQ(
      RenderPlain("{{lt .Series nil}}"),
      R"(template: body:1:2: executing "body" at <lt .Series nil>: error calling lt: invalid type for comparison)");
  EXPECT_EQ(
      RenderPlain(R"({{gt 1 "a"}})"),
      R"(template: body:1:2: executing "body" at <gt 1 "a">: error calling gt: incompatible types for comparison: int and string)");
  EXPECT_EQ(
      RenderPlain("{{le .Labels .Labels}}"),
      R"(template: body:1:2: executing "body" at <le .Labels .Labels>: error calling le: invalid type for comparison)");
}

}  // namespace
}  // namespace eventer
