// What the tests of templates share: events from JSON, and rendering in one call.
#pragma once

#include <string>
#include <string_view>

#include "eventer/event.h"
#include "eventer/event_template.h"
#include "support/local_zone.h"

namespace eventer {

// Pod shop/cart-1, Warning, BackOff, with labels, owners, finalizers, and a series.
inline constexpr std::string_view kRichEvent = R"({"kind":"Event","apiVersion":"v1","metadata":{
"name":"cart-1.aaa1","namespace":"shop","uid":"605abd8a","resourceVersion":"2875",
"generation":3,"creationTimestamp":"2026-11-23T04:32:09Z","deletionTimestamp":"2026-11-24T00:00:00Z",
"deletionGracePeriodSeconds":30,"labels":{"tier":"web","app":"cart"},
"annotations":{"note":"a&b ObjectMeta"},"finalizers":["one","two"],
"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"cart-1","uid":"u1","controller":true}]},
"involvedObject":{"kind":"Pod","namespace":"shop","name":"cart-1","uid":"cart-1-uid",
"apiVersion":"v1","fieldPath":"spec.containers{app}"},"reason":"BackOff","message":"Back-off \"now\"",
"source":{"component":"kubelet","host":"worker-1"},"firstTimestamp":"2026-11-23T04:32:08Z",
"lastTimestamp":"2026-11-23T04:33:10Z","count":7,"type":"Warning",
"eventTime":"2026-11-23T04:32:08.123456Z","series":{"count":7,
"lastObservedTime":"2026-11-23T04:33:10.000000Z","state":"Ongoing"},"action":"Restart",
"related":{"kind":"Node","name":"worker-1"},"reportingComponent":"kubelet","reportingInstance":"i-1"})";

// A Normal event of Deployment shop/cart that has none of the optional fields.
inline constexpr std::string_view kPlainEvent = R"({"kind":"Event","apiVersion":"v1","metadata":{
"name":"cart.18ea","namespace":"shop","uid":"b871719f","resourceVersion":"2668",
"creationTimestamp":"2026-11-23T04:31:37Z"},"involvedObject":{"kind":"Deployment",
"namespace":"shop","name":"cart"},"reason":"ScalingReplicaSet","message":"Scaled up from 0 to 3",
"source":{"component":"deployment-controller"},"firstTimestamp":"2026-11-23T04:31:37Z",
"lastTimestamp":"2026-11-23T04:31:37Z","count":1,"type":"Normal","eventTime":null,
"reportingComponent":"","reportingInstance":""})";

// Ends the test program if `json` is no event.
EventPtr MakeEvent(std::string_view json);

// The output, or the error of parsing or rendering. The template's name is "body".
std::string Render(std::string_view text, const Event& event,
                   EventTemplate::Escaping escaping = EventTemplate::Escaping::kNone);
// On kRichEvent and kPlainEvent, without escaping.
std::string RenderRich(std::string_view text);
std::string RenderPlain(std::string_view text);

// The text behind "<…>: " of an error of rendering on kPlainEvent.
std::string FailureOf(std::string_view text);

}  // namespace eventer
