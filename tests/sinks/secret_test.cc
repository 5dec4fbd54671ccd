#include "common/secret.h"

#include <gmock/gmock.h>

#include "eventer/error.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace eventer {
namespace {

using std::chrono_literals::operator""s;

constexpr std::size_t kAll = std::string::npos;

class SecretTest : public testing::Test {
 protected:
  Secret Read(const std::string& options) {
    SinkUri uri = SinkUri::Parse("--sink", "dingtalk:?" + options);
    return Secret::Require(uri, "sign", clock_);
  }
  std::string ErrorOf(const std::string& options) {
    try {
      Read(options);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

  FakeClock clock_;
  TempDir dir_;
};

TEST_F(SecretTest, IsTheOptionItself) { EXPECT_EQ(Read("sign=SECx").Get(), "SECx"); }

TEST_F(SecretTest, OfAFileIsReadAgainWithoutBlanksAround) {
  dir_.Write("sign", " one\n");
  Secret secret = Read("sign_file=" + dir_.Path("sign"));
  EXPECT_EQ(secret.Get(), "one");
  dir_.Write("sign", "two");
  EXPECT_EQ(secret.Get(), "one");
  clock_.Advance(5s);
  EXPECT_EQ(secret.Get(), "two");
}

TEST_F(SecretTest, StaysWhenItsFileIsGoneOrEmpty) {
  dir_.Write("sign", "one");
  Secret secret = Read("sign_file=" + dir_.Path("sign"));
  dir_.Write("sign", " \n");
  clock_.Advance(5s);
  EXPECT_EQ(secret.Get(), "one");
  std::filesystem::remove(dir_.Path("sign"));
  clock_.Advance(5s);
  EXPECT_EQ(secret.Get(), "one");
}

TEST_F(SecretTest, WhatIsWrongIsSaid) {
  dir_.Write("empty", "\n");
  EXPECT_EQ(ErrorOf("a=b"), "--sink=dingtalk: option sign is required (or sign_file)");
  EXPECT_EQ(ErrorOf("sign=s3cret&sign_file=x"),
            "--sink=dingtalk: option sign_file must not be given together with sign");
  EXPECT_EQ(ErrorOf("sign_file=" + dir_.Path("empty")),
            "--sink=dingtalk: option sign_file names an empty file: " + dir_.Path("empty"));
  EXPECT_THAT(ErrorOf("sign_file=/no/such"),
              testing::StartsWith("--sink=dingtalk: option sign_file cannot be read: /no/such"));
}

TEST(HideSecrets, AsTheyAreAndPercentEncoded) {
  EXPECT_EQ(
      HideSecrets("token a/b=, a%2Fb%3D, again a/b=!", std::vector<std::string>{"a/b=", ""}, kAll),
      "token ***, ***, again ***!");
}

TEST(HideSecrets, AlsoWithEscapesInSmallLetters) {
  EXPECT_EQ(HideSecrets("a%2fb%3D! a%2fb%3d!", std::vector<std::string>{"a/b="}, kAll),
            "***! ***!");
}

TEST(HideSecrets, AlsoWhereOnlySomeOfItIsEncoded) {
  for (const char* secret : {"k3y+s/cret", "k3y%2Bs%2Fcret", "k3y%2Bs/cret"}) {
    EXPECT_EQ(HideSecrets("k3y%2Bs/cret %6b3y+s%2fcret!", std::vector<std::string>{secret}, kAll),
              "*** ***!");
  }
}

TEST(HideSecrets, ThatHoldAPercentSignThemselves) {
  EXPECT_EQ(HideSecrets("100%41 100%2541 %4", std::vector<std::string>{"100%41"}, kAll),
            "*** *** %4");
}

TEST(HideSecrets, OneThatBeginsAsAnotherLeavesNothingOfItself) {
  EXPECT_EQ(HideSecrets("token abcdef", std::vector<std::string>{"abc", "abcdef"}, kAll),
            "token ***");
}

TEST(HideSecrets, AlsoWithEscapesOfJson) {
  const auto hidden = [](const std::string& text, const std::string& secret) {
    return HideSecrets(text, std::vector<std::string>{secret}, kAll);
  };
  for (const char* said : {R"("k3y\/s\u002Bcret")", R"("k3y\/s\u002bcret")", R"("k\u0033y/s+cret")",
                           R"("k3y\u002Fs%2Bcret")", R"("k3y\/s+c\u0072et")"}) {
    EXPECT_EQ(hidden(said, "k3y/s+cret"), "\"***\"");
  }
  EXPECT_EQ(hidden(R"(a\"b\\c\b\f\n\r\td!)", "a\"b\\c\b\f\n\r\td"), "***!");
  EXPECT_EQ(hidden(R"(p\u00E4ss\ud83d\uDE00word!)", "päss😀word"), "***!");
}

TEST(HideSecrets, WhatIsNoEscapeOfJsonStaysAsItIs) {
  EXPECT_EQ(
      HideSecrets(R"(a\x \u12 \ud83d \/ \)", std::vector<std::string>{R"(\x \u12)", "q"}, kAll),
      R"(a*** \ud83d \/ \)");
}

TEST(HideSecrets, OneThatTheEndOfWhatIsReadGoesThroughLeavesNothingOfItself) {
  const std::vector<std::string> secrets = {"k3y/s+cret"};
  for (const std::string said : {"k3y/s+cret", "k3y%2Fs%2bcret", R"(k3y\/s\u002Bcret)"}) {
    std::string text;
    while (text.size() < 50'000) text += said;
    for (std::size_t i = 0; i < said.size(); i += 3) {
      const std::string begin(i, 'x');
      EXPECT_EQ(HideSecrets(begin + text, secrets, kAll), begin + "***…");
    }
  }
}

TEST(HideSecrets, ALongTextIsCutAtACodePoint) {
  std::string text;
  while (text.size() < 50'000) text += "ü";
  for (const std::string begin : {"", "x"}) {
    const std::string shown = HideSecrets(begin + text, std::vector<std::string>{"s3cret"}, kAll);
    EXPECT_EQ((shown.size() - begin.size() - std::string("…").size()) % 2, 0u);
    EXPECT_THAT(shown, testing::EndsWith("ü…"));
  }
}

TEST(HideSecrets, WhatIsLeftIsOneLineOfSoManyBytes) {
  EXPECT_EQ(HideSecrets("a\ns3cret bcd", std::vector<std::string>{"s3cret"}, 7), "a *** b…");
}

}  // namespace
}  // namespace eventer
