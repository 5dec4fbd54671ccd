// What a webhook is sent if no template is given.
#pragma once

#include <string_view>

namespace eventer {

// The original's, byte for byte.
inline constexpr std::string_view kWebhookTemplate = R"(
{
	"EventType": "{{ .Type }}",
	"EventKind": "{{ .InvolvedObject.Kind }}",
	"EventReason": "{{ .Reason }}",
	"EventTime": "{{ .LastTimestamp }}",
	"EventMessage": "{{ .Message }}"
})";

}  // namespace eventer
