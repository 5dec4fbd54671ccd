#include "app/sink_builder.h"

#include <gmock/gmock.h>

#include "support/captured_log.h"
#include "support/fake_clock.h"
#include "support/fake_http_client.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

TEST(BuildSinks, EachLineThatASinkLogsBeginsWithItsName) {
  const TempDir dir;
  dir.Write("headers", "Trailer=x\n");  // which a webhook warns of when it is built
  Options options;
  for (const char* more : {"", "&name=mine"}) {
    options.sinks.push_back(
        SinkUri::Parse("--sink", "webhook:http://h?header_file=" + dir.Path("headers") + more));
  }
  FakeClock clock;
  const CapturedLog log;
  BuildSinks(options, {clock, FakeFactory(std::make_shared<FakeHttpClient>(clock))});
  EXPECT_EQ(log.Text(),
            "warning webhook:h: header_file: Trailer is set by kube-eventer itself\n"
            "warning mine: header_file: Trailer is set by kube-eventer itself\n");
}

}  // namespace
}  // namespace eventer
