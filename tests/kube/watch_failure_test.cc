#include "kube/watch_failure.h"

#include <gmock/gmock.h>

namespace eventer {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(WatchFailure, ALongAnswerIsNotCutInsideOfACharacter) {
  HttpResponse response;
  response.status = 502;
  response.body = "x";
  for (int i = 0; i < 200; ++i) response.body += "é";
  EventDecoder decoder;
  const std::string text = FailureOf(response, decoder, "").text;
  EXPECT_THAT(text, StartsWith("the API server says 502 Bad Gateway: xéé"));
  EXPECT_THAT(text, EndsWith("é…"));
}

}  // namespace
}  // namespace eventer
