// The Go types of a core/v1 Event (client-go 0.17), whose fields templates name.
#pragma once

#include "core/template/value.h"

namespace eventer::tmpl {

// Fields in the order of the Go structs; a StructData of such a type answers by this order.
extern const Type kEventType, kEventPointerType, kTypeMetaType, kObjectMetaType,
    kObjectReferenceType, kObjectReferencePointerType, kEventSourceType, kEventSeriesType,
    kEventSeriesPointerType, kEventSeriesStateType, kUidType, kOwnerReferenceType,
    kOwnerReferencesType, kManagedFieldsType;

}  // namespace eventer::tmpl
