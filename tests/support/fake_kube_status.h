// The texts of an API server, in the form of the recorded ones.
#pragma once

#include <string>
#include <string_view>

namespace eventer {

struct FakeStatus {
  int code = 500;
  std::string_view message = {}, reason = {};
  std::string_view details_name = {}, details_kind = {};
  int retry_after_seconds = 0;
  std::string_view continue_token = {};  // metadata.continue
};

// Without the newline that ends a body.
std::string FakeStatusText(const FakeStatus& status);
std::string_view FakeReason(int code);
// {"type":TYPE,"object":OBJECT}\n
std::string FakeFrame(std::string_view type, std::string_view object);

extern const std::string_view kFakeWatchExpired;  // the message of a 410 in a stream
extern const std::string_view kFakeListExpired;   // of a 410 of a page

}  // namespace eventer
