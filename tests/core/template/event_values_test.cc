// An event as templates see it: fields by their Go names, nil, and how structs print.
#include <gtest/gtest.h>

#include "core/template/template_support.h"

namespace eventer {
namespace {

TEST(TemplateEventTest, FieldsByTheirGoNames) {
  EXPECT_EQ(
      RenderRich("{{.Type}}|{{.Reason}}|{{.Message}}|{{.Count}}|{{.Action}}|{{.ReportingController}"
                 "}|{{.ReportingInstance}}|{{.Source.Component}}|{{.Source.Host}}"),
      R"(Warning|BackOff|Back-off "now"|7|Restart|kubelet|i-1|kubelet|worker-1)");
  EXPECT_EQ(RenderRich("{{with "
                       ".InvolvedObject}}{{.Kind}}|{{.Namespace}}|{{.Name}}|{{.UID}}|{{.APIVersion}"
                       "}|{{.ResourceVersion}}|{{.FieldPath}}{{end}}"),
            "Pod|shop|cart-1|cart-1-uid|v1||spec.containers{app}");
}

TEST(TemplateEventTest, MetadataIsPromoted) {
  EXPECT_EQ(RenderRich("{{.Name}}|{{.ObjectMeta.Name}}|{{.Namespace}}|{{.UID}}|{{.ResourceVersion}}"
                       "|{{.Generation}}|{{.GenerateName}}|{{.SelfLink}}|{{.ClusterName}}|{{."
                       "DeletionGracePeriodSeconds}}"),
            "cart-1.aaa1|cart-1.aaa1|shop|605abd8a|2875|3||||30");
}

TEST(TemplateEventTest, KindAndVersionOfTheEventAreEmpty) {
  EXPECT_EQ(RenderRich("{{.Kind}}|{{.APIVersion}}|{{.TypeMeta}}"),
            "||&TypeMeta{Kind:,APIVersion:,}");
}

TEST(TemplateEventTest, MapsPrintSorted) {
  EXPECT_EQ(RenderRich("{{.Labels}} {{.Annotations}}"),
            "map[app:cart tier:web] map[note:a&b ObjectMeta]");
  EXPECT_EQ(RenderPlain("{{.Labels}} {{.Annotations}}"), "map[] map[]");
}

TEST(TemplateEventTest, MapEntriesAreFields) {
  EXPECT_EQ(RenderRich("{{.Labels.tier}}|{{.Labels.none}}|{{.Labels.none.more}}"),
            "web|<no value>|<no value>");
  EXPECT_EQ(
      RenderRich("{{.Labels.tier 1}}"),
      R"(template: body:1:9: executing "body" at <.Labels.tier>: tier is not a method but has arguments)");
}

TEST(TemplateEventTest, PointersAreFollowed) {
  EXPECT_EQ(RenderRich("{{.Series.Count}} {{.Series.State}} {{.Related.Kind}} {{.Related.Name}} "
                       "{{(index .OwnerReferences 0).Controller}}"),
            "7 Ongoing Node worker-1 true");
}

TEST(TemplateEventTest, NilPointersPrint) {
  EXPECT_EQ(RenderPlain(
                "{{.Series}}|{{.Related}}|{{.DeletionTimestamp}}|{{.DeletionGracePeriodSeconds}}"),
            "nil|nil|<nil>|<nil>");
}

TEST(TemplateEventTest, FieldsOfNilAreAnError) {
  EXPECT_EQ(
      RenderPlain("{{.Series.Count}}"),
      R"(template: body:1:9: executing "body" at <.Series.Count>: nil pointer evaluating *v1.EventSeries.Count)");
  EXPECT_EQ(
      RenderPlain("{{.Related.Kind}}"),
      R"(template: body:1:10: executing "body" at <.Related.Kind>: nil pointer evaluating *v1.ObjectReference.Kind)");
  EXPECT_EQ(
      RenderPlain("{{.Series.Foo}}"),
      R"(template: body:1:9: executing "body" at <.Series.Foo>: can't evaluate field Foo in type *v1.EventSeries)");
  EXPECT_EQ(
      RenderPlain("{{.DeletionTimestamp.Time}}"),
      R"(template: body:1:20: executing "body" at <.DeletionTimestamp.Time>: nil pointer evaluating *v1.Time.Time)");
}

TEST(TemplateEventTest, UnknownFieldsAreAnError) {
  EXPECT_EQ(
      RenderPlain("{{.NoSuchField}}"),
      R"(template: body:1:2: executing "body" at <.NoSuchField>: can't evaluate field NoSuchField in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{.InvolvedObject.Labels}}"),
      R"(template: body:1:17: executing "body" at <.InvolvedObject.Labels>: can't evaluate field Labels in type v1.ObjectReference)");
  EXPECT_EQ(
      RenderPlain("{{.Type.Foo}}"),
      R"(template: body:1:7: executing "body" at <.Type.Foo>: can't evaluate field Foo in type string)");
  EXPECT_EQ(
      RenderPlain("{{.type}}"),
      R"(template: body:1:2: executing "body" at <.type>: can't evaluate field type in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{.metadata.name}}"),
      R"(template: body:1:11: executing "body" at <.metadata.name>: can't evaluate field metadata in type *v1.Event)");
  EXPECT_EQ(
      RenderPlain("{{.LastTimestamp.Foo}}"),
      R"(template: body:1:16: executing "body" at <.LastTimestamp.Foo>: can't evaluate field Foo in type v1.Time)");
  EXPECT_EQ(RenderPlain("{{.Labels.x.y}}"), "<no value>");
  EXPECT_EQ(
      RenderPlain("{{.Finalizers.x}}"),
      R"(template: body:1:13: executing "body" at <.Finalizers.x>: can't evaluate field x in type []string)");
  EXPECT_EQ(
      RenderPlain("{{$.Foo}}"),
      R"(template: body:1:3: executing "body" at <$.Foo>: can't evaluate field Foo in type *v1.Event)");
}

TEST(TemplateEventTest, FieldsTakeNoArguments) {
  EXPECT_EQ(
      RenderPlain("{{.Count 3}}"),
      R"(template: body:1:2: executing "body" at <.Count>: Count has arguments but cannot be invoked as function)");
  EXPECT_EQ(
      RenderPlain("{{1 | .Count}}"),
      R"(template: body:1:6: executing "body" at <.Count>: Count has arguments but cannot be invoked as function)");
}

TEST(TemplateEventTest, StructsPrintAsTheirGoTypesSay) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderPlain("{{.InvolvedObject}}"),
            "&ObjectReference{Kind:Deployment,Namespace:shop,Name:cart,UID:,APIVersion:,"
            "ResourceVersion:,FieldPath:,}");
  EXPECT_EQ(RenderPlain("{{.Source}}"), "&EventSource{Component:deployment-controller,Host:,}");
  EXPECT_EQ(RenderPlain("{{.ObjectMeta}}"),
            "&ObjectMeta{Name:cart.18ea,GenerateName:,Namespace:shop,SelfLink:,UID:b871719f,"
            "ResourceVersion:2668,Generation:0,CreationTimestamp:2026-11-23 12:31:37 +0800 "
            "CST,DeletionTimestamp:<nil>,DeletionGracePeriodSeconds:nil,Labels:map[string]string{},"
            "Annotations:map[string]string{},OwnerReferences:[]OwnerReference{},Finalizers:[],"
            "ClusterName:,ManagedFields:[]ManagedFieldsEntry{},}");
  EXPECT_EQ(RenderRich("{{.Series}} {{.Related}}"),
            "&EventSeries{Count:7,LastObservedTime:2026-11-23 12:33:10 +0800 CST,State:Ongoing,} "
            "&ObjectReference{Kind:Node,Namespace:,Name:worker-1,UID:,APIVersion:,ResourceVersion:,"
            "FieldPath:,}");
  EXPECT_EQ(RenderRich("{{range .OwnerReferences}}{{.}}{{end}}"),
            "&OwnerReference{Kind:Pod,Name:cart-1,UID:u1,APIVersion:v1,Controller:*true,"
            "BlockOwnerDeletion:nil,}");
  EXPECT_EQ(
      RenderPlain("{{.}}"),
      "&Event{ObjectMeta:{cart.18ea  shop  b871719f 2668 0 2026-11-23 12:31:37 +0800 CST <nil> "
      "<nil> map[] map[] [] []  "
      "[]},InvolvedObject:ObjectReference{Kind:Deployment,Namespace:shop,Name:cart,UID:,APIVersion:"
      ",ResourceVersion:,FieldPath:,},Reason:ScalingReplicaSet,Message:Scaled up from 0 to "
      "3,Source:EventSource{Component:deployment-controller,Host:,},FirstTimestamp:2026-11-23 "
      "12:31:37 +0800 CST,LastTimestamp:2026-11-23 12:31:37 +0800 "
      "CST,Count:1,Type:Normal,EventTime:0001-01-01 00:00:00 +0000 "
      "UTC,Series:nil,Action:,Related:nil,ReportingController:,ReportingInstance:,}");
}

TEST(TemplateEventTest, CopiesPrintByTheirParts) {
  const LocalZone zone("Asia/Shanghai");
  EXPECT_EQ(RenderPlain("{{print .InvolvedObject}}"), "{Deployment shop cart    }");
  EXPECT_EQ(RenderPlain("{{print .ObjectMeta}}"),
            "{cart.18ea  shop  b871719f 2668 0 2026-11-23 12:31:37 +0800 CST <nil> <nil> map[] "
            "map[] [] []  []}");
  EXPECT_EQ(RenderRich("{{print .Series .Related}}"),
            "&EventSeries{Count:7,LastObservedTime:2026-11-23 12:33:10 +0800 CST,State:Ongoing,} "
            "&ObjectReference{Kind:Node,Namespace:,Name:worker-1,UID:,APIVersion:,ResourceVersion:,"
            "FieldPath:,}");
  EXPECT_EQ(RenderPlain("{{.Source | print}}"), "{deployment-controller }");
}

TEST(TemplateEventTest, SlicesPrint) {
  EXPECT_EQ(RenderRich("{{.Finalizers}}"), "[one two]");
  EXPECT_EQ(RenderPlain("{{.Finalizers}} {{.OwnerReferences}} {{.ManagedFields}}"), "[] [] []");
}

TEST(TemplateEventTest, GettersAndString) {
  EXPECT_EQ(
      RenderRich("{{.GetName}} {{.GetNamespace}} {{.GetLabels}} {{.GetUID}} {{.GetGeneration}} "
                 "{{.GetFinalizers}} {{.ObjectMeta.GetName}} {{.InvolvedObject.String}}"),
      "cart-1.aaa1 shop map[app:cart tier:web] 605abd8a 3 [one two] cart-1.aaa1 "
      "&ObjectReference{Kind:Pod,Namespace:shop,Name:cart-1,UID:cart-1-uid,APIVersion:v1,"
      "ResourceVersion:,FieldPath:spec.containers{app},}");
  EXPECT_EQ(RenderPlain("{{.Series.String}} {{.GetDeletionTimestamp}}"), "nil <nil>");
  EXPECT_EQ(
      RenderPlain("{{.GetName 1}}"),
      R"(template: body:1:2: executing "body" at <.GetName>: wrong number of args for GetName: want 0 got 1)");
  EXPECT_EQ(
      RenderPlain("{{.GetCreationTimestamp.IsZero}}"),
      R"(template: body:1:23: executing "body" at <.GetCreationTimestamp.IsZero>: can't evaluate field IsZero in type v1.Time)");
}

TEST(TemplateEventTest, TimesAndCountAreThoseThatEverySinkTells) {
  const LocalZone zone("UTC");
  const EventPtr event = MakeEvent(R"({"metadata":{"name":"a","creationTimestamp":
"2026-01-01T00:00:00Z"},"series":{"count":41,"lastObservedTime":"2026-01-02T03:04:05.600000Z"}})");
  EXPECT_EQ(Render("{{.Count}} {{.FirstTimestamp}} {{.LastTimestamp}}", *event),
            "41 2026-01-01 00:00:00 +0000 UTC 2026-01-02 03:04:05.6 +0000 UTC");
}

TEST(TemplateEventTest, AnEventWithoutAnyTimeHasTheZeroTime) {
  EXPECT_EQ(Render("{{.LastTimestamp}}", Event{}), "0001-01-01 00:00:00 +0000 UTC");
}

TEST(TemplateEventTest, ManagedFieldsAreLeftOut) {
  const EventPtr event =
      MakeEvent(R"({"metadata":{"name":"a","managedFields":[{"manager":"x"}]}})");
  EXPECT_EQ(Render("{{.ManagedFields}} {{len .ManagedFields}}", *event), "[] 0");
}

TEST(TemplateEventTest, OfEqualLabelsTheLastCounts) {
  const EventPtr event = MakeEvent(R"({"metadata":{"labels":{"b":"1","a":"2","b":"3","a":"4"}}})");
  EXPECT_EQ(Render("{{.Labels}} {{.Labels.b}}", *event), "map[a:4 b:3] 3");
}

TEST(TemplateEventTest, FieldsOfTheWrongJsonTypeCountAsAbsent) {
  const EventPtr event = MakeEvent(
      R"({"metadata":{"labels":7,"finalizers":[1,"x"],"generation":"y"},"series":3,"action":[]})");
  EXPECT_EQ(Render("{{.Labels}} {{.Finalizers}} {{.Generation}} {{.Series}} {{.Action}}|", *event),
            "map[] [x] 0 nil |");
}

}  // namespace
}  // namespace eventer
