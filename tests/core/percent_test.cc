#include "eventer/percent.h"

#include <gtest/gtest.h>

namespace eventer {
namespace {

TEST(PercentEncode, KeepsWhatIsUnreserved) {
  EXPECT_EQ(PercentEncode("Az09-._~"), "Az09-._~");
  EXPECT_EQ(PercentEncode("a/b:c %\xc3"), "a%2Fb%3Ac%20%25%C3");
}

TEST(PercentDecode, UndoesIt) {
  EXPECT_EQ(PercentDecode(PercentEncode("a/b:c %\xc3")), "a/b:c %\xc3");
}

TEST(PercentDecode, LeavesMalformedEscapes) {
  EXPECT_EQ(PercentDecode("a%20b%C3%A4%2"), "a b\xc3\xa4%2");
  EXPECT_EQ(PercentDecode("%zz%"), "%zz%");
}

}  // namespace
}  // namespace eventer
